"""The processor's errors.

    ProcessorError
        PermanentError           the document is at fault: row `failed`, no retry
        UnknownEventError        the function was invoked with something that is no S3 notification
        SupersededError          another run owns the document now: this one stops, nothing is wrong
        TransientError           a service is at fault: raised, so that Lambda retries
            ConfigurationError   a variable or secret of this function is missing or unusable
        DefectError              something that nobody expected, told without its own words

The message of each of them may be logged: it never quotes a document, a name or a secret. That of
any other exception may, so it is told by `place` and `reason` only.

`Code` is the closed list of reasons stored in `documents.error_code`; `MESSAGES` says each of
them to a person. Whether it is tried again is told by the class above, not by the code.
"""

from __future__ import annotations

import traceback
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit


class Code(StrEnum):
    """Why a document could not be processed."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    ZIP_BOMB = "zip_bomb"
    UNSUPPORTED_TYPE = "unsupported_type"
    ENCRYPTED = "encrypted"
    MALFORMED = "malformed"
    NO_TEXT = "no_text"
    GARBLED_TEXT = "garbled_text"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    OBJECT_MISSING = "object_missing"
    NOT_UPLOADED = "not_uploaded"
    FOREIGN_KEY = "foreign_key"
    SERVICE_UNAVAILABLE = "service_unavailable"
    INTERNAL_ERROR = "internal_error"
    INTERRUPTED = "interrupted"


MESSAGES: dict[Code, tuple[str, str]] = {
    Code.EMPTY_FILE: ("檔案是空的，請確認後重新上傳。", "The file is empty; upload it again."),
    Code.TOO_LARGE: (
        "檔案或其文字內容過大，請分割後再上傳。",
        "The file or its text is too large; split it and upload the parts.",
    ),
    Code.TOO_MANY_PAGES: (
        "頁數過多，請分割後再上傳。",
        "The document has too many pages; split it and upload the parts.",
    ),
    Code.ZIP_BOMB: (
        "檔案解壓縮後大得異常，請以原本的軟體重新儲存後再上傳。",
        "The file unpacks to an abnormal size; save it anew with the program it was made by.",
    ),
    Code.UNSUPPORTED_TYPE: (
        "不支援此檔案格式，請改用 PDF、DOCX、PPTX、XLSX、CSV、Markdown、HTML、EML 或純文字檔。",
        "This type of file is not supported; use PDF, DOCX, PPTX, XLSX, CSV, Markdown, EML, text.",
    ),
    Code.ENCRYPTED: (
        "檔案有密碼保護，請移除密碼後再上傳。",
        "The file is protected by a password; remove it and upload again.",
    ),
    Code.MALFORMED: (
        "檔案已損毀或格式不正確，請重新匯出後再上傳。",
        "The file is damaged; export it again and upload the new file.",
    ),
    Code.NO_TEXT: (
        "檔案中沒有可擷取的文字（可能是掃描影像）。",
        "The file contains no text (it may be a scan); upload a version with text.",
    ),
    Code.GARBLED_TEXT: (
        "檔案中的文字無法正確解讀，請嵌入字型後重新匯出。",
        "The text of the file cannot be decoded; export it again with embedded fonts.",
    ),
    Code.TIMEOUT: (
        "文件處理逾時，請分割後再上傳。",
        "Reading the file took too long; split it and upload the parts.",
    ),
    Code.OUT_OF_MEMORY: (
        "讀取文件時記憶體不足，請分割後再上傳。",
        "Reading the file took too much memory; split it and upload the parts.",
    ),
    Code.OBJECT_MISSING: (
        "儲存空間中找不到此檔案，請重新上傳。",
        "The stored file is gone; upload it again.",
    ),
    Code.NOT_UPLOADED: (
        "檔案未在期限內上傳，請重新上傳。",
        "The file was not uploaded in time; upload it again.",
    ),
    Code.FOREIGN_KEY: (
        "物件名稱不符合 uploads/{id}_{檔名} 格式。",
        "The object's key is not of the form uploads/{id}_{file name}; upload through the API.",
    ),
    Code.SERVICE_UNAVAILABLE: (
        "處理服務暫時無法使用，請稍後再試。",
        "A service was unavailable; try again later.",
    ),
    Code.INTERNAL_ERROR: (
        "處理文件時發生內部錯誤，請聯絡管理員。",
        "An internal error occurred; ask the operators to look into the logs.",
    ),
    Code.INTERRUPTED: (
        "文件處理多次中斷，未能完成，請稍後再試或聯絡管理員。",
        "Processing was interrupted several times; try again later or ask the operators.",
    ),
}

# There is nothing to process, unless the object comes (back).
WITHOUT_OBJECT = frozenset({Code.OBJECT_MISSING, Code.NOT_UPLOADED})

# The file itself is the reason: processed once more it would fail once more.
AT_FAULT = frozenset(
    {
        Code.EMPTY_FILE,
        Code.TOO_LARGE,
        Code.TOO_MANY_PAGES,
        Code.ZIP_BOMB,
        Code.UNSUPPORTED_TYPE,
        Code.ENCRYPTED,
        Code.MALFORMED,
        Code.NO_TEXT,
        Code.GARBLED_TEXT,
        Code.FOREIGN_KEY,
        *WITHOUT_OBJECT,
    }
)


def message(code: Code) -> str:
    """Return what a user is told about `code`: Traditional Chinese, then English."""
    return " ".join(MESSAGES[code])


class ProcessorError(Exception):
    """Anything the processor raises on purpose."""


class PermanentError(ProcessorError):
    """The document cannot be processed, now or later.

    detail: a fact for the operator's log; never text of the document.
    """

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(f"{code}: {MESSAGES[code][1]}" + (f" [{detail}]" if detail else ""))
        self.code = code
        self.detail = detail


class UnknownEventError(ProcessorError):
    """The function was invoked with something that is no S3 notification."""


class SupersededError(ProcessorError):
    """The document was deleted, replaced or taken over while this run worked on it."""


class TransientError(ProcessorError):
    """A service failed; the same document may succeed on the next attempt."""

    def __init__(self, service: str, cause: str | Exception) -> None:
        told = cause if isinstance(cause, str) else reason(cause)
        super().__init__(f"{service} failed: {told}; the invocation is retried")
        self.service = service


class ConfigurationError(TransientError):
    """A variable or secret of the function is missing or unusable."""

    def __init__(self, name: str, advice: str) -> None:
        ProcessorError.__init__(self, f"{name} is not usable: {advice}")
        self.service = "configuration"


class DefectError(ProcessorError):
    """An error of any class that is told to those who must not see its message."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"{reason(error)} at {place(error)}")


# Why a connection failed is told in words only; these are known to quote nothing.
_KNOWN_WORDS = (
    "password authentication failed",
    "connection refused",
    "timeout expired",
    "does not exist",
    "could not translate host name",
    "failed to resolve host",
    "no route to host",
    "server closed the connection unexpectedly",
    "the database system is starting up",
    "the database system is shutting down",
)


def reason(error: BaseException) -> str:
    """Return what is known of an error without its words, which may quote what was sent.

    That is AWS's code for botocore's `ClientError`, else the class: of its other errors with the
    host that was called, of PostgreSQL's with the SQLSTATE, or what is known of the words.
    """
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        return str(response["Error"].get("Code", "unknown"))
    told = [type(error).__name__]
    if hasattr(error, "sqlstate"):
        words = str(error).lower()
        told += [error.sqlstate] if error.sqlstate else [w for w in _KNOWN_WORDS if w in words][:1]
    elif host := _host(getattr(error, "kwargs", None)):
        told.append(host)
    return " ".join(told)


def _host(details: object) -> str | None:
    """Return the host in the details of a botocore error; the path after it is the user's."""
    address = details.get("endpoint_url") if isinstance(details, dict) else None
    return urlsplit(address).hostname if isinstance(address, str) else None


def place(error: BaseException) -> str:
    """Return where an error was raised, `file.py:12`; "nowhere" if it was not."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
