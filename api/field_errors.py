"""What is wrong with a field of a request, in Traditional Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.models import FieldError

_OTHER = "內容不正確"

# By the beginning of pydantic's type of the error, the most specific first.
_WORDS = {
    "missing": "缺少此欄位",
    "uuid": "不是有效的 UUID",
    "greater_than": "數值太小",
    "less_than": "數值太大",
    "int": "必須是整數",
    "bool": "必須是 true 或 false",
    "timezone": "必須包含時區",
    "datetime": "不是有效的日期時間",
    "date": "不是有效的日期",
    "string_too_short": "內容太短",
    "string_too_long": "內容太長",
    "string_pattern": "格式不正確",
    "enum": "不是允許的值",
    "literal": "不是允許的值",
    "too_short": "項目太少",
    "too_long": "項目太多",
    "json": "不是有效的 JSON",
    "extra": "不支援此欄位",
}


def field_errors(errors: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    """Yield what pydantic found, without the values that were sent."""
    for error in errors:
        where = ".".join(map(str, error["loc"]))
        said = error["msg"].removeprefix("Value error, ").rstrip(".")
        yield FieldError(field=where, message=f"{_word(error['type'])}。 {said}.")


def _word(kind: str) -> str:
    return next((word for begin, word in _WORDS.items() if kind.startswith(begin)), _OTHER)
