"""The images that a verdict is bound to; needs an engine that has those of the template."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import settings
from harness.errors import EnvironmentFailedError
from harness.gate.images import exercised
from harness.images.engine import connect
from harness.images.errors import EngineError
from harness.images.functions import function_images
from harness.images.store import ImageStore

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
HOST = settings.load().docker_host


@pytest.fixture(scope="module")
def store():
    try:
        client = connect(HOST)
    except EngineError as error:
        pytest.skip(f"no Docker engine: {error}")
    yield ImageStore(client)
    client.close()


@pytest.mark.docker
def test_images_are_named_by_id_and_content(store):
    there = {image.name: store.find(image.reference) for image in function_images(TEMPLATE)}
    if not all(there.values()):
        pytest.skip("the functions' images are not built here; `harness images build` makes them")
    found = exercised(TEMPLATE, HOST)
    assert {name: one["id"] for name, one in found.items()} == {
        name: one.id for name, one in there.items()
    }
    assert all(one["content_digest"].startswith("sha256:") for one in found.values())


@pytest.mark.docker
def test_an_image_that_is_gone_is_named(store, tmp_path):
    text = TEMPLATE.read_text(encoding="utf-8")
    for path in TEMPLATE.parent.iterdir():
        if path.name not in ("template.yaml", ".git"):
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "template.yaml").write_text(text, encoding="utf-8")
    gone = function_images(tmp_path / "template.yaml")[0]
    (tmp_path / "template.yaml").write_text(
        text.replace(gone.version, "gone-for-the-gate"), encoding="utf-8"
    )
    with pytest.raises(EnvironmentFailedError, match="is gone; build it with"):
        exercised(tmp_path / "template.yaml", HOST)
