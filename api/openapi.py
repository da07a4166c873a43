"""What /openapi.json says beyond the routes: headers, what the gateway answers, words for people.

The parts below `ETAG` are for the declarations of routes, `complete` for the whole document.
"""

from __future__ import annotations

from typing import Any

from api.headers import REQUEST_ID

Part = dict[str, Any]

DESCRIPTION = """\
Upload documents, follow their processing, search them.

Errors are `application/problem+json` (RFC 9457); tell them apart by `code`. What API Gateway
refuses by itself (a request that is too large or one too many, a time-out) is
`{"message": "…"}`. Every answer of the function has an `x-request-id`; quote it when you report
a problem.
"""

TAGS = [
    {"name": "documents", "description": "Upload, list, follow, retry and delete documents."},
    {"name": "search", "description": "Find passages of documents."},
    {"name": "operation", "description": "Is the service able to work?"},
]


def _header(description: str, example: str) -> Part:
    return {"description": description, "schema": {"type": "string"}, "example": example}


ETAG = {
    "ETag": _header("Strong; for `If-None-Match` and `If-Match`.", '"3f6c1b8e5d0c4f438a552f4d"'),
    "Cache-Control": _header("Ask each time whether it still holds.", "private, no-cache"),
}
PREFERENCE = {
    "Preference-Applied": _header("Seconds that a change was waited for at most.", "wait=20")
}

_REQUEST_ID = {
    REQUEST_ID: _header("The request, as the log calls it.", "3f6c1b8e-5d0c-4f43-8a55-2f4d7a1c9b10")
}


def _refused(description: str, message: str) -> Part:
    schema = {
        "type": "object",
        "properties": {"message": {"type": "string"}},
        "required": ["message"],
    }
    content = {"schema": schema, "example": {"message": message}}
    return {"description": description, "content": {"application/json": content}}


# What API Gateway answers by itself.
_GATEWAY = {
    "429": _refused("Too Many Requests: try again in a second", "Too Many Requests"),
    "431": _refused("Line and headers over 10,240 bytes", "Request Header Fields Too Large"),
}

# What to ask next, by operation and status (OpenAPI links); ids are expressions on the answer.
_LINKS: dict[str, tuple[str, str, list[str]]] = {
    "upload_document": (
        "200",
        "$response.body#/documents/0/id",
        ["show_document", "delete_document"],
    ),
    "list_documents": (
        "200",
        "$response.body#/documents/0/id",
        ["show_document", "retry_document", "delete_document"],
    ),
    "retry_document": ("202", "$response.body#/id", ["show_document"]),
}

# Here and not at the models: FastAPI leaves out members that are null.
_DOCUMENT = {
    "id": "8d0f5a8e-6f0b-4a53-9c8f-0d8f3b9a7c11",
    "file_name": "員工手冊.pdf",
    "file_type": "application/pdf",
    "file_size": 48211,
    "status": "processing",
    "stage": "embed",
    "error_code": None,
    "error_message": None,
    "chunk_count": 0,
    "page_count": None,
    "unread_pages": 0,
    "attempt": 1,
    "upload_date": "2026-01-05T03:12:44.512345Z",
    "started_at": "2026-01-05T03:12:44.901234Z",
    "completed_at": None,
    "updated_at": "2026-01-05T03:12:45.345678Z",
    "retryable": False,
    "progress": {"step": 4, "steps": 6},
}

_PROBLEM = {
    "type": "urn:hr-chatbot:problem:document_not_found",
    "title": "Document not found",
    "status": 404,
    "detail": "找不到此文件，請確認 id。 There is no such document; check the id.",
    "code": "document_not_found",
    "instance": "urn:uuid:3f6c1b8e-5d0c-4f43-8a55-2f4d7a1c9b10",
}

_EXAMPLES = {"Document": _DOCUMENT, "Problem": _PROBLEM}


def not_modified(headers: Part) -> dict[int | str, Part]:
    """Return the response of a route to a client that has what it would send."""
    return {304: {"description": "Not Modified: the client has it", "headers": headers}}


def complete(document: Part) -> None:
    """Add to the document what all operations have in common, and where they lead."""
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete_responses(operation["responses"])
            _link(operation)
    for name, example in _EXAMPLES.items():
        document["components"]["schemas"][name]["examples"] = [example]


def _complete_responses(responses: Part) -> None:
    for response in responses.values():
        response.setdefault("headers", {}).update(_REQUEST_ID)
    responses.update(_GATEWAY)


def _link(operation: Part) -> None:
    if operation["operationId"] in _LINKS:
        status, identifier, targets = _LINKS[operation["operationId"]]
        operation["responses"][status]["links"] = {
            target: {"operationId": target, "parameters": {"document_id": identifier}}
            for target in targets
        }
