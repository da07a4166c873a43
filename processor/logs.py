"""The log of a function: one JSON object a line, by Powertools, with ids and figures only.

Never a token, a secret, a file name, a query or text. Messages are fixed words; whatever varies is
a key of its own. Exceptions are told by class and place, since their words may quote any of that.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from processor import settings
from processor.errors import ProcessorError, place, reason

# At INFO or DEBUG they write down requests and what was sent, whatever level Lambda is told.
_TALKATIVE = (
    *("asyncio", "aws_xray_sdk", "boto3", "botocore", "mangum", "psycopg", "python_multipart"),
    *("s3transfer", "urllib3"),
)

_OF_ONE_DOCUMENT = ("correlation_id", "stage")


class _Stdout(logging.Handler):
    """Writes a line at once to what is standard output at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stdout.write(f"{self.format(record)}\n")
            sys.stdout.flush()
        except Exception:
            self.handleError(record)


class _Formatter(LambdaPowertoolsFormatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record; of an exception only what may be known of it."""
        error = record.exc_info and record.exc_info[1]
        if error:
            record = copy(record)
            record.__dict__ |= _told(error)
            record.exc_info = record.exc_text = None
        return super().format(record)


def _told(error: BaseException) -> dict[str, Any]:
    chain = []
    cause: BaseException | None = error
    while cause is not None:
        words = f": {cause}" if isinstance(cause, ProcessorError) else ""
        chain.append(f"{reason(cause)} at {place(cause)}{words}")
        cause = cause.__cause__
    return {"exception_name": type(error).__name__, "exception": chain}


logger = Logger(
    service=settings.service(),
    logger_handler=_Stdout(),
    logger_formatter=_Formatter(use_rfc3339=True, utc=True),
)
for _name in _TALKATIVE:
    logging.getLogger(_name).setLevel(logging.WARNING)


@contextmanager
def about(**keys: Any) -> Iterator[None]:
    """Let every line within have `keys`, and no line after it what was noted of the document."""
    logger.append_keys(**keys)
    try:
        yield
    finally:
        logger.remove_keys([*keys, *_OF_ONE_DOCUMENT])
