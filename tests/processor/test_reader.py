from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import psutil
import pytest

from processor import limits, reader, settings
from processor.errors import Code, PermanentError, TransientError
from processor.reader import MAX_BYTES, allowed_seconds, read, read_bounded
from tests.processor import files

OFFICE_97 = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600


def code_of(path: Path, name: str | None = None) -> Code:
    with pytest.raises(PermanentError) as error:
        read(path, name or path.name, 300)
    return error.value.code


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_pages_arrive_as_they_were_extracted(tmp_path: Path) -> None:
    pages = read(files.docx(tmp_path / "手冊.docx"), "手冊.docx", 300)
    assert pages[1].text == "請假\n員工請假應事先申請。"
    assert pages[2].heading == ("請假", "特別休假")


def test_child_has_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("PATH", "/bin")
    assert settings.child_environment()["PATH"] == "/bin"
    assert not any(name.startswith("AWS") for name in settings.child_environment())


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", Code.EMPTY_FILE),
        ("a.pdf", b"plain text", Code.MALFORMED),
        ("a.pdf", b"%PDF-1.7\n" + b"\x00\xff" * 500, Code.MALFORMED),
        ("a.docx", b"PK\x03\x04 broken", Code.MALFORMED),
        ("a.docx", b"plain text", Code.MALFORMED),
        ("a.docx", OFFICE_97, Code.UNSUPPORTED_TYPE),
        ("a.docx", OFFICE_97 + "EncryptedPackage".encode("utf-16-le"), Code.ENCRYPTED),
        ("a.txt", b"\x89PNG\x00\x00\xff\xfe\x81", Code.UNSUPPORTED_TYPE),
        ("a.txt", b" \n\n ", Code.NO_TEXT),
        ("a.html", b"<html><script>1</script></html>", Code.NO_TEXT),
        ("a.xyz", b"plain text", Code.UNSUPPORTED_TYPE),
        ("noname", b"plain text", Code.UNSUPPORTED_TYPE),
    ],
)
def test_unreadable_file_has_its_code(
    name: str, content: bytes, code: Code, tmp_path: Path
) -> None:
    assert code_of(written(tmp_path / "document", content), name) is code


def test_protected_pdf(tmp_path: Path) -> None:
    assert code_of(files.encrypted_pdf(tmp_path / "a.pdf", "password")) is Code.ENCRYPTED


def test_truncated_pdf(tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", *["Article"] * 20)
    path.write_bytes(path.read_bytes()[:1500])
    assert code_of(path) is Code.MALFORMED


def test_pdf_without_text(tmp_path: Path) -> None:
    assert code_of(files.pdf(tmp_path / "a.pdf", "", "")) is Code.NO_TEXT


def test_pdf_of_private_characters(tmp_path: Path) -> None:
    path = files.pdf(tmp_path / "a.pdf", "\ue001\ue002\ue003\ue004" * 20)
    assert code_of(path) is Code.GARBLED_TEXT


def test_pdf_with_too_many_pages(tmp_path: Path) -> None:
    path = files.pdf_of_many_pages(tmp_path / "a.pdf", 100_000)
    assert code_of(path) is Code.TOO_MANY_PAGES


def test_pdf_that_unpacks_to_two_hundred_times_its_size(tmp_path: Path) -> None:
    path = files.pdf_with_stream(tmp_path / "a.pdf", b" " * (50 * 2**20))
    assert code_of(path) is Code.NO_TEXT


def test_page_with_too_much_text(tmp_path: Path) -> None:
    assert code_of(files.crowded_pdf(tmp_path / "a.pdf", 210_000)) is Code.TOO_LARGE


def test_document_with_too_much_text(tmp_path: Path) -> None:
    assert code_of(written(tmp_path / "a.txt", b"x" * 20_000_001)) is Code.TOO_LARGE


def test_zip_bomb(tmp_path: Path) -> None:
    assert code_of(files.zip_bomb(tmp_path / "a.docx")) is Code.ZIP_BOMB


def test_xml_entities_are_not_expanded(tmp_path: Path) -> None:
    original, hostile = files.docx(tmp_path / "a.docx"), tmp_path / "b.docx"
    bomb = b'<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(hostile, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/document.xml":
                part = part.replace(b"?>\n", b"?>\n" + bomb, 1)
                part = part.replace("員工請假".encode(), b"&b;")
            target.writestr(name, part)
    try:
        pages = read(hostile, "b.docx", 300)
    except PermanentError as error:
        assert error.code is Code.MALFORMED  # noqa: PT017 - either ending is safe
    else:
        assert not any("aaaa" in page.text for page in pages)


def test_file_over_the_cap_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert code_of(path) is Code.TOO_LARGE


def test_reading_that_does_not_end_is_ended(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    before = psutil.Process().children()
    with pytest.raises(PermanentError) as error:
        read_bounded(pipe, ".txt", 0.5)
    assert error.value.code is Code.TIMEOUT
    assert psutil.Process().children() == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = (
        "import sys; from pathlib import Path; from processor.reader import read_bounded;"
        "read_bounded(Path(sys.argv[1]), '.txt', 60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(pipe)])
    with pipe.open("wb"):  # opens when the child has
        (child,) = psutil.Process(parent.pid).children()
        parent.kill()
        parent.wait()
        assert psutil.wait_procs([child], timeout=30)[1] == []


@pytest.mark.skipif(sys.platform != "linux", reason="macOS refuses a limit of memory")
def test_memory_is_bounded() -> None:
    program = (
        "import os; from processor import limits;"
        f"limits.apply(9, os.getppid()); bytearray({limits.MEMORY_BYTES})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert b"MemoryError" in done.stderr


@pytest.mark.parametrize(
    ("returncode", "code"),
    [
        (-signal.SIGXCPU, Code.TIMEOUT),
        (-signal.SIGSEGV, Code.MALFORMED),
        (-signal.SIGABRT, Code.OUT_OF_MEMORY),
        (-signal.SIGKILL, Code.OUT_OF_MEMORY),
    ],
)
def test_death_of_the_child_has_its_code(returncode: int, code: Code) -> None:
    cause = reader._cause(returncode, expired=False)
    assert isinstance(cause, PermanentError)
    assert cause.code is code


def test_child_that_could_not_start_is_no_fault_of_the_document() -> None:
    assert isinstance(reader._cause(1, expired=False), TransientError)


@pytest.mark.parametrize(
    ("remaining", "seconds"), [(300, 200), (70, 50), (30, 15), (10, 5), (0, 0)]
)
def test_reading_leaves_time_for_the_rest(remaining: float, seconds: float) -> None:
    assert allowed_seconds(remaining) == seconds


ENDINGS = {
    "corrupted.pdf": Code.MALFORMED,
    "empty.pdf": Code.EMPTY_FILE,
    "enc-aes256-user-pw.pdf": Code.ENCRYPTED,
    "encrypted.pdf": Code.ENCRYPTED,
    "flate-nested-1GB.pdf": Code.OUT_OF_MEMORY,
    "flate-spaces-200MB.pdf": Code.NO_TEXT,
    "pages-100k-count.pdf": Code.TOO_MANY_PAGES,
    "truncated-half.pdf": Code.MALFORMED,
}


@pytest.mark.parametrize(("name", "code"), list(ENDINGS.items()))
def test_bad_files_of_the_corpora(name: str, code: Code, corpora: Path) -> None:
    assert code_of(corpora / "bad" / name) is code


@pytest.mark.parametrize(
    ("name", "pages", "sentence"),
    [
        ("maint-guide.zh-tw.pdf", 63, "如果你仍然對打包存有疑問"),
        ("developers-reference.ja.pdf", 130, "開発者データベース を参照してください"),
        ("project-history.ko.pdf", 26, "데비안"),
    ],
)
def test_real_manuals(name: str, pages: int, sentence: str, corpora: Path) -> None:
    found = read(corpora / "pdf" / name, name, 300)
    assert len(found) == pages
    assert any(sentence in page.text for page in found)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_child_of_a_parent_that_is_gone_already_does_nothing() -> None:
    program = "import os; from processor import limits; limits.apply(9, os.getpid()); print('here')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")


def test_without_time_the_document_is_not_to_blame(tmp_path: Path) -> None:
    with pytest.raises(TransientError):
        read(files.docx(tmp_path / "a.docx"), "a.docx", 5)
