from __future__ import annotations

from pathlib import Path

import pytest

from processor.decode import read_text
from processor.errors import Code, PermanentError

CHINESE = "員工請假應於三個工作日前提出申請，並經主管核准後始得休假。加班費依勞動基準法計算。" * 4
SIMPLIFIED = "员工请假应于三个工作日前提出申请，并经主管核准后方可休假。加班费按照劳动法计算。" * 4
JAPANESE = (
    "従業員は休暇を取得する場合、三営業日前までに申請しなければならない。残業は事前承認とする。" * 4
)
KOREAN = "근로자는 휴가를 신청할 수 있다. 연장근로는 사전 승인을 받아야 한다."
GERMAN = "Überstunden müssen vorher genehmigt werden, außer in Notfällen. Größe, Maße, fällig."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(CHINESE, "utf-8"), (CHINESE, "utf-8-sig"), (CHINESE, "utf-16"), (CHINESE, "utf-32"),
     (CHINESE, "big5"), (SIMPLIFIED, "gbk"), (JAPANESE, "shift_jis"), (KOREAN, "euc_kr"),
     (CHINESE, "utf-16-le"), (CHINESE, "utf-16-be"), (CHINESE, "gb18030"), (JAPANESE, "euc_jp"),
     (JAPANESE, "utf-16-be"), (GERMAN, "utf-16-le"), (CHINESE[:22], "big5"),
     (SIMPLIFIED[:22], "gbk"), (GERMAN, "cp1252")],
)  # fmt: skip
def test_encoding_is_found(text: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(text.encode(encoding))
    assert read_text(path) == text


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "euc_jp"])
def test_file_that_ends_within_a_letter_is_read(encoding: str, tmp_path: Path) -> None:
    text = JAPANESE if encoding == "euc_jp" else CHINESE
    path = written(tmp_path / "text", text.encode(encoding)[:-3])
    assert read_text(path).startswith(text[:-2])


def test_stray_zero_is_no_reason_to_refuse_a_text(tmp_path: Path) -> None:
    path = written(tmp_path / "text", CHINESE.encode() + b"\x00" + CHINESE.encode())
    assert read_text(path) == f"{CHINESE}\x00{CHINESE}"


def test_names_of_encodings_mean_their_supersets(tmp_path: Path) -> None:
    text = "①㈱髙の日程は﨑山が決める。"  # NEC and IBM characters that Shift-JIS proper lacks
    assert read_text(written(tmp_path / "text", text.encode("cp932")), "shift_jis") == text
    text = "镕基同志喆女士"
    assert read_text(written(tmp_path / "text", text.encode("gbk")), "gb2312") == text


def test_declared_encoding_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes("請假".encode("big5"))
    assert read_text(path, "big5") == "請假"


def test_wrong_declaration_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes("請假".encode())
    assert read_text(path, "ascii") == "請假"
    assert read_text(path, "no-such-encoding") == "請假"


def test_binary_data_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff\xfe")
    with pytest.raises(PermanentError) as error:
        read_text(path)
    assert error.value.code is Code.UNSUPPORTED_TYPE
