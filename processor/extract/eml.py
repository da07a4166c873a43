"""E-mail: head and body of a message, then its attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from processor import extract as formats
from processor.decode import decoded
from processor.errors import Code, PermanentError
from processor.extract import Sample
from processor.extract.html import blocks
from processor.pages import Page

if TYPE_CHECKING:
    from email.message import EmailMessage, MIMEPart

SUFFIXES = (".eml",)

MAX_ATTACHMENTS = 100
MAX_NESTING = 5
MAX_FIELD_CHARS = 10_000  # the standard library parses a field in quadratic time

_SHOWN = ("Subject", "From", "To", "Cc", "Date")
_FIELD = re.compile(rb"(?:From [^\n]*\n)?[!-9;-~]+:")
# Written by mail programs, not by people who begin a note with "To:".
_SIGNS = re.compile(
    rb"^(?:Received|Message-ID|MIME-Version|Return-Path|Delivered-To):",
    re.IGNORECASE | re.MULTILINE,
)


def recognises(sample: Sample) -> bool:
    """Tell whether the file opens with the fields that mail programs write."""
    head = sample.head.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return _FIELD.match(head) is not None and _SIGNS.search(head) is not None


def extract(path: Path) -> Iterator[Page]:
    """Yield the message as a section named by its subject, then the pages of what is attached.

    Pages of an attachment keep their numbers, under the subject and the attachment's name. One
    that is of no known type is left out; one that cannot be read is an empty page.
    """
    from email import message_from_binary_file, policy

    with path.open("rb") as file:
        message = message_from_binary_file(file, policy=policy.default)
    if not message.keys():
        raise PermanentError(Code.MALFORMED, "no field of a message")
    yield from _pages(message, (), 0)


def _pages(message: EmailMessage, above: tuple[str, ...], nesting: int) -> Iterator[Page]:
    heading = (*above, _field(message, "Subject"))
    head = [f"{name}: {value}" for name in _SHOWN if (value := _field(message, name))]
    yield Page(None, "\n".join([*head, "", _body(message)]), heading)
    for part in _attachments(message):
        yield from _attached(part, heading, nesting)


def _field(message: EmailMessage, name: str) -> str:
    """Return a field as it reads, "" if it is missing, damaged or absurdly long."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if len(raw) > MAX_FIELD_CHARS:
        return ""
    try:
        return " ".join(str(message[name] or "").split())
    except Exception:  # the standard library's parser of fields raises many things on damaged ones
        return ""


def _body(message: EmailMessage) -> str:
    """Return the plain text, or the text of the web page where there is no plain text."""
    plain = message.get_body(("plain",))
    if plain is not None and (text := _text(plain).strip()):
        return text
    page = message.get_body(("html",))
    return "" if page is None else "\n".join(block.text for block in blocks(_text(page)))


def _text(part: MIMEPart) -> str:
    content = part.get_payload(decode=True)
    return decoded(content, part.get_content_charset()) if isinstance(content, bytes) else ""


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    attached = list(message.iter_attachments())
    if len(attached) > MAX_ATTACHMENTS:
        raise PermanentError(Code.TOO_LARGE, f"{len(attached)} attachments")
    return attached


def _attached(part: EmailMessage, heading: tuple[str, ...], nesting: int) -> Iterator[Page]:
    if part.get_content_type() == "message/rfc822":
        for inner in part.iter_parts() if nesting < MAX_NESTING else ():
            yield from _pages(inner, heading, nesting + 1)  # type: ignore[arg-type]  # same policy
        return
    name = PurePosixPath(part.get_filename() or "").name
    content = part.get_payload(decode=True)
    if isinstance(content, bytes) and content:
        yield from _file(content, name, (*heading, name))


def _file(content: bytes, name: str, heading: tuple[str, ...]) -> Iterator[Page]:
    with TemporaryDirectory(prefix="attachment-") as folder:
        path = Path(folder) / "attachment"
        path.write_bytes(content)
        try:
            for page in formats.extract(path, PurePosixPath(name).suffix):
                yield Page(page.number, page.text, heading + page.heading, page.unread)
        except MemoryError:
            raise
        except PermanentError as error:
            if error.code is not Code.UNSUPPORTED_TYPE:
                yield Page(None, "", heading, unread=True)
        except Exception:  # parsers raise anything on damaged files
            yield Page(None, "", heading, unread=True)
