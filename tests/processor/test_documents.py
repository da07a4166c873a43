from __future__ import annotations

from uuid import UUID

import pytest

from processor.documents import ObjectKey, file_type, object_key, parse_object_key
from processor.errors import Code, PermanentError

ID = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")


@pytest.mark.parametrize(
    "name", ["員工 手冊 (1)+v2.pdf", "a_b_c.md", "_", "x/y.txt", "line\nbreak.txt"]
)
def test_key_can_be_read_back(name: str) -> None:
    assert parse_object_key(object_key(ID, name)) == ObjectKey(ID, name)


def test_key_has_the_form_of_the_contract() -> None:
    assert object_key(ID, "手冊.pdf") == "uploads/0f8fad5b-d9cb-469f-a165-70867728950e_手冊.pdf"


@pytest.mark.parametrize(
    "key",
    ["", "uploads/", f"uploads/{ID}", f"uploads/{ID}_", f"{ID}_a.pdf", "uploads/not-a-uuid_a.pdf",
     f"other/{ID}_a.pdf", f"uploads/x{ID}_a.pdf", "uploads/readme.txt"],
)  # fmt: skip
def test_foreign_key_is_refused(key: str) -> None:
    with pytest.raises(PermanentError) as error:
        parse_object_key(key)
    assert error.value.code is Code.FOREIGN_KEY


def test_media_type_follows_the_suffix() -> None:
    assert file_type("a.PDF") == "application/pdf"
    assert file_type("archive.tar") == "application/octet-stream"
