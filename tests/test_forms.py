"""The small forms: their templates, what their rows become, and every fault with its sentence and place."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from form_files import (
    ADVANCED_SET,
    ANG,
    DECISION,
    EXAMPLES,
    FIGURE,
    HA_MON,
    HEADER_ROW,
    MANG_DEN,
    OFFICE,
    PEK,
    STEP,
    TARGET,
    Row,
    cell,
    checked,
    enter,
    faults_of,
    filled,
    one_row,
    refused,
    with_register,
)
from hypothesis import given
from hypothesis import strategies as st
from monthly_files import facts_of, new_ledger
from openpyxl.utils import get_column_letter
from workbook_files import converted

from base.clock import day_label, today
from base.errors import NtmError
from base.i18n import translate
from geo.spelling import folded
from intake.checked import Sender
from intake.communes import CommuneFinder
from intake.forms import FORMS, form_row, form_template
from intake.start import prepare
from intake.submit import check
from layers.registry import compute
from layers.view import ViewState
from store import current
from store.ledger import Ledger, digest
from store.queries import LedgerFacts


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def ledger(tmp_path: Path, base: Path) -> Iterator[Ledger]:
    opened = new_ledger(tmp_path, base)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Ledger:
    """Return a store that no test writes to."""
    return with_register(new_ledger(tmp_path_factory.mktemp("shared"), base))


# Templates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_template_is_an_empty_form_that_explains_itself(shared: Ledger, kind: str, lang: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form_template(kind, facts_of(shared), lang)))
    properties = {item.name: item.value for item in book.custom_doc_props.props}
    assert properties == {"ntm_kind": kind, "ntm_province": "kontum"}
    sheet, guide, lists = book.worksheets
    assert (guide.title, lists.title, lists.sheet_state) == ("Hướng dẫn", "Danh mục", "hidden")
    headings = [cell.value for cell in sheet[HEADER_ROW]]
    wanted = [translate(column.heading, lang) + (" *" if column.required else "") for column in FORMS[kind].columns]
    assert headings == wanted
    assert sheet.freeze_panes == f"A{HEADER_ROW + 1}"
    assert [c.value for row in sheet.iter_rows(min_row=HEADER_ROW + 1) for c in row if c.value is not None] == []
    explained = {row[0].value for row in guide.iter_rows()}
    assert set(headings) <= explained
    for number, column in enumerate(FORMS[kind].columns, 1):
        below = sheet.cell(HEADER_ROW + 1, number)
        # No program may make a date or a number of a code, a day or a month.
        assert below.number_format == ("General" if column.kind in {"number", "count"} else "@")


@pytest.mark.parametrize("kind", FORMS)
def test_drop_downs_offer_exactly_what_a_form_takes(shared: Ledger, kind: str) -> None:
    facts = facts_of(shared)
    book = openpyxl.load_workbook(io.BytesIO(form_template(kind, facts)))
    sheet, lists = book.worksheets[0], book["Danh mục"]
    offered = {}
    for choice in sheet.data_validations.dataValidation:
        cells = choice.formula1.split("!")[1].replace("$", "")
        letters = re.match("[A-Z]+", str(choice.sqref))
        assert letters is not None
        offered[letters[0]] = [row[0].value for row in lists[cells]]
    expected = {
        get_column_letter(number): list(choices)
        for number, column in enumerate(FORMS[kind].columns, 1)
        if (choices := column.choices(facts))
    }
    assert offered == expected
    if kind != "figures":
        place = get_column_letter([column.key for column in FORMS[kind].columns].index("code") + 1)
        # Clusters: 9 border communes of today and 13 of before; villages: 37 and 85.
        assert len(offered[place]) == {"clusters": 22, "villages": 122, "village-recognitions": 122}.get(kind, 85)


@pytest.mark.parametrize("kind", FORMS)
def test_an_empty_form_is_not_taken_for_a_filled_one(shared: Ledger, kind: str) -> None:
    for lang in ("vi", "en"):
        (fault,) = refused(shared, form_template(kind, facts_of(shared), lang))
        assert fault.says("vi") == f"Bảng “{FORMS[kind].title}” chưa có dòng nào. Hãy điền ít nhất một dòng."


@pytest.mark.parametrize("kind", FORMS)
def test_a_filled_english_form_says_the_same(shared: Ledger, kind: str) -> None:
    row = EXAMPLES[kind]
    english = {key: translate(str(value), "en") for key, value in row.items() if isinstance(value, str)}
    facts = facts_of(shared)
    name, content = form_row(kind, {key: str(value) for key, value in {**row, **english}.items()}, facts, "en")
    there = check(content, name, facts, shared, OFFICE).submission.rows
    here = one_row(shared, kind, {key: str(value) for key, value in row.items()}).submission.rows
    assert there == here


def test_libreoffice_opens_and_saves_a_form_that_is_taken_back(shared: Ledger, tmp_path: Path) -> None:
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    content = filled(
        shared, "decisions", DECISION, DECISION | {"code": "23353 – Đăk Pék – huyện Đăk Glei", "note": "Điều 1"}
    )
    resaved = converted(content, "xlsx", "xlsx", tmp_path)
    before, after = (check(file, "a.xlsx", facts_of(shared), shared, OFFICE) for file in (content, resaved))
    assert after.submission.rows == before.submission.rows
    book = openpyxl.load_workbook(io.BytesIO(resaved))
    assert len(book.worksheets[0].data_validations.dataValidation) == 5
    assert book["Danh mục"].sheet_state == "hidden"


def test_one_row_as_a_file_is_the_same_bytes_each_time(shared: Ledger) -> None:
    values = {key: str(value) for key, value in DECISION.items()}
    first, second = (form_row("decisions", values, facts_of(shared)) for _ in range(2))
    assert first == second
    assert first[0] == "decisions-kontum.csv"
    assert first[1].startswith(b"\xef\xbb\xbf" + "Mã xã,Tên xã,Huyện,Hình thức".encode())
    with pytest.raises(KeyError):
        form_row("decisions", {"no-such-column": "x"}, facts_of(shared))


# Decisions ----------------------------------------------------------------------------------------------------------


def test_a_decision_becomes_one_row_with_its_place_and_scan(ledger: Ledger) -> None:
    scan = b"%PDF-1.4 scanned"
    sender = Sender(actor="Văn phòng Điều phối", sent_by="Huyện Ngọc Hồi", attachment=scan)
    note, named_set = "Điều 1", "Bộ tiêu chí 2021-2025"
    found = checked(ledger, "decisions", DECISION | {"note": note, "set": named_set}, sender=sender)
    assert found.submission.rows == {
        "recognitions": [
            {
                "sheet": "Quyết định",
                "cell": "A4",
                "province": "kontum",
                "code": ANG,
                "action": "recognise",
                "level": "standard",
                "evidence": "recognised",
                "criteria_set": "VN-NTM-XA-2021-2025",
                "year_of_standard": "2024",
                "decision_no": "99/QĐ-UBND",
                "decision_date": "2025-06-05",
                "source": "",
                "quote": "",
                "note_vi": note,
                "note_en": note,
                "scan_hash": digest(scan),
                "voided": 0,
            }
        ]
    }
    assert found.preview.warnings == ()
    assert dict(found.preview.figures)["Xã đạt chuẩn trở lên (có tên)"] == "37 → 38"
    (change,) = found.preview.changes
    assert (change.unit, change.before, change.kind) == (ANG, "chưa có quyết định", "new")
    assert change.after == "công nhận: 99/QĐ-UBND, 05/06/2025, năm đạt chuẩn 2024, Bộ tiêu chí 2021–2025"
    receipt = ledger.submit(found.submission)
    assert ledger.blob(digest(scan)) == scan
    (known,) = [one for one in facts_of(ledger).recognitions if one.unit == ANG]
    assert known.source == f"decisions.xlsx, Quyết định, A4 (Văn phòng Điều phối (Huyện Ngọc Hồi), {receipt.recorded})"


@pytest.mark.parametrize(
    "named",
    [
        {"code": "23353 – Đăk Pék – huyện Đăk Glei"},
        {"code": 23353},
        {"code": "23353", "name": "Đăk Pét"},
        {"code": "Xã Đăk Pék"},
        {"name": "DAK PEK"},
        {"name": "Đắk Pék", "district": "Đăk Glei"},
        {"name": "xã Đăk Pét", "district": "610"},
    ],
    ids=str,
)
def test_a_commune_is_known_by_code_then_by_any_of_its_names(shared: Ledger, named: Row) -> None:
    row = {key: value for key, value in DECISION.items() if key != "code"} | {"level": "Nâng cao"}
    (stored,) = checked(shared, "decisions", row | dict(named)).submission.rows["recognitions"]
    assert stored["code"] == PEK


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"code": "99999"}, "code", "Mã xã “99999” không có trong danh mục"),
        ({"code": "2338"}, "code", "Mã xã “2338” không đúng: mã gồm 5 chữ số"),
        ({"code": None}, "code", "Thiếu mã và tên xã"),
        ({"code": None, "name": "Kon Tum"}, "name", "Không có xã nào tên “Kon Tum”"),
        (
            {"code": None, "name": "Đăk Long"},
            "name",
            "Tên “Đăk Long” có ở nhiều nơi: 23368 – Xã Đăk Long – huyện Đăk Glei; 23504 – Xã Đăk Long – huyện Đăk Hà.",
        ),
        (
            {"code": None, "name": "Đăk Hà"},
            "name",
            "23500 – Thị trấn Đăk Hà – huyện Đăk Hà; 23425 – Xã Đăk Hà – huyện Tu Mơ Rông.",
        ),
        ({"name": "Đăk Môn"}, "code", "Mã 23380 là Xã Đăk Ang – huyện Ngọc Hồi, nhưng tên ghi là “Đăk Môn”"),
        ({"district": "Đăk Glei"}, "code", "Xã Đăk Ang – huyện Ngọc Hồi không thuộc huyện Đăk Glei"),
        ({"district": "Pleiku"}, "district", "Không có huyện “Pleiku” trong tỉnh"),
        ({"code": MANG_DEN}, "code", "Thị trấn Măng Đen – huyện Kon Plông không phải là xã"),
        ({"action": "Khen thưởng"}, "action", "chọn một trong: Công nhận, Thu hồi, Hủy dòng đã nhập."),
        ({"action": None}, "action", "Thiếu “Hình thức”"),
        ({"level": "Xuất sắc"}, "level", "chọn một trong: Đạt chuẩn, Nâng cao, Kiểu mẫu."),
        ({"set": ADVANCED_SET}, "set", "không phải là bộ tiêu chí dùng ở đây"),
        ({"year": None}, "year", "Thiếu “Năm đạt chuẩn”"),
        ({"year": "24"}, "year", "“24” không phải là năm từ 2010 đến"),
        ({"year": "2026"}, "year", "Năm đạt chuẩn 2026 sau năm của quyết định (05/06/2025)"),
        ({"number": None}, "number", "Thiếu “Số quyết định”"),
        ({"date": None}, "date", "Thiếu “Ngày quyết định”"),
        ({"date": "06/31/2025"}, "date", "“06/31/2025” không phải là ngày. Hãy ghi dạng 31/12/2024."),
        ({"date": "2025"}, "date", "“2025” không phải là ngày"),
        ({"date": "31/12/2009"}, "date", "31/12/2009 ở trước khi chương trình bắt đầu (2010)"),
        ({"date": day_label(today() + timedelta(days=30))}, "date", "ở sau hôm nay"),
    ],
    ids=str,
)
def test_a_faulty_decision_is_refused_at_its_cell(shared: Ledger, change: Row, key: str, says: str) -> None:
    faults = faults_of(shared, "decisions", DECISION | dict(change))
    assert [place for place, _ in faults] == [cell("decisions", key)]
    assert says in faults[0][1]


def test_every_fault_of_every_row_is_told_in_order(shared: Ledger) -> None:
    rows = [DECISION | {"code": "1", "date": "x"}, DECISION | {"number": None}, DECISION, DECISION]
    faults = faults_of(shared, "decisions", *rows)
    assert [place for place, _ in faults] == ["A4", "I4", "H5", "7"]
    assert "Dòng này trùng với dòng 6" in faults[3][1]


def test_a_level_above_one_that_is_not_held_is_a_warning_unless_the_file_has_it(shared: Ledger) -> None:
    advanced = DECISION | {"level": "Nâng cao", "number": "100/QĐ-UBND"}
    model = DECISION | {"level": "Kiểu mẫu", "number": "101/QĐ-UBND"}
    alone = checked(shared, "decisions", model).preview.warnings
    assert any("công nhận mức “Kiểu mẫu” khi chưa có quyết định công nhận mức “Nâng cao”" in text for text in alone)
    together = checked(shared, "decisions", DECISION, advanced, model).preview.warnings
    assert together == ("Chưa kèm bản chụp quyết định.",)


def test_a_decision_after_the_merger_is_looked_at(shared: Ledger) -> None:
    found = checked(shared, "decisions", DECISION | {"date": "01/07/2025"})
    assert any("sau khi xã đã sáp nhập (01/07/2025)" in warning for warning in found.preview.warnings)
    assert not any("sáp nhập" in text for text in checked(shared, "decisions", DECISION).preview.warnings)


def test_a_level_that_is_not_held_cannot_be_withdrawn(shared: Ledger) -> None:
    withdrawal = {"code": ANG, "action": "Thu hồi", "level": "Đạt chuẩn", "number": "7", "date": "01/03/2025"}
    ((place, says),) = faults_of(shared, "decisions", withdrawal)
    assert place == cell("decisions", "level")
    assert "Xã Đăk Ang – huyện Ngọc Hồi không có mức “Đạt chuẩn” vào ngày 01/03/2025" in says


def test_a_withdrawal_of_the_standard_takes_every_level(ledger: Ledger) -> None:
    withdrawal = {
        "code": HA_MON,
        "action": "Thu hồi",
        "level": "Đạt chuẩn",
        "number": "7/QĐ-UBND",
        "date": "01/03/2025",
    }
    found = checked(ledger, "decisions", withdrawal)
    assert found.preview.changes[0].after == "thu hồi: 7/QĐ-UBND, 01/03/2025 (mất cả mức nâng cao, kiểu mẫu)"
    figures = dict(found.preview.figures)
    assert figures["Xã đạt chuẩn trở lên (có tên)"] == "37 → 36"
    assert figures["Xã nâng cao trở lên (có tên)"] == "3 → 2"
    ledger.submit(found.submission)
    again = withdrawal | {"level": "Nâng cao", "number": "8/QĐ-UBND", "date": "02/04/2025"}
    ((place, _),) = faults_of(ledger, "decisions", again)
    assert place == cell("decisions", "level")


def test_a_withdrawal_of_what_the_same_file_recognises_is_possible(shared: Ledger) -> None:
    withdrawal = DECISION | {"action": "Thu hồi", "number": "7", "date": "10/06/2025", "year": None}
    rows = checked(shared, "decisions", DECISION, withdrawal).submission.rows["recognitions"]
    assert [row["action"] for row in rows] == ["recognise", "withdraw"]


def test_a_decision_can_be_taken_back_and_no_other(ledger: Ledger) -> None:
    enter(ledger, "decisions", DECISION)
    void = {"code": ANG, "action": "Hủy dòng đã nhập", "level": "Đạt chuẩn", "number": "99 / qđ-ubnd"}
    ((place, says),) = faults_of(ledger, "decisions", void | {"number": "98/QĐ-UBND"})
    assert place == cell("decisions", "number")
    assert "Không có quyết định 98/QĐ-UBND về mức này của Xã Đăk Ang" in says
    found = checked(ledger, "decisions", void)
    assert (found.preview.changes[0].kind, found.preview.changes[0].after) == ("voided", "đã hủy")
    assert dict(found.preview.figures)["Xã đạt chuẩn trở lên (có tên)"] == "38 → 37"
    ledger.submit(found.submission)
    assert [one for one in facts_of(ledger).recognitions if one.unit == ANG] == []


def test_the_same_decision_in_another_spelling_replaces_it(ledger: Ledger) -> None:
    enter(ledger, "decisions", DECISION)
    found = checked(ledger, "decisions", DECISION | {"number": "99/qđ-ubnd ", "date": "06/06/2025"})
    assert found.preview.changes[0].kind == "changed"
    ledger.submit(found.submission)
    (known,) = [one for one in facts_of(ledger).recognitions if one.unit == ANG]
    assert known.decision_no == "99/QĐ-UBND"
    assert known.held_from is not None
    assert known.held_from.label == "06/06/2025"


def test_minutes_after_a_decision_the_map_shows_it_and_the_meeting_before_is_redrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_DATA", str(tmp_path))
    prepare()
    ledger = current.ledger()
    state = ViewState(layer="ntm-levels")
    before = compute(state)
    known_at = ledger.receipts()[0].recorded_at.isoformat()
    enter(ledger, "decisions", DECISION)
    after = compute(state)
    earlier = compute(ViewState(layer="ntm-levels", known_at=known_at))
    assert [view.frame.loc[ANG, "class_id"] for view in (before, after, earlier)] == ["unknown", "standard", "unknown"]
    assert "nêu được tên 38 xã" in after.headline
    assert earlier.frame.equals(before.frame)


# Targets ------------------------------------------------------------------------------------------------------------


def test_a_target_with_a_new_document_becomes_two_rows(shared: Ledger) -> None:
    found = checked(shared, "targets", TARGET | {"kind": "dự kiến", "department": "Sở Y tế"})
    (document,) = found.submission.rows["documents"]
    assert document == {
        "sheet": "Mục tiêu năm",
        "cell": "A4",
        "document_id": "12/KH-UBND, 02/02/2026",
        "short_vi": "KH 12, 02/02/2026",
        "short_en": "Plan 12, 02/02/2026",
        "title_vi": "Kế hoạch 12/KH-UBND ngày 02/02/2026",
        "title_en": "Plan 12/KH-UBND of 02/02/2026",
        "issued": "2026-02-02",
        "file": "",
    }
    assert found.submission.rows["targets"] == [
        {
            "sheet": "Mục tiêu năm",
            "cell": "A4",
            "row_id": "N2026-23353-advanced",
            "province": "kontum",
            "year": 2026,
            "level": "advanced",
            "kind": "new",
            "expected": 1,
            "district_code": "610",
            "code": PEK,
            "value": 1.0,
            "unit": "xã",
            "department": "Sở Y tế",
            "document": "12/KH-UBND, 02/02/2026",
            "quote": "Xã Đăk Pék",
            "voided": 0,
        }
    ]
    assert found.preview.changes[0].after == "mới, dự kiến, phụ trách: Sở Y tế, KH 12, 02/02/2026"


def test_a_department_is_added_to_a_published_target(ledger: Ledger) -> None:
    published = next(t for t in facts_of(ledger).targets if (t.year, t.unit, t.level) == (2024, PEK, "advanced"))
    row = {"year": 2024, "code": PEK, "level": "Nâng cao", "kind": "chuyển tiếp", "department": "Sở Y tế"}
    found = checked(ledger, "targets", row)
    assert found.submission.rows["documents"] == []
    assert found.preview.changes[0].kind == "changed"
    assert found.preview.changes[0].before == "chuyển tiếp, phụ trách: chưa nhập, CT 05, 22/01/2024"
    count = len(facts_of(ledger).targets)
    ledger.submit(found.submission)
    entered = [t for t in facts_of(ledger).targets if (t.year, t.unit, t.level) == (2024, PEK, "advanced")]
    assert [(t.department, t.document.id, t.quote) for t in entered] == [("Sở Y tế", "CT05-2024", published.quote)]
    assert len(facts_of(ledger).targets) == count


@pytest.mark.parametrize("named", ["05/CT-UBND", "CT05-2024", "CT 05, 22/01/2024"])
def test_a_document_that_is_known_is_not_made_again(shared: Ledger, named: str) -> None:
    found = checked(shared, "targets", TARGET | {"document": named, "issued": "22/01/2024"})
    assert found.submission.rows["documents"] == []
    assert found.submission.rows["targets"][0]["document"] == "CT05-2024"


def test_the_same_number_of_another_year_is_another_document(shared: Ledger) -> None:
    found = checked(shared, "targets", TARGET | {"document": "05/CT-UBND", "issued": "22/01/2026"})
    assert found.submission.rows["documents"][0]["document_id"] == "05/CT-UBND, 22/01/2026"


@pytest.mark.parametrize(("code", "word"), [("611", "huyện"), ("Thành phố Kon Tum", "thành phố")])
def test_a_district_can_have_a_target(shared: Ledger, code: str, word: str) -> None:
    row = TARGET | {"code": None, "district": code, "level": "Huyện nông thôn mới"}
    (stored,) = checked(shared, "targets", row).submission.rows["targets"]
    assert (stored["code"], stored["unit"], stored["level"]) == (None, word, "district")


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"year": "2050"}, "year", "“2050” không phải là năm từ 2010 đến"),
        ({"level": "Huyện nông thôn mới", "district": "611"}, "code", "Hãy để trống xã, chỉ ghi huyện"),
        ({"level": "Huyện nông thôn mới", "code": None}, "district", "Thiếu “Huyện”"),
        ({"kind": "tùy"}, "kind", "chọn một trong: mới, chuyển tiếp, tiếp tục, dự kiến."),
        ({"document": None}, "document", "Thiếu “Số văn bản”"),
        ({"issued": None}, "issued", "Thiếu ngày của văn bản 12/KH-UBND"),
        ({"note": None}, "note", "Thiếu “Trích dẫn, ghi chú”"),
        ({"void": "Hủy"}, "void", "Không có mục tiêu này để hủy"),
    ],
    ids=str,
)
def test_a_faulty_target_is_refused_at_its_cell(shared: Ledger, change: Row, key: str, says: str) -> None:
    faults = faults_of(shared, "targets", TARGET | dict(change))
    assert [place for place, _ in faults] == [cell("targets", key)]
    assert says in faults[0][1]


def test_a_target_below_what_is_held_already_is_a_warning(shared: Ledger) -> None:
    found = checked(shared, "targets", TARGET | {"code": HA_MON})
    assert found.preview.warnings == ("Xã Hà Mòn – huyện Đăk Hà đã được công nhận mức “Nâng cao” trước năm 2026.",)


def test_a_target_can_be_taken_back(ledger: Ledger) -> None:
    enter(ledger, "targets", TARGET)
    assert any(target.year == 2026 for target in facts_of(ledger).targets)
    enter(ledger, "targets", TARGET | {"void": "Hủy"})
    assert not any(target.year == 2026 for target in facts_of(ledger).targets)


# Figures ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("30/06/2025", "2025-06-30"),
        ("6/2025", "2025-06"),
        ("tháng 6/2025", "2025-06"),
        ("2025-06", "2025-06"),
        (2025, "2025"),
        ("Năm 2025", "2025"),
    ],
)
def test_times_are_stored_in_one_form(shared: Ledger, written: object, stored: str) -> None:
    (row,) = checked(shared, "figures", FIGURE | {"period": written}).submission.rows["figures"]
    assert row["period"] == stored


def test_a_figure_becomes_one_row(ledger: Ledger) -> None:
    row = FIGURE | {"period": "06/2025", "qualifier": "khoảng"}
    found = checked(ledger, "figures", row)
    (stored,) = found.submission.rows["figures"]
    assert {key: stored[key] for key in ("district_code", "metric", "value", "total", "qualifier")} == {
        "district_code": None,
        "metric": "recognised",
        "value": 52.0,
        "total": 85,
        "qualifier": "about",
    }
    (change,) = found.preview.changes
    assert (change.kind, change.place, change.before.split(" (")[0]) == ("changed", "Toàn tỉnh", "51")
    assert change.after == "khoảng 52/85 (Báo cáo 10, 05/01/2026)"
    ledger.submit(found.submission)
    known = [
        f for f in facts_of(ledger).figures if (f.district, f.metric, f.period.label) == (None, "recognised", "06/2025")
    ]
    assert [figure.value for figure in known] == [52]


def test_an_average_is_of_the_set_in_force_unless_one_is_named(shared: Ledger) -> None:
    average = FIGURE | {"metric": "Số tiêu chí bình quân mỗi xã", "value": "16,15", "total": None, "period": "12/2022"}
    (row,) = checked(shared, "figures", average).submission.rows["figures"]
    assert (row["value"], row["criteria_set"]) == (16.15, "2021-2025")
    (row,) = checked(shared, "figures", average | {"set": "Bộ tiêu chí 2016–2020"}).submission.rows["figures"]
    assert row["criteria_set"] == "2016-2020"


AVERAGE: Row = {"metric": "Số tiêu chí bình quân mỗi xã", "value": 9, "total": None, "period": "06/2025"}


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"area": "Hà Nội"}, "area", "Không có huyện “Hà Nội” trong tỉnh"),
        ({"area": None}, "area", "Thiếu “Địa bàn”"),
        ({"metric": "Số xã đẹp"}, "metric", "“Số xã đẹp” không dùng được; chọn một trong: Số xã được công nhận"),
        ({"period": "quý 2"}, "period", "“quý 2” không phải là ngày, tháng hoặc năm"),
        ({"period": "0000"}, "period", "“0000” không phải là ngày, tháng hoặc năm"),
        ({"period": "2009"}, "period", "ở trước khi chương trình bắt đầu"),
        ({"period": "12/2099"}, "period", "ở sau hôm nay"),
        ({"value": "nhiều"}, "value", "“nhiều” phải là số, không âm"),
        ({"value": -1}, "value", "“-1” phải là số, không âm"),
        ({"value": "51,5"}, "value", "“51,5” phải là số nguyên"),
        ({"value": 86}, "value", "Giá trị 86 lớn hơn tổng số 85"),
        ({"total": "84,5"}, "total", "“84,5” phải là số nguyên"),
        ({"qualifier": "chừng"}, "qualifier", "chọn một trong: chính xác, khoảng."),
        ({"source": None}, "source", "Thiếu “Nguồn”"),
        ({"set": "Bộ tiêu chí 2021–2025"}, "set", "Bộ tiêu chí chỉ ghi cho số tiêu chí bình quân"),
        ({"void": "Hủy"}, "void", "Không có số liệu này để hủy"),
        (AVERAGE | {"value": "19,5"}, "value", "“19,5” lớn hơn số tiêu chí của Bộ tiêu chí 2021–2025 (19)"),
        (AVERAGE | {"value": "10,5", "set": "Bộ tiêu chí 2026–2030"}, "value", "Bộ tiêu chí 2026–2030 (10)"),
        (AVERAGE | {"total": 85}, "total", "Số tiêu chí bình quân không có tổng số"),
    ],
    ids=str,
)
def test_a_faulty_figure_is_refused_at_its_cell(shared: Ledger, change: Row, key: str, says: str) -> None:
    faults = faults_of(shared, "figures", FIGURE | dict(change))
    assert [place for place, _ in faults] == [cell("figures", key)]
    assert says in faults[0][1]


def test_more_communes_than_a_district_has_is_a_warning(shared: Ledger) -> None:
    found = checked(shared, "figures", FIGURE | {"area": "Huyện Ia H'Drai", "value": 4, "total": None})
    assert found.preview.warnings == ("Huyện Ia H'Drai: 4 xã, nhiều hơn số xã thuộc chương trình (3).",)


def test_a_figure_can_be_taken_back(ledger: Ledger) -> None:
    enter(ledger, "figures", FIGURE)
    enter(ledger, "figures", FIGURE | {"void": "Hủy"})
    assert not any(figure.period.label == "12/2025" for figure in facts_of(ledger).figures)


# Dossiers -----------------------------------------------------------------------------------------------------------


def steps(*taken: tuple[str, str]) -> list[Row]:
    return [STEP | {"step": step, "day": day} for step, day in taken]


def test_a_dossier_goes_its_way(ledger: Ledger) -> None:
    enter(ledger, "dossiers", *steps(("đã nộp", "10/01/2025"), ("thẩm tra", "20/01/2025")))
    enter(ledger, "dossiers", *steps(("thẩm định", "20/02/2025"), ("quyết định", "20/03/2025")))
    taken = facts_of(ledger).dossiers
    assert [dossier.step for dossier in taken] == ["submitted", "verified", "appraised", "decided"]
    assert {dossier.criteria_set for dossier in taken} == {"VN-NTM-XA-NANGCAO-2021-2025"}


def test_a_returned_dossier_begins_again(ledger: Ledger) -> None:
    enter(ledger, "dossiers", *steps(("đã nộp", "10/01/2025"), ("thẩm tra", "20/01/2025"), ("trả lại", "25/01/2025")))
    again = steps(("đã nộp", "01/03/2025"), ("thẩm tra", "10/03/2025"))
    found = checked(ledger, "dossiers", *again)
    assert [change.kind for change in found.preview.changes] == ["changed", "changed"]
    ledger.submit(found.submission)
    assert {d.step: day_label(d.day) for d in facts_of(ledger).dossiers} == {
        "returned": "25/01/2025",
        "submitted": "01/03/2025",
        "verified": "10/03/2025",
    }
    enter(ledger, "dossiers", *steps(("thẩm định", "20/03/2025")))


@pytest.mark.parametrize(
    ("taken", "row", "says"),
    [
        ([("thẩm tra", "20/01/2025")], 4, "chưa thể có vì hồ sơ này chưa nộp"),
        ([("đã nộp", "20/01/2025"), ("thẩm tra", "10/01/2025")], 5, "chưa thể có vì hồ sơ này chưa nộp"),
        ([("đã nộp", "10/01/2025"), ("thẩm định", "20/01/2025")], 5, "không thể theo sau “đã nộp” (10/01/2025)"),
        (
            [("đã nộp", "10/01/2025"), ("thẩm tra", "20/01/2025"), ("quyết định", "21/01/2025")],
            6,
            "Bước “quyết định” (21/01/2025) không thể theo sau “thẩm tra” (20/01/2025)",
        ),
    ],
)
def test_steps_out_of_order_are_refused(shared: Ledger, taken: list[tuple[str, str]], row: int, says: str) -> None:
    faults = faults_of(shared, "dossiers", *steps(*taken))
    assert faults[0][0] == cell("dossiers", "step", row)
    assert says in faults[0][1]


def test_a_step_is_held_against_those_of_earlier_files(ledger: Ledger) -> None:
    enter(ledger, "dossiers", *steps(("đã nộp", "10/01/2025"), ("thẩm tra", "20/01/2025")))
    ((_, says),) = faults_of(ledger, "dossiers", *steps(("đã nộp", "25/01/2025")))
    assert "Bước “đã nộp” (25/01/2025) không thể theo sau “thẩm tra” (20/01/2025)" in says
    ((_, says),) = faults_of(ledger, "dossiers", *steps(("trả lại", "15/01/2025")))
    assert "Bước “thẩm tra” (20/01/2025) không thể theo sau “trả lại” (15/01/2025)" in says
    # A slip in the date is corrected by the same step.
    assert checked(ledger, "dossiers", *steps(("đã nộp", "09/01/2025"))).preview.changes[0].kind == "changed"


def test_without_districts_there_is_no_verification_by_them(shared: Ledger) -> None:
    checked(shared, "dossiers", *steps(("đã nộp", "02/07/2025"), ("thẩm định", "20/07/2025")))


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"set": None}, "set", "Thiếu “Bộ tiêu chí”"),
        ({"set": "Bộ tiêu chí 2021–2025"}, "set", f"chọn một trong: {ADVANCED_SET}."),
        ({"step": "xong"}, "step", "chọn một trong: đã nộp, thẩm tra, thẩm định, quyết định, trả lại."),
        ({"day": None}, "day", "Thiếu “Ngày”"),
        ({"void": "Hủy"}, "void", "Không có bước này của hồ sơ để hủy"),
    ],
    ids=str,
)
def test_a_faulty_step_is_refused_at_its_cell(shared: Ledger, change: Row, key: str, says: str) -> None:
    faults = faults_of(shared, "dossiers", STEP | dict(change))
    assert [place for place, _ in faults] == [cell("dossiers", key)]
    assert says in faults[0][1]


def test_a_step_can_be_taken_back(ledger: Ledger) -> None:
    enter(ledger, "dossiers", STEP)
    enter(ledger, "dossiers", STEP | {"void": "Hủy"})
    assert list(facts_of(ledger).dossiers) == []


# All of them --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMS)
def test_the_same_facts_again_change_nothing_and_say_so(ledger: Ledger, kind: str) -> None:
    enter(with_register(ledger), kind, EXAMPLES[kind])
    found = checked(ledger, kind, EXAMPLES[kind], sender=Sender(actor="Văn phòng khác"))
    assert found.preview.changes == ()
    assert any("mọi dòng đã được ghi như vậy" in text or "đang có hiệu lực" in text for text in found.preview.warnings)


@pytest.mark.parametrize("kind", FORMS)
def test_the_same_row_twice_is_a_fault(shared: Ledger, kind: str) -> None:
    ((place, says),) = faults_of(shared, kind, EXAMPLES[kind], EXAMPLES[kind])
    assert place == str(HEADER_ROW + 2)
    assert "Dòng này trùng với dòng 4. Hãy chỉ giữ một dòng." in says


#: Every column that takes any text, with the column of the store that keeps it.
FREE = [
    ("decisions", "note", "note_vi"),
    ("decisions", "number", "decision_no"),
    ("targets", "department", "department"),
    ("targets", "note", "quote"),
    ("figures", "source", "source"),
    ("figures", "quote", "quote"),
    ("dossiers", "note", "note"),
    ("clusters", "note", "note"),
    ("villages", "note", "note"),
    ("village-recognitions", "note", "note"),
]


@pytest.mark.parametrize(("kind", "key", "column"), FREE)
@pytest.mark.parametrize("text", ["=1+1", "+84 260", "-", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_text_that_looks_like_a_formula_is_stored_as_it_is_and_never_run(
    shared: Ledger, kind: str, key: str, column: str, text: str
) -> None:
    values = {name: str(value) for name, value in EXAMPLES[kind].items()} | {key: text}
    _, content = form_row(kind, values, facts_of(shared))
    assert f"'{text}" in content.decode()
    rows = one_row(shared, kind, values).submission.rows
    (row,) = rows[{"decisions": "recognitions", "village-recognitions": "village_recognitions"}.get(kind, kind)]
    assert row[column] == text


def test_a_formula_in_a_workbook_without_a_result_is_told(shared: Ledger) -> None:
    faults = refused(shared, filled(shared, "decisions", DECISION | {"note": "=1+1"}))
    assert [(fault.sheet, fault.row, fault.column) for fault in faults] == [("Quyết định", 4, "J")]


def test_a_name_has_one_meaning_however_it_is_typed(shared: Ledger) -> None:
    assert folded("  HOÀ\u00a0BÌNH ") == folded("Hòa Bình") == "hoa binh"
    assert folded("Ðăk  Ia H’Drai – x") == folded("đak Ia H'Drai - X")
    finder = CommuneFinder(facts_of(shared).units)
    assert finder.find(None, "Xã Đăk Hà").code == "23425"
    assert finder.find(None, "thị trấn Đăk Hà").code == "23500"
    assert finder.find(None, "Đăk Long", "613").code == MANG_DEN
    assert finder.district("TP Kon Tum").code == "608"


WILD = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [*map(str, DECISION.values()), *map(str, TARGET.values()), *map(str, FIGURE.values()), "610", "Hủy"]
    ),
    st.from_regex(r"[0-9/.,\-]{1,10}", fullmatch=True),
)


@pytest.fixture(scope="module")
def known(shared: Ledger) -> LedgerFacts:
    """Return the facts of the shared store, read once."""
    return facts_of(shared)


@given(data=st.data(), kind=st.sampled_from(list(FORMS)))
def test_whatever_is_typed_there_is_an_answer_and_nothing_is_stored(
    shared: Ledger, known: LedgerFacts, data: st.DataObject, kind: str
) -> None:
    keys = [column.key for column in FORMS[kind].columns]
    changed = data.draw(st.dictionaries(st.sampled_from(keys), WILD, max_size=4))
    values = {key: str(value) for key, value in EXAMPLES[kind].items()} | changed
    name, content = form_row(kind, values, known)
    with suppress(NtmError):
        assert check(content, name, known, shared, OFFICE).submission.rows
    assert shared.version() == known.version
