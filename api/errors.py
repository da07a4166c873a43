"""The API's errors; each is one problem (RFC 9457) a client can tell from its `code`.

    ApiError                       status, code, title; the message is the detail shown to the user
    ├── UnauthorizedError          401  no bearer token
    │   └── InvalidTokenError      401  a token that is expired, forged or malformed
    ├── DocumentNotFoundError      404  unknown, or somebody else's
    ├── NotRetriedError            a document cannot be processed once more
    │   ├── NotFailedError         409  it waits, is processed or is completed
    │   ├── DocumentAtFaultError   409  the same file would fail again
    │   ├── NotStoredError         409  its file was processed in the request and not kept
    │   └── ObjectMissingError     409  its file is gone
    ├── PreconditionFailedError    412  the document is not the one that If-Match names
    ├── RejectedFileError          a file of an upload is refused; others may be accepted
    │   ├── FileTooLargeError      413
    │   ├── UnsupportedTypeError   415
    │   ├── EmptyFileError         422
    │   └── UnusableNameError      422
    ├── IncompleteFormError        400  a form that ends before its end
    ├── UploadIncompleteError      409  the object, or part of it, is not there yet
    ├── DocumentDeletedError       409  the document of a repeated upload was deleted meanwhile
    ├── UploadExpiredError         410  S3 no longer knows the multipart upload
    ├── InvalidPartsError          422  S3 refuses the list of parts
    ├── RequestInProgressError     409  the first request with this Idempotency-Key still runs
    ├── KeyReusedError             422  the Idempotency-Key belongs to another request
    ├── NoPresignedUploadError     501  USE_S3 is off
    ├── QueryDisabledError         501  this deployment asks no model (ENABLE_RAG=false)
    └── UnavailableError           503  something the API depends on does not answer

Details are Traditional Chinese followed by English and end with what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from api.models import Rejection


class ApiError(Exception):
    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    headers: ClassVar[Mapping[str, str]] = {}


class UnauthorizedError(ApiError):
    status = 401
    code = "unauthorized"
    title = "Unauthorized"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="hr-chatbot"'}


class InvalidTokenError(UnauthorizedError):
    """A token was sent and refused; RFC 6750 wants the challenge to say so."""

    headers: ClassVar[Mapping[str, str]] = {
        "WWW-Authenticate": 'Bearer realm="hr-chatbot", error="invalid_token"'
    }


class DocumentNotFoundError(ApiError):
    status = 404
    code = "document_not_found"
    title = "Document not found"

    def __init__(
        self, detail: str = "找不到此文件，請確認 id。 There is no such document; check the id."
    ) -> None:
        super().__init__(detail)


class NotRetriedError(ApiError):
    """The document cannot be processed once more; its state has to change first."""

    status = 409


class NotFailedError(NotRetriedError):
    code = "not_failed"
    title = "Document has not failed"


class DocumentAtFaultError(NotRetriedError):
    code = "document_at_fault"
    title = "Document at fault"


class NotStoredError(NotRetriedError):
    code = "not_stored"
    title = "File not stored"


class ObjectMissingError(NotRetriedError):
    code = "object_missing"
    title = "Stored file missing"


class PreconditionFailedError(ApiError):
    status = 412
    code = "precondition_failed"
    title = "Document has changed"


class RejectedFileError(ApiError):
    """The file cannot be accepted as it is; sending it again will not help.

    rejected: all files of the upload, when it had several and none was accepted.
    """

    rejected: Sequence[Rejection] = ()


class FileTooLargeError(RejectedFileError):
    status = 413
    code = "file_too_large"
    title = "File too large"


class UnsupportedTypeError(RejectedFileError):
    status = 415
    code = "unsupported_type"
    title = "Unsupported document type"


class EmptyFileError(RejectedFileError):
    status = 422
    code = "empty_file"
    title = "Empty file"


class UnusableNameError(RejectedFileError):
    status = 422
    code = "unusable_file_name"
    title = "Unusable file name"


class IncompleteFormError(ApiError):
    status = 400
    code = "incomplete_form"
    title = "Incomplete form"


class UploadIncompleteError(ApiError):
    status = 409
    code = "upload_incomplete"
    title = "Upload incomplete"


class DocumentDeletedError(ApiError):
    status = 409
    code = "document_deleted"
    title = "Document deleted"


class UploadExpiredError(ApiError):
    status = 410
    code = "upload_expired"
    title = "Upload expired"


class InvalidPartsError(ApiError):
    status = 422
    code = "invalid_parts"
    title = "Invalid parts"


class RequestInProgressError(ApiError):
    status = 409
    code = "request_in_progress"
    title = "Request in progress"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class KeyReusedError(ApiError):
    status = 422
    code = "idempotency_key_reused"
    title = "Idempotency key reused"


class NoPresignedUploadError(ApiError):
    status = 501
    code = "presigned_upload_unavailable"
    title = "Presigned upload unavailable"


class QueryDisabledError(ApiError):
    status = 501
    code = "query_disabled"
    title = "Query disabled"


class UnavailableError(ApiError):
    status = 503
    code = "service_unavailable"
    title = "Service unavailable"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}
