from __future__ import annotations

import json
import threading
from collections import Counter

import pytest
from werkzeug.wrappers import Request, Response

from harness.documents import api
from tests.harness.test_environment import ENVIRONMENT

STATES = [
    {"status": "pending"},
    {"status": "processing", "stage": "extract"},
    {"status": "processing", "stage": "embed"},
]
ENDS = {
    "good.txt": {"status": "completed", "chunk_count": 3},
    "bad.txt": {
        "status": "failed",
        "error_code": "malformed",
        "error_message": "檔案已損壞",
    },
}


class Pipeline:
    """The API of a pipeline whose documents reach their next state whenever they are asked for."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.parts: dict[tuple[str, int], bytes] = {}
        self._questions: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        if request.path.startswith("/bucket/"):
            return self._store(request)
        assert request.headers["Authorization"] == f"Bearer {ENVIRONMENT.token}"
        if request.path == "/upload/document":
            return self._upload(request)
        if request.path == "/upload/presigned-url":
            return self._announce(request)
        if request.path.endswith("/complete"):
            return self._complete(request)
        return _json(self._state(request.path.removeprefix("/documents/")))

    def _upload(self, request: Request) -> Response:
        file = request.files["files"]
        name = file.filename or ""
        if name.endswith(".exe"):
            return _json({"detail": "不支援的檔案類型", "status": 415}, 415)
        self.contents[name] = file.read()
        receipt = {"id": name, "file_name": name, "status": "pending"}
        return _json({"status": "success", "message": "上傳成功", "documents": [receipt]})

    def _announce(self, request: Request) -> Response:
        """Ask for parts of 3,000 bytes."""
        wanted = request.get_json()
        assert wanted["method"] == "multipart"
        name, size = wanted["file_name"], wanted["file_size"]
        parts = [
            {
                "part_number": number,
                "size": min(3000, size - start),
                "url": f"{request.host_url}bucket/{name}/{number}?X-Amz-Signature=s",
            }
            for number, start in enumerate(range(0, size, 3000), start=1)
        ]
        return _json({"id": name, "file_name": name, "status": "pending", "parts": parts})

    def _store(self, request: Request) -> Response:
        assert "Authorization" not in request.headers  # S3 refuses two signatures
        _, _, name, number = request.path.split("/")
        if name == "expired.txt":
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)
        self.parts[name, int(number)] = request.get_data()
        return Response(headers={"ETag": f'"{number}"'})

    def _complete(self, request: Request) -> Response:
        name = request.path.split("/")[2]
        named = [(part["part_number"], part["etag"]) for part in request.get_json()["parts"]]
        assert named == [(number, f'"{number}"') for _, number in sorted(self.parts)]
        self.contents[name] = b"".join(content for _, content in sorted(self.parts.items()))
        return _json({"id": name, "file_name": name, "status": "pending"})

    def _state(self, name: str) -> dict[str, object]:
        with self._lock:
            asked = self._questions[name]
            self._questions[name] += 1
        end = ENDS.get(name, STATES[-1])
        return {"id": name, "file_name": name, **(STATES[asked] if asked < len(STATES) else end)}


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")


@pytest.fixture
def files(tmp_path):
    def write(*names):
        for name in names:
            (tmp_path / name).write_bytes(name.encode() * 1000)
        return [tmp_path / name for name in names]

    return write


def test_a_document_is_followed_until_it_is_completed(harness, environment, files):
    pipeline = Pipeline()
    with environment(pipeline):
        result = harness("upload", *files("good.txt"))
    assert result.code == 0
    assert pipeline.contents == {"good.txt": b"good.txt" * 1000}
    *changes, end = result.err.splitlines()
    assert changes == [
        "good.txt: uploading 8000 bytes",
        "good.txt: pending",
        "good.txt: processing (extract)",
        "good.txt: processing (embed)",
        "good.txt: completed",
    ]
    assert end.startswith("good.txt: done in")
    header, row = result.out.splitlines()
    assert header.split("\t") == ["file", "document", "status", "chunks", "seconds", "error"]
    assert row.split("\t")[:4] == ["good.txt", "good.txt", "completed", "3"]


def test_what_the_gateway_does_not_take_goes_to_the_bucket_in_parts(
    harness, environment, files, monkeypatch
):
    monkeypatch.setattr(api, "DIRECT_BYTES", 7999)
    pipeline = Pipeline()
    with environment(pipeline):
        result = harness("upload", *files("good.txt"))
    assert result.code == 0
    assert pipeline.contents == {"good.txt": b"good.txt" * 1000}
    assert [len(content) for content in pipeline.parts.values()] == [3000, 3000, 2000]
    assert result.out.splitlines()[-1].split("\t")[:3] == ["good.txt", "good.txt", "completed"]


def test_a_part_that_s3_refuses_is_said(harness, environment, files, monkeypatch):
    monkeypatch.setattr(api, "DIRECT_BYTES", 0)
    with environment(Pipeline()):
        result = harness("upload", *files("expired.txt"))
    assert result.code == 1
    assert "S3 answered 403: <Error><Code>AccessDenied" in result.out


def test_one_that_failed_and_one_that_was_refused_do_not_stop_the_others(
    harness, environment, files
):
    with environment(Pipeline()):
        result = harness("upload", *files("bad.txt", "bad.exe", "good.txt"))
    assert result.code == 1
    rows = [line.split("\t") for line in result.out.splitlines()[-3:]]
    assert [(row[0], row[2], row[5]) for row in rows] == [
        ("bad.txt", "failed", "malformed: 檔案已損壞"),
        ("bad.exe", "refused", "the API answered 415: 不支援的檔案類型"),
        ("good.txt", "completed", ""),
    ]


def test_one_that_does_not_settle_in_time_is_a_failure(harness, environment, files):
    with environment(Pipeline()):
        result = harness("upload", *files("slow.txt"), "--timeout", "0.5")
    assert result.code == 1
    assert result.out.splitlines()[-1].endswith("after 0.5 s")


def test_without_waiting_the_receipt_is_the_result(harness, environment, files):
    with environment(Pipeline()):
        result = harness("upload", "--no-wait", *files("bad.txt"))
    assert result.code == 0
    assert result.out.splitlines()[-1].split("\t")[:3] == ["bad.txt", "bad.txt", "pending"]


def test_more_files_than_go_at_once(harness, environment, files):
    names = [f"{number}.txt" for number in range(9)]
    pipeline = Pipeline()
    with environment(pipeline):
        result = harness("upload", "--no-wait", *files(*names))
    assert [line.split("\t")[0] for line in result.out.splitlines()[-9:]] == names
    assert sorted(pipeline.contents) == names


def test_a_file_that_cannot_be_read_is_named_before_anything_is_sent(harness, files, tmp_path):
    result = harness("upload", *files("good.txt"), tmp_path / "missing.pdf")
    assert result.code == 2
    assert (
        result.err == f"harness: {tmp_path}/missing.pdf cannot be read: No such file or directory\n"
    )
    result = harness("upload", tmp_path)
    assert result.err == f"harness: {tmp_path} cannot be read: Is a directory\n"


def test_without_an_environment_nothing_is_sent(harness, files):
    assert harness("upload", *files("good.txt")).code == 4
