from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.images.digest import content_digest

IMAGE = {
    "Id": "sha256:1",
    "Created": "2026-01-01T00:00:00Z",
    "Architecture": "amd64",
    "Os": "linux",
    "RootFS": {"Type": "layers", "Layers": ["sha256:a", "sha256:b"]},
    "Config": {"Env": ["A=1"], "Entrypoint": ["/e"], "Cmd": ["h"], "WorkingDir": "/var/task"},
}


@given(
    image_id=st.text(),
    created=st.text(),
    labels=st.dictionaries(st.text(), st.text()),
    empty=st.sampled_from([None, "", [], {}]),
)
def test_it_does_not_depend_on_when_and_from_which_commit(image_id, created, labels, empty):
    config = {**IMAGE["Config"], "Labels": labels, "Image": image_id, "User": empty}
    again = {**IMAGE, "Id": image_id, "Created": created, "Config": config}
    assert content_digest(again) == content_digest(IMAGE)


@pytest.mark.parametrize(
    "change",
    [
        {"Architecture": "arm64"},
        {"RootFS": {"Layers": ["sha256:b", "sha256:a"]}},
        {"Config": {**IMAGE["Config"], "Cmd": ["other"]}},
        {"Config": {**IMAGE["Config"], "User": "root"}},
        {"Config": {**IMAGE["Config"], "Env": []}},
    ],
)
def test_it_depends_on_what_would_run(change):
    assert content_digest(IMAGE | change) != content_digest(IMAGE)
