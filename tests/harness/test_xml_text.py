from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import example, given
from hypothesis import strategies as st

from harness.xml_text import elements


@given(st.text(st.characters(exclude_characters="\r")))  # which a reader turns into "\n"
@example("\x00\x1f\ufffe<&>")
def test_any_text_makes_well_formed_xml(text: str):
    document = f"<all>{elements({'Message': text})}</all>"
    found = ET.fromstring(document).findtext("Message", "")  # noqa: S314 - our own answer
    assert len(found) == len(text)
    assert all(there in (sent, "\ufffd") for there, sent in zip(found, text, strict=True))
