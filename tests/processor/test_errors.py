from __future__ import annotations

import pytest

from processor.errors import MESSAGES, Code, PermanentError, message


@pytest.mark.parametrize("code", Code)
def test_every_code_has_words_in_both_languages(code: Code) -> None:
    chinese, english = MESSAGES[code]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert english.isascii()
    assert message(code) == f"{chinese} {english}"


def test_detail_is_for_the_log_and_not_for_the_user() -> None:
    error = PermanentError(Code.MALFORMED, "KeyError at docx.py:12")
    assert "KeyError" in str(error)
    assert "KeyError" not in message(error.code)
