"""Filter expressions of GetTraceSummaries (pure).

    service("f") AND (annotation.document_id = "…" OR duration >= 5) AND NOT fault

What is not understood is refused by name, so that no search is answered with too little.
https://docs.aws.amazon.com/xray/latest/devguide/aws-xray-interface-console.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from harness.errors import AwsError

Summary = Mapping[str, Any]
Test = Callable[[Summary], bool]

_TOKEN = re.compile(
    r"""\s*(?: "(?:[^"\\]|\\.)*"  # a text
    | -?\d+(?:\.\d+)?
    | [A-Za-z_][\w.]*(?:\[\s*"?[\w.-]+"?\s*\])?  # a word
    | <=|>=|!=|&&|\|\||[=<>!()] )""",
    re.VERBOSE,
)
_ANNOTATION = re.compile(r'annotation(?:\.([\w.]+)|\[\s*"?([\w.-]+)"?\s*\])')
_FLAGS: Mapping[str, Test] = {
    "ok": lambda s: not (s["HasError"] or s["HasFault"] or s["HasThrottle"]),
    "error": lambda s: bool(s["HasError"]),
    "fault": lambda s: bool(s["HasFault"]),
    "throttle": lambda s: bool(s["HasThrottle"]),
    "partial": lambda s: bool(s["IsPartial"]),
}
_NUMBERS = {"duration": "Duration", "responsetime": "ResponseTime"}
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "CONTAINS": lambda found, wanted: wanted in str(found),
    "BEGINSWITH": lambda found, wanted: str(found).startswith(wanted),
    "ENDSWITH": lambda found, wanted: str(found).endswith(wanted),
}


def parse(expression: str) -> Test:
    """Return what tells whether a summary matches; raises InvalidRequestException."""
    parser = _Parser(_tokens(expression))
    test = parser.either()
    if parser.rest:
        raise _refused(f"'{parser.rest[0]}' is not expected there")
    return test


def _tokens(expression: str) -> list[str]:
    found, at = [], 0
    while at < len(expression.rstrip()):
        match = _TOKEN.match(expression, at)
        if match is None:
            raise _refused(f"'{expression[at : at + 20].strip()}' is not understood")
        found.append(match[0].strip())
        at = match.end()
    return found


class _Parser:
    """rest: the tokens that were not looked at yet."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens

    def either(self) -> Test:
        tests = [self._both()]
        while self._take("OR", "||"):
            tests.append(self._both())
        return lambda summary: any(test(summary) for test in tests)

    def _both(self) -> Test:
        tests = [self._single()]
        while self._take("AND", "&&"):
            tests.append(self._single())
        return lambda summary: all(test(summary) for test in tests)

    def _single(self) -> Test:
        if self._take("NOT", "!"):
            test = self._single()
            return lambda summary: not test(summary)
        if self._take("("):
            test = self.either()
            self._expect(")")
            return test
        return self._term(self._next())

    def _term(self, word: str) -> Test:
        if word in _FLAGS:
            return _FLAGS[word]
        if word in _NUMBERS:
            member, compare, wanted = _NUMBERS[word], *self._comparison()
            return lambda summary: compare(summary[member], wanted)
        if word == "service":
            return self._service()
        if match := _ANNOTATION.fullmatch(word):
            return self._annotation(match[1] or match[2])
        raise _refused(f"'{word}' is not emulated here (docs/services/xray.md)")

    def _service(self) -> Test:
        self._expect("(")
        name = _value(self._next())
        self._expect(")")
        return lambda summary: any(service["Name"] == name for service in summary["ServiceIds"])

    def _annotation(self, key: str) -> Test:
        compare, wanted = self._comparison()

        def matches(summary: Summary) -> bool:
            told = [value["AnnotationValue"] for value in summary["Annotations"].get(key, [])]
            values = [value for entry in told for value in entry.values()]
            return any(isinstance(v, type(wanted)) and compare(v, wanted) for v in values)

        return matches

    def _comparison(self) -> tuple[Callable[[Any, Any], bool], Any]:
        sign = self._next()
        if sign.upper() not in _COMPARISONS:
            raise _refused(f"'{sign}' is no comparison")
        return _COMPARISONS[sign.upper()], _value(self._next())

    def _next(self) -> str:
        if not self.rest:
            raise _refused("it ends too early")
        return self.rest.pop(0)

    def _take(self, *words: str) -> bool:
        if self.rest and self.rest[0].upper() in words:
            self.rest.pop(0)
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise _refused(f"'{sign}' is missing")


def _value(written: str) -> str | float | bool:
    if written.startswith('"'):
        return re.sub(r"\\(.)", r"\1", written[1:-1])
    if written in ("true", "false"):
        return written == "true"
    try:
        return float(written)
    except ValueError:
        raise _refused(f"'{written}' is no value") from None


def _refused(what: str) -> AwsError:
    return AwsError("InvalidRequestException", f"Invalid filter expression: {what}", 400)
