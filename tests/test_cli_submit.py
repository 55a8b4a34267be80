"""The terminal for what is handed in: forms out, files in, every fault, receipts, backup, the sample store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from form_files import ANG, DECISION, EXAMPLES, PEK, as_csv
from monthly_files import new_ledger

import cli
from store import current
from store.ledger import Ledger, digest

ROOT = Path(__file__).parent.parent


class Told(NamedTuple):
    """What a command answered."""

    status: int
    out: str
    err: str


Run = Callable[..., Told]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def run(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Return what runs a command in this process on a store of its own, with an office named."""
    new_ledger(tmp_path, base).engine.dispose()
    monkeypatch.setenv("NTM_DATA", str(tmp_path))
    monkeypatch.setenv("NTM_SAMPLE", "")
    monkeypatch.setenv("NTM_OFFICE", "Văn phòng Điều phối")
    monkeypatch.chdir(tmp_path)

    def running(*words: object) -> Told:
        monkeypatch.setattr(sys, "argv", ["cli.py", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capfdbinary.readouterr()
        err = told.err.decode()
        assert "Traceback" not in err
        return Told(ended.value.code or 0, told.out.decode(), err)  # type: ignore[arg-type]

    return running


def csv_file(name: str, kind: str, *rows: dict[str, object]) -> Path:
    path = Path(name)
    path.write_bytes(as_csv(kind, *rows))
    return path


def version() -> int:
    return current.ledger().version()


@pytest.mark.parametrize("kind", [*EXAMPLES, "criteria-set", "monthly"])
def test_a_form_is_written(run: Run, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "form.xlsx"
    more = ["--district", "615", "--period", "2025-05", "--indicators"] if kind == "monthly" else []
    assert run("template", kind, "--out", out, *more) == Told(0, f"{out}\n", "")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames[-1] == "Danh mục"


def test_the_form_of_a_commune_goes_out_and_comes_back(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "form.xlsx"
    words = ("--province", "kontum", "--district", "23368", "--period", "2025-08")
    assert run("template", "monthly", "--out", out, *words).status == 0
    book = openpyxl.load_workbook(out)
    assert [cell.value for cell in book["Tiêu chí"][6]][:2] == ["23368", "Đăk Long"]
    book["Tiêu chí"]["C6"] = "Đạt"
    book.save(out)
    told = run("submit", out, *words, "--received", "2025-08-12", "--format", "json")
    assert told.status == 0
    answer = json.loads(told.out)
    assert answer["preview"]["title"] == "Báo cáo tháng 08/2025 – xã Đăk Long"
    receipt = answer["receipt"]
    assert (receipt["province"], receipt["district"]) == ("quangngai", "23368")
    layer = json.loads(run("layer", "reporting", "--period", "2025-08", "--format", "json").out)
    assert {row["code"] for row in layer["rows"] if row["received"]} == {"23368"}
    # The file of a commune is none for a month with districts, and the other way round.
    for month, code in (("2025-05", "23368"), ("2025-08", "610")):
        refused = run("template", "monthly", "--out", out, "--district", code, "--period", month)
        assert (refused.status, code in refused.err) == (2, True)
    told = run("template", "monthly", "--out", out, "--district", "610", "--period", "2025-05")
    assert (told.status, openpyxl.load_workbook(out)["Tiêu chí"]["A2"].value) == (0, "Huyện Đăk Glei, Tỉnh Kon Tum")


def test_a_set_is_written_to_be_corrected(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "set.xlsx"
    assert run("template", "criteria-set", "--set", "VN-NTM-XA-2021-2025", "--out", out).status == 0
    assert openpyxl.load_workbook(out)["Bộ tiêu chí"]["A4"].value == "VN-NTM-XA-2021-2025"
    told = run("submit", out, "--dry-run")
    assert told.status == 0
    assert "Tệp không thay đổi gì" in told.out


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["template", "monthly", "--out", "x.xlsx"], "tháng của báo cáo"),
        (["template", "monthly", "--out", "x.xlsx", "--period", "05/2025"], "05/2025"),
        (["template", "monthly", "--out", "x.xlsx", "--period", "2025-05", "--district", "999"], "999"),
        (["template", "decisions", "--out", "x.xlsx", "--district", "615"], "chỉ chọn cho báo cáo tháng"),
        (["template", "criteria-set", "--out", "x.xlsx", "--set", "X"], "“X”"),
        (["template", "decisions", "--out", "no/folder/x.xlsx"], "no/folder/x.xlsx"),
        (["template", "decisions", "--out", "x.xlsx", "--lang", "fr"], "fr"),
        (["template", "decisions", "--out", "x.xlsx", "--province", "nowhere"], "nowhere"),
        (["template", "hamlets", "--out", "x.xlsx"], "hamlets"),
        (["submit", "missing.xlsx"], "missing.xlsx"),
        (["submit", "d.csv", "--scan", "missing.pdf"], "missing.pdf"),
        (["submit", "d.csv", "--received", "12/06/2025"], "12/06/2025"),
        (["submit", "d.csv", "--received", "2099-01-01"], "01/01/2099"),
        (["submit", "d.csv", "--period", "2025-5"], "2025-5"),
        (["submit", "d.csv", "--district", "615"], "chỉ chọn khi nộp báo cáo tháng"),
        (["submit", "d.csv", "--kind", "letters"], "letters"),
        (["submit", "d.csv", "--errors-out", "no/folder/m.xlsx"], "no/folder/m.xlsx"),
        (["submit", "d.csv", "--province", "nowhere"], "nowhere"),
        (["backup", "no/folder/b.zip"], "no/folder/b.zip"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_what_cannot_be_asked_for_is_named_with_status_2(run: Run, words: list[str], named: str) -> None:
    csv_file("d.csv", "decisions", dict(DECISION))
    told = run(*words)
    assert (told.status, told.out) == (2, "")
    assert named in told.err
    assert version() == 1
    assert sorted(Path().glob("*.xlsx")) == []


def test_a_dry_run_shows_what_would_change_and_stores_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NTM_OFFICE")
    told = run("submit", csv_file("d.csv", "decisions", dict(DECISION)), "--dry-run")
    assert (told.status, told.err) == (0, "")
    lines = told.out.splitlines()
    assert lines[0] == "Quyết định công nhận / thu hồi"
    assert "  Xã đạt chuẩn trở lên (có tên): 37 → 38" in lines
    assert (
        "- Xã Đăk Ang – huyện Ngọc Hồi – Đạt chuẩn: chưa có quyết định → "
        "công nhận: 99/QĐ-UBND, 05/06/2025, năm đạt chuẩn 2024" in lines
    )
    assert "⚠ Chưa kèm bản chụp quyết định." in lines
    assert lines[-1] == "Mới xem trước, chưa ghi gì."
    assert version() == 1


def test_a_file_is_stored_with_its_scan_and_the_map_shows_it(run: Run) -> None:
    Path("scan.pdf").write_bytes(b"%PDF-1.4 scan")
    file = csv_file("d.csv", "decisions", dict(DECISION))
    words = ["--scan", "scan.pdf", "--sent-by", "Huyện Ngọc Hồi", "--received", "2025-06-12"]
    told = run("submit", file, *words)
    assert (told.status, told.err) == (0, "")
    assert "Đã ghi: biên nhận số 2" in told.out
    assert "bởi Văn phòng Điều phối (Huyện Ngọc Hồi)" in told.out
    (receipt,) = current.ledger().receipts(kind="decisions")
    assert receipt.received.isoformat() == "2025-06-12"
    assert current.ledger().blob(digest(b"%PDF-1.4 scan")) == b"%PDF-1.4 scan"
    layer = json.loads(run("layer", "ntm-levels", "--period", "2025-06", "--format", "json").out)
    assert next(row for row in layer["rows"] if row["code"] == ANG)["class"] == "standard"


def test_english_is_an_option(run: Run) -> None:
    told = run("submit", csv_file("d.csv", "decisions", dict(DECISION)), "--lang", "en")
    assert told.out.splitlines()[0] == "Decisions of recognition and withdrawal"
    assert "Stored: receipt 2" in told.out


def test_every_fault_is_told_with_status_3_and_nothing_is_stored(run: Run) -> None:
    rows = [dict(DECISION) | {"code": "99999"}, dict(DECISION) | {"date": "x"}]
    told = run("submit", csv_file("d.csv", "decisions", *rows))
    assert (told.status, told.out) == (3, "")
    lines = told.err.splitlines()
    assert lines[0] == "Có 2 lỗi trong dữ liệu."
    assert lines[1].startswith("d.csv, trang “d”, ô A2: Mã xã “99999” không có")
    assert lines[2].startswith("d.csv, trang “d”, ô I3: “x” không phải là ngày")
    assert version() == 1


def test_faults_are_marked_in_the_same_workbook(run: Run) -> None:
    file = csv_file("d.csv", "decisions", dict(DECISION) | {"code": "99999"})
    assert run("submit", file, "--errors-out", "marked.xlsx").status == 3
    book = openpyxl.load_workbook("marked.xlsx")
    comments = {c.coordinate: c.comment.text for s in book for row in s.iter_rows() for c in row if c.comment}
    assert list(comments) == ["A2"]
    assert "99999" in comments["A2"]


def test_json_is_one_document(run: Run) -> None:
    file = csv_file("d.csv", "decisions", dict(DECISION))
    told = run("submit", file, "--format", "json")
    assert (told.status, told.err) == (0, "")
    answer = json.loads(told.out)
    assert answer.keys() == {"accepted", "is_sample", "receipt", "preview", "faults"}
    assert (answer["accepted"], answer["is_sample"], answer["faults"]) == (True, False, [])
    assert (answer["receipt"]["id"], answer["receipt"]["actor"]) == (2, "Văn phòng Điều phối")
    assert answer["preview"]["changes"][0]["unit"] == ANG
    again = run("submit", file, "--format", "json")
    answer = json.loads(again.out)
    assert (again.status, answer["accepted"], answer["receipt"]) == (3, False, None)
    assert answer["faults"][0]["text"].startswith("Tệp này đã được ghi lúc ")
    assert again.err.strip() == answer["faults"][0]["text"]
    faulty = run("submit", csv_file("e.csv", "decisions", dict(DECISION) | {"date": "x"}), "--format", "json")
    assert faulty.status == 3
    assert json.loads(faulty.out)["faults"] == [
        {
            "file": "e.csv",
            "sheet": "e",
            "row": 2,
            "column": "I",
            "cell": "I2",
            "text": "“x” không phải là ngày. Hãy ghi dạng 31/12/2024.",
        }
    ]


@pytest.mark.parametrize("office", [None, "", "  "])
def test_without_an_office_nothing_is_stored(run: Run, monkeypatch: pytest.MonkeyPatch, office: str | None) -> None:
    if office is None:
        monkeypatch.delenv("NTM_OFFICE")
    else:
        monkeypatch.setenv("NTM_OFFICE", office)
    told = run("submit", csv_file("d.csv", "decisions", dict(DECISION)))
    assert (told.status, told.out) == (3, "")
    assert "Chưa đặt NTM_OFFICE" in told.err
    assert version() == 1


def test_a_monthly_report_goes_out_and_comes_back(run: Run) -> None:
    run("template", "monthly", "--district", "615", "--period", "2025-05", "--out", "m.xlsx")
    book = openpyxl.load_workbook("m.xlsx")
    for row in book["Tiêu chí"]["C6":"U15"]:
        for cell in row:
            cell.value = "Đạt"
    book.save("m.xlsx")
    refused = run("submit", "m.xlsx", "--district", "610")
    assert refused.status == 3
    assert version() == 1
    told = run("submit", "m.xlsx", "--district", "615", "--period", "2025-05")
    assert told.status == 0, told.err
    assert told.out.startswith("Báo cáo tháng 05/2025 – huyện Đăk Hà")
    assert version() == 2


def test_a_backup_goes_into_another_store_and_never_over_one_unasked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("submit", csv_file("d.csv", "decisions", dict(DECISION)))
    told = run("backup", "all.zip")
    assert told == Told(0, "Đã sao lưu 2 tệp đã nộp vào all.zip (phiên bản 2).\n", "")
    refused = run("restore", "all.zip")
    assert (refused.status, refused.out) == (3, "")
    assert version() == 2
    again = run("restore", "all.zip", "--yes")
    assert again.status == 0
    assert "Số liệu trước đó được giữ ở" in again.out
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("NTM_DATA", str(other))
    assert run("restore", "all.zip").out == "Đã khôi phục 2 tệp đã nộp từ all.zip (phiên bản 2).\n"
    assert version() == 2
    broken = Path("broken.zip")
    broken.write_bytes(b"PK broken")
    assert run("restore", broken).status == 3


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put a quick generator in place of the sample's; return what it was called for."""
    calls: list[str] = []

    def make_sample(ledger: Ledger, progress: Callable[[int, int], None] | None) -> None:
        calls.append(ledger.address)
        for done in range(41) if progress else ():
            progress(done, 40)

    monkeypatch.setattr("samples.generator.make_sample", make_sample)
    return calls


def test_the_sample_store_is_another_file_and_every_answer_says_so(run: Run, made: list[str], tmp_path: Path) -> None:
    told = run("submit", csv_file("d.csv", "decisions", dict(DECISION)), "--sample", "--format", "json")
    assert told.status == 0
    assert told.err.splitlines() == [f"Đang tạo số liệu minh họa: {done}/40" for done in (0, 20, 40)]
    assert made == [f"sqlite:///{tmp_path / 'sample.sqlite3'}"]
    assert json.loads(told.out)["is_sample"] is True
    text = run("submit", csv_file("t.csv", "targets", dict(EXAMPLES["targets"])), "--sample", "--dry-run")
    assert text.out.splitlines()[0] == "SỐ LIỆU MINH HỌA"
    run("template", "decisions", "--sample", "--out", "form.xlsx")
    book = openpyxl.load_workbook("form.xlsx")
    assert str(book.worksheets[0]["A1"].value).startswith("SỐ LIỆU MINH HỌA")
    os.environ["NTM_SAMPLE"] = ""
    assert version() == 1
    refused = run("submit", "form.xlsx")
    assert "số liệu minh họa, không được ghi vào kho số liệu thật" in refused.err


def test_layers_of_the_sample_store_are_marked(run: Run, made: list[str]) -> None:
    layer = json.loads(run("layer", "ntm-levels", "--sample", "--format", "json").out)
    assert layer["is_sample"] is True
    assert len(made) == 1


def test_a_command_as_a_user_types_it(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_bytes(as_csv("decisions", DECISION | {"code": PEK, "level": "Nâng cao"}))
    environment = os.environ | {"NTM_DATA": str(tmp_path / "data"), "NTM_OFFICE": "Văn phòng Điều phối"}
    command = [sys.executable, "-W", "error", str(ROOT / "cli.py"), "submit", str(file)]
    told = subprocess.run(command, capture_output=True, check=False, timeout=120, env=environment)
    assert (told.returncode, told.stderr) == (0, b"")
    assert "Đã ghi: biên nhận số 2" in told.stdout.decode()
