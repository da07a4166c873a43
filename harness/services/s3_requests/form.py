"""A browser's form, read as it arrives: the fields first, then the file, piece by piece.

Imported when the first form arrives, as python-multipart takes a while.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from harness.call import Body, Call
from harness.errors import AwsError

_MOST_BEFORE_FILE = 20_480
_FILE = "file"


@dataclass(frozen=True, slots=True)
class Form:
    """fields: by their names in lower case, without the file; filename: "" if not said.

    file: the content; raises `AwsError` when the form ends before the file does.
    """

    fields: Mapping[str, str]
    filename: str
    file: AsyncIterator[bytes]


def malformed() -> AwsError:
    message = "The body of your POST request is not well-formed multipart/form-data."
    return AwsError("MalformedPOSTRequest", message, 400)


async def read_form(call: Call) -> Form:
    """Return the form with its file still to be read; raises `AwsError` as S3 does."""
    reader = _Reader(_boundary(call.header("content-type")), call.body)
    await reader.to_file()
    return Form(reader.fields, reader.filename, reader.file())


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        message = "At least one of the pre-conditions you specified did not hold"
        condition = {"Condition": "Bucket POST must be of the enclosure-type multipart/form-data"}
        raise AwsError("PreconditionFailed", message, 412, condition)
    if not options.get(b"boundary"):
        raise malformed()
    return options[b"boundary"]


class _Reader:
    """Feeds the parser; what comes after the file is not looked at."""

    def __init__(self, boundary: bytes, body: Body) -> None:
        self.fields: dict[str, str] = {}
        self.filename = ""
        self._body = aiter(body)
        self._read = 0
        self._in_file = self._ended = False
        self._header = self._disposition = self._value = b""
        self._name = ""
        self._pieces: list[bytes] = []
        self._parser = _parser(boundary, self)

    async def to_file(self) -> None:
        """Read all fields; raises `AwsError` when there is no file behind them."""
        while not self._in_file:
            if not await self._more():
                raise _not_one_file() if self._read and self._finished() else malformed()

    async def file(self) -> AsyncIterator[bytes]:
        while True:
            for piece in self._pieces:
                yield piece
            self._pieces.clear()
            if self._ended:
                break
            if not await self._more():
                raise malformed()
        async for _ in self._body:  # AWS ignores fields behind the file
            pass

    async def _more(self) -> bool:
        piece = await anext(self._body, b"")
        if not piece:
            return False
        try:
            self._parser.write(piece)
        except FormParserError:
            raise malformed() from None
        return True

    def _finished(self) -> bool:
        try:
            self._parser.finalize()
        except FormParserError:
            return False
        return True

    def on_part_begin(self) -> None:
        self._disposition = self._value = b""
        self._name = ""

    def on_header_begin(self) -> None:
        self._header = b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        if self._header.lower() == b"content-disposition":
            self._disposition += data[start:end]

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode(errors="replace").lower()
        if self._name == _FILE and not self._ended:
            self._in_file = True
            self.filename = options.get(b"filename", b"").decode(errors="replace")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            if not self._ended:
                self._pieces.append(data[start:end])
            return
        self._count(end - start)
        self._value += data[start:end]

    def on_part_end(self) -> None:
        if self._in_file:
            self._ended = True
        else:
            self.fields[self._name] = self._value.decode(errors="replace")

    def _count(self, size: int) -> None:
        if self._in_file:
            return
        self._read += size
        if self._read > _MOST_BEFORE_FILE:
            message = "Your POST request fields preceding the upload file were too large."
            limit = {"MaxPostPreDataLengthBytes": str(_MOST_BEFORE_FILE)}
            raise AwsError("MaxPostPreDataLengthExceeded", message, 400, limit)


def _parser(boundary: bytes, reader: _Reader) -> MultipartParser:
    try:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": reader.on_part_begin,
                "on_header_begin": reader.on_header_begin,
                "on_header_field": reader.on_header_field,
                "on_header_value": reader.on_header_value,
                "on_headers_finished": reader.on_headers_finished,
                "on_part_data": reader.on_part_data,
                "on_part_end": reader.on_part_end,
            },
        )
    except FormParserError:
        raise malformed() from None


def _not_one_file() -> AwsError:
    message = "POST requires exactly one file upload per request."
    fields = {"ArgumentName": "file", "ArgumentValue": "0"}
    return AwsError("InvalidArgument", message, 400, fields)
