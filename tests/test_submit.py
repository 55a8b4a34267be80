"""Handing in: what a file is, who may store it, and that it is stored whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from form_files import (
    DECISION,
    EXAMPLES,
    HEADER_ROW,
    OFFICE,
    as_csv,
    enter,
    filled,
    refused,
    saved,
    with_register,
)
from monthly_files import edited, facts_of, fill, new_ledger, template
from openpyxl.packaging.custom import StringProperty

from base.clock import Month, today
from base.errors import AccessError, ConflictError, DataError, DuplicateError, StateError
from intake.answer import Handed, hand_in
from intake.checked import Sender
from intake.criteria_file import criteria_template
from intake.submit import TITLES, check, require_office, submit
from intake.templates import Wanted, template_of
from store.ledger import Kind, Ledger

SET = "VN-NTM-XA-2021-2025"


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


def kind_of(ledger: Ledger, content: bytes, name: str, kind: Kind | None = None) -> str:
    return check(content, name, facts_of(ledger), ledger, OFFICE, kind).submission.kind


def anonymous(content: bytes) -> bytes:
    """Return a workbook as it is after copying its sheets into another: without properties, lists and guide."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for item in list(book.custom_doc_props.names):
        del book.custom_doc_props[item]
    for name in ("Danh mục", "Hướng dẫn"):
        del book[name]
    return saved(book)


def example(ledger: Ledger, kind: str) -> bytes:
    if kind == "monthly":
        return edited(template(ledger), fill())
    if kind == "criteria-set":
        return criteria_template(facts_of(ledger), SET)
    return filled(ledger, kind, EXAMPLES[kind])


@pytest.mark.parametrize("kind", TITLES)
def test_a_file_is_known_by_its_properties_or_else_by_its_headings(shared: Ledger, kind: str) -> None:
    content = example(shared, kind)
    assert kind_of(shared, content, "a.xlsx") == kind
    assert kind_of(shared, anonymous(content), "a.xlsx") == kind


@pytest.mark.parametrize("kind", EXAMPLES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_csv_file_is_known_by_its_headings(shared: Ledger, kind: str, lang: str) -> None:
    assert kind_of(shared, as_csv(kind, EXAMPLES[kind], lang=lang), "a.csv") == kind


def test_a_title_above_and_moved_columns_do_not_matter(shared: Ledger) -> None:
    book = openpyxl.load_workbook(io.BytesIO(anonymous(filled(shared, "decisions", DECISION))))
    sheet = book.worksheets[0]
    sheet.insert_rows(1, 4)
    sheet.insert_cols(2, 2)
    sheet.cell(HEADER_ROW + 4, 2).value = "STT"
    (row,) = check(saved(book), "a.xlsx", facts_of(shared), shared, OFFICE).submission.rows["recognitions"]
    assert (row["code"], row["cell"]) == (DECISION["code"], f"A{HEADER_ROW + 5}")


def test_what_is_no_form_is_told_with_its_headings_and_the_forms(shared: Ledger) -> None:
    (fault,) = refused(shared, "Họ tên;Ngày sinh\nA;1/1/1990".encode(), "a.csv")
    said = fault.says("vi")
    assert "Các tiêu đề tìm thấy: “Họ tên”, “Ngày sinh”." in said
    for title in TITLES.values():
        assert title in said
    (fault,) = refused(shared, b"1\n2\n", "a.csv")
    assert "Các tiêu đề tìm thấy: không có." in fault.says("vi")


def test_a_form_with_faults_of_its_table_is_still_known(shared: Ledger) -> None:
    book = openpyxl.load_workbook(io.BytesIO(anonymous(filled(shared, "decisions", DECISION, DECISION))))
    book.worksheets[0].merge_cells(f"F{HEADER_ROW + 1}:F{HEADER_ROW + 2}")
    (fault,) = refused(shared, saved(book), "a.xlsx")
    assert "bị gộp" in fault.says("vi")


def test_a_file_handed_in_as_another_kind_is_refused(shared: Ledger) -> None:
    (fault,) = refused(shared, filled(shared, "decisions", DECISION), "a.xlsx", "targets")
    assert "Tệp là biểu “Quyết định công nhận / thu hồi”, nhưng đang nộp làm “Danh sách mục tiêu năm”" in fault.says(
        "vi"
    )
    (fault,) = refused(shared, as_csv("decisions", DECISION), "a.csv", "targets")
    assert "Bảng thiếu cột: “Năm”, “Loại mục tiêu”" in fault.says("vi")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ntm_province", "quangnam", "biểu mẫu của tỉnh khác, không phải của Tỉnh Kon Tum"),
        ("ntm_sample", "1", "số liệu minh họa, không được ghi vào kho số liệu thật"),
    ],
)
@pytest.mark.parametrize("kind", [*EXAMPLES, "criteria-set"])
def test_a_form_of_another_province_or_of_a_sample_is_refused(
    shared: Ledger, kind: str, name: str, value: str, says: str
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(example(shared, kind)))
    properties = {item.name: item for item in book.custom_doc_props.props}
    if name in properties:
        properties[name].value = value
    else:
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    (fault,) = refused(shared, saved(book))
    assert says in fault.says("vi")


def test_district_and_month_are_only_chosen_for_reports(shared: Ledger) -> None:
    content = filled(shared, "decisions", DECISION)
    for sender in (Sender("VP", district="615"), Sender("VP", period=Month(2025, 5))):
        with pytest.raises(StateError, match="chỉ chọn khi nộp báo cáo tháng"):
            check(content, "a.xlsx", facts_of(shared), shared, sender)


def test_a_file_cannot_have_arrived_tomorrow(shared: Ledger) -> None:
    sender = Sender("VP", received=today() + timedelta(days=30))
    with pytest.raises(StateError, match="ở sau hôm nay"):
        check(filled(shared, "decisions", DECISION), "a.xlsx", facts_of(shared), shared, sender)


def test_only_a_named_office_may_store(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NTM_OFFICE", raising=False)
    with pytest.raises(AccessError, match="NTM_OFFICE"):
        require_office()
    handed = Handed(filled(ledger, "decisions", DECISION), "a.xlsx")
    answer = hand_in(handed, facts_of(ledger), ledger, OFFICE, dry_run=False)
    assert isinstance(answer.refusal, AccessError)
    assert ledger.version() == 1
    monkeypatch.setenv("NTM_OFFICE", " Văn phòng Điều phối ")
    assert require_office() == "Văn phòng Điều phối"
    assert hand_in(handed, facts_of(ledger), ledger, OFFICE, dry_run=True).receipt is None
    assert ledger.version() == 1
    answer = hand_in(handed, facts_of(ledger), ledger, OFFICE, dry_run=False)
    assert answer.receipt is not None
    assert ledger.version() == answer.receipt.id == 2


@pytest.mark.parametrize("kind", TITLES)
def test_the_same_file_twice_is_recognised(ledger: Ledger, kind: str) -> None:
    content = example(with_register(ledger), kind)
    submit(ledger, check(content, "a.xlsx", facts_of(ledger), ledger, OFFICE))
    found = check(content, "a.xlsx", facts_of(ledger), ledger, OFFICE)
    assert any("đang có hiệu lực rồi (biên nhận số 3)" in warning for warning in found.preview.warnings)
    with pytest.raises(DuplicateError, match="biên nhận số 3"):
        submit(ledger, found)
    assert ledger.version() == 3


def test_what_was_checked_against_may_not_have_changed(ledger: Ledger) -> None:
    late = check(filled(ledger, "decisions", DECISION), "a.xlsx", facts_of(ledger), ledger, OFFICE)
    enter(ledger, "decisions", DECISION | {"number": "100/QĐ-UBND"})
    with pytest.raises(ConflictError):
        submit(ledger, late)
    # Another kind of form does not stand in the way.
    target = check(filled(ledger, "targets", EXAMPLES["targets"]), "b.xlsx", facts_of(ledger), ledger, OFFICE)
    enter(ledger, "decisions", DECISION | {"number": "101/QĐ-UBND"})
    submit(ledger, target)


def test_the_original_file_is_kept(ledger: Ledger) -> None:
    content = filled(ledger, "decisions", DECISION)
    receipt = submit(ledger, check(content, "qd 99.xlsx", facts_of(ledger), ledger, OFFICE))
    assert ledger.blob(receipt.file_hash) == content
    assert (receipt.file_name, receipt.sheets, receipt.actor) == ("qd 99.xlsx", ("Quyết định",), OFFICE.actor)


@pytest.mark.parametrize("kind", TITLES)
def test_every_kind_has_a_form(shared: Ledger, kind: Kind) -> None:
    wanted = Wanted(district="615", period=Month(2025, 5)) if kind == "monthly" else Wanted()
    book = openpyxl.load_workbook(io.BytesIO(template_of(kind, facts_of(shared), wanted)))
    assert {item.name: item.value for item in book.custom_doc_props.props}["ntm_kind"] == kind


@pytest.mark.parametrize(
    ("kind", "wanted", "says"),
    [
        ("monthly", Wanted(), "Hãy cho biết tháng của báo cáo"),
        ("monthly", Wanted(period=Month(2025, 5), set_id=SET), "Chỉ biểu “Bộ tiêu chí”"),
        ("decisions", Wanted(district="615"), "chỉ chọn cho báo cáo tháng"),
        ("targets", Wanted(indicators=True), "chỉ chọn cho báo cáo tháng"),
        ("criteria-set", Wanted(period=Month(2025, 5)), "chỉ chọn cho báo cáo tháng"),
    ],
)
def test_what_a_form_does_not_have_cannot_be_asked_for(shared: Ledger, kind: Kind, wanted: Wanted, says: str) -> None:
    with pytest.raises(StateError, match=says):
        template_of(kind, facts_of(shared), wanted)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04 broken", b"\x00\x01"])
def test_what_cannot_be_opened_is_refused_before_anything_else(shared: Ledger, content: bytes) -> None:
    with pytest.raises(DataError):
        check(content, "a.xlsx", facts_of(shared), shared, OFFICE)
