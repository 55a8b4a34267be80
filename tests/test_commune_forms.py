"""Forms where districts no longer exist: a report per commune, on the unit list of its month and on no other.

Of the 40 units of the former Kon Tum 37 are communes: 33 new ones and four that stayed as they were. 21 of their codes
belonged to units of other names: 23425 was Đăk Hà (Tu Mơ Rông) until 06/2025 and is Tu Mơ Rông since.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from monthly_files import SENDER, check, edited, facts_of, faults, fill, new_ledger, opened, put

from base.clock import Month
from base.errors import DataError, StateError
from intake.checked import Checked
from intake.monthly import check_monthly
from intake.scope import facts_in, scope_of
from intake.template import monthly_template
from programme.units import Unit, districts_of, reporters_of, without_districts
from store.ledger import Ledger
from store.queries import LedgerFacts

SET = "VN-NTM-XA-2021-2025"
MAY, JUNE, JULY, AUGUST = Month(2025, 5), Month(2025, 6), Month(2025, 7), Month(2025, 8)
DAK_LONG, TU_MO_RONG = "23368", "23425"
AREA = "địa bàn tỉnh Kon Tum cũ"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Ledger:
    """Return a store that no test writes to."""
    return new_ledger(tmp_path_factory.mktemp("shared"), base)


@pytest.fixture
def ledger(tmp_path: Path, base: Path) -> Iterator[Ledger]:
    made = new_ledger(tmp_path, base)
    yield made
    made.engine.dispose()


def form(ledger: Ledger, place: str, month: Month = AUGUST, province: str = "kontum", lang: str = "vi") -> bytes:
    return monthly_template(facts_of(ledger, province), place, month, lang)


def nameless(book: openpyxl.Workbook) -> None:
    """Take everything away that says which place and month the workbook is of."""
    for name in [prop.name for prop in book.custom_doc_props.props]:
        del book.custom_doc_props[name]
    for row in (1, 2):
        book["Tiêu chí"].cell(row, 1).value = None


def of_month(month: Month) -> dataclasses.dataclass:
    return dataclasses.replace(SENDER, period=month)


def check_for(ledger: Ledger, content: bytes, province: str, sender: object = SENDER) -> Checked:
    return check_monthly(opened(content), content, facts_of(ledger, province), ledger, sender)  # type: ignore[arg-type]


def refusal(ledger: Ledger, content: bytes, province: str) -> list[str]:
    with pytest.raises(DataError) as refused:
        check_for(ledger, content, province)
    return [fault.says("vi") for fault in refused.value.faults]


def of(facts: LedgerFacts, month: Month) -> list[str]:
    return list(reporters_of(facts_in(facts, month).units.values()))


# Who reports


def made(code: str, district: str, kind: str = "xã", former: str = "") -> Unit:
    return Unit(code, f"Tên {code}", kind, district, f"Huyện {district}", kind == "xã", (), (), former)


def test_districts_report_while_there_are_any() -> None:
    units = [made("10002", "200"), made("10001", "100"), made("10003", "100", "thị trấn")]
    assert not without_districts(units)
    assert reporters_of(units) == districts_of(units)
    assert [one.covering for one in reporters_of(units).values()] == [{"", "100"}, {"", "200"}]
    assert not any(one.is_commune for one in reporters_of(units).values())


def test_every_commune_reports_where_districts_are_former_groupings() -> None:
    units = [
        made("10009", "100", former="a"),
        made("10002", "200", former="b"),
        made("10001", "100", "phường", former="a"),
        made("10003", "100", former="a"),
    ]
    found = reporters_of(units)
    assert list(found) == ["10003", "10009", "10002"]
    assert all(one.is_commune and one.programme_units == one.units for one in found.values())
    assert (found["10009"].name, found["10009"].within) == ("Xã Tên 10009", "xã Tên 10009")
    assert found["10002"].covering == {"", "b", "10002"}


@pytest.mark.parametrize(
    ("province", "before", "after"), [("kontum", 10, 37), ("quangnam", 18, 67), ("quangngai", None, 86)]
)
def test_how_many_report_before_and_after_the_merger(
    shared: Ledger, province: str, before: int | None, after: int
) -> None:
    facts = facts_of(shared, province)
    assert len(of(facts, JULY)) == after
    if before is None:
        with pytest.raises(StateError, match="Tháng 06/2025 nằm ngoài"):
            of(facts, JUNE)
    else:
        assert len(of(facts, JUNE)) == before


def test_the_37_communes_of_the_former_kon_tum_are_33_new_ones_and_four_that_stayed(shared: Ledger) -> None:
    facts = facts_in(facts_of(shared), JULY)
    kept = {code for code, rows in facts.predecessors.items() if any(row.unchanged for row in rows)}
    communes = set(reporters_of(facts.units.values()))
    assert communes & kept == {DAK_LONG, "23530", "23535", "23536"}
    assert len(communes - kept) == 33
    assert (facts.province, facts.part) == ("quangngai", "kontum")
    assert facts_in(facts, JUNE).province == "kontum"  # and back again
    assert facts_in(facts, AUGUST) is facts


# The form


def test_the_form_of_a_commune_has_its_one_row(shared: Ledger) -> None:
    workbook = opened(form(shared, DAK_LONG))
    rows = workbook.sheets[0].rows
    assert [row[0] if row else None for row in rows[:4]] == [
        "KẾT QUẢ THỰC HIỆN TIÊU CHÍ NÔNG THÔN MỚI – THÁNG 08/2025",
        "Xã Đăk Long, Tỉnh Quảng Ngãi",
        "Bộ tiêu chí 2021–2025 (318/QĐ-TTg ngày 08/03/2022, Phụ lục I)",
        None,  # no source on deadlines
    ]
    assert rows[4][:3] == ("Mã xã", "Tên xã", "1. Quy hoạch")
    assert rows[5:] == ((DAK_LONG, "Đăk Long"),)
    assert workbook.properties == {
        "ntm_kind": "monthly",
        "ntm_province": "quangngai",
        "ntm_district": DAK_LONG,
        "ntm_period": "2025-08",
        "ntm_set": SET,
    }
    assert "Ủy ban nhân dân xã điền cho xã mình" in str(workbook.sheets[1].rows)
    assert "cấp huyện điền" not in str(workbook.sheets[1].rows)


@pytest.mark.parametrize(
    ("lang", "title"), [("vi", "Địa bàn tỉnh Kon Tum cũ"), ("en", "The area of the former Kon Tum province")]
)
def test_one_workbook_may_have_every_commune_of_the_area(shared: Ledger, lang: str, title: str) -> None:
    content = form(shared, "", lang=lang)
    rows = opened(content).sheets[0].rows
    assert str(rows[1][0]).startswith(title)
    assert len(rows) == 5 + 37
    assert rows[4][2] in {"1. Quy hoạch", "1. Planning"}  # no column of districts
    said = check(shared, content).submission
    assert (said.province, said.district, len(said.rows["assessments"])) == ("quangngai", "kontum", 37 * 19)


def test_who_does_not_report_in_a_month_has_no_form_and_the_sentence_says_who_does(shared: Ledger) -> None:
    with pytest.raises(StateError, match="không có xã nào của chương trình mang mã “610”") as refused:
        form(shared, "610")
    assert "mã xã gồm 5 chữ số, ví dụ 23317 (Xã Ngọk Bay)" in str(refused.value)
    with pytest.raises(StateError, match="mã “23293”"):  # a ward
        form(shared, "23293")
    with pytest.raises(StateError, match="Không có huyện mang mã “23368”"):
        form(shared, DAK_LONG, MAY)
    assert opened(form(shared, "610", MAY)).properties["ntm_province"] == "kontum"


# There and back


def test_a_commune_form_comes_back_and_is_stored_for_the_larger_province(ledger: Ledger) -> None:
    checked = check(ledger, edited(form(ledger, DAK_LONG), fill("Đạt", last="U6"), put({"D6": "Chưa đạt"})))
    assert checked.preview.title == "Báo cáo tháng 08/2025 – xã Đăk Long"
    said = checked.submission
    assert (said.province, said.district, said.period) == ("quangngai", DAK_LONG, AUGUST)
    assert {(r["unit"], r["period"]) for r in said.rows["assessments"]} == {(DAK_LONG, 202508)}
    receipt = ledger.submit(said)
    assert (receipt.province, receipt.district, receipt.revision) == ("quangngai", DAK_LONG, 1)
    again = opened(form(ledger, DAK_LONG, Month(2025, 9))).sheets[0].rows[5]
    assert (again.count("Đạt"), again[3]) == (18, "Chưa đạt")
    mended = check(ledger, edited(form(ledger, DAK_LONG), put({"D6": "Đạt"})))
    assert any(f"biên nhận số {receipt.id}" in warning for warning in mended.preview.warnings)
    assert [change.kind for change in mended.preview.changes] == ["gained"]


def test_the_file_itself_says_which_commune_when_the_sender_says_nothing(shared: Ledger) -> None:
    sender = of_month(AUGUST)
    for content in (edited(form(shared, DAK_LONG), nameless), edited(form(shared, "", lang="en"), nameless)):
        said = check_for(shared, content, "kontum", sender).submission
        assert said.district in {DAK_LONG, "kontum"}
    titled = edited(form(shared, DAK_LONG), nameless, put({"A2": "UBND XÃ ĐĂK LONG"}))
    assert check_for(shared, titled, "kontum", sender).submission.district == DAK_LONG


def test_some_communes_of_many_are_neither_one_report_nor_the_whole(shared: Ledger) -> None:
    content = edited(form(shared, ""), nameless, lambda book: book["Tiêu chí"].delete_rows(9, 40))
    (said,) = faults(shared, content, of_month(AUGUST))  # type: ignore[arg-type]
    assert "Không rõ tệp là báo cáo của xã nào: tệp có 3 xã" in said.says("vi")
    assert AREA in said.says("vi")


def test_a_row_of_another_commune_is_refused_where_it_stands(shared: Ledger) -> None:
    content = edited(form(shared, DAK_LONG), put({"A7": TU_MO_RONG, "B7": "Tu Mơ Rông", "C7": "Đạt"}))
    (said,) = faults(shared, content)
    assert (said.column, said.row) == ("A", 7)
    assert "không thuộc xã Đăk Long. Hãy bỏ dòng này" in said.says("vi")


def test_the_whole_of_one_province_is_not_the_area_of_another(shared: Ledger) -> None:
    area, whole = form(shared, ""), form(shared, "", province="quangngai")
    assert check_for(shared, whole, "quangngai").submission.district == ""
    assert len(check_for(shared, whole, "quangngai").submission.rows["assessments"]) == 86 * 19
    assert f"Tệp là của {AREA}, nhưng đang nộp cho Tỉnh Quảng Ngãi. Hãy chọn đúng xã hoặc đúng tệp." in refusal(
        shared, area, "quangngai"
    )
    assert f"Tệp là của Tỉnh Quảng Ngãi, nhưng đang nộp cho {AREA}. Hãy chọn đúng xã hoặc đúng tệp." in refusal(
        shared, whole, "kontum"
    )
    # A commune of the area may be handed in for either.
    assert check_for(shared, form(shared, DAK_LONG), "quangngai").submission.district == DAK_LONG


def test_names_that_differ_by_their_tone_alone_name_nobody_in_a_title(shared: Ledger) -> None:
    """Ba Tơ and Ba Tô are two communes of one former district."""
    facts = facts_in(facts_of(shared, "quangngai"), AUGUST)
    twins = {unit.name: unit.code for unit in facts.units.values() if unit.name in {"Ba Tơ", "Ba Tô"}}
    assert len(twins) == 2
    for code in twins.values():
        content = form(shared, code, province="quangngai")
        assert check_for(shared, content, "quangngai").submission.district == code
        untold = edited(content, lambda book: book.custom_doc_props.__delitem__("ntm_district"))
        assert check_for(shared, untold, "quangngai").submission.district == code


def test_what_the_sender_chose_is_held_against_the_file_in_words_of_communes(shared: Ledger) -> None:
    sender = dataclasses.replace(SENDER, district=TU_MO_RONG)
    (said,) = faults(shared, form(shared, DAK_LONG), sender)
    assert (
        said.says("vi") == "Tệp là của Xã Đăk Long, nhưng đang nộp cho Xã Tu Mơ Rông. Hãy chọn đúng xã hoặc đúng tệp."
    )
    (said,) = faults(shared, edited(form(shared, DAK_LONG), put({"A2": "Xã Tu Mơ Rông"})))
    assert "Tiêu đề ghi Xã Tu Mơ Rông" in said.says("vi")
    assert said.says("vi").endswith("Hãy kiểm tra lại tệp và xã.")


# Codes that belonged to other communes


def test_nothing_of_the_unit_that_had_the_code_before_is_taken_over(ledger: Ledger) -> None:
    old = check(ledger, edited(form(ledger, "617", JUNE), fill("Đạt", last="U16")))
    assert TU_MO_RONG in {r["unit"] for r in old.submission.rows["assessments"]}
    ledger.submit(old.submission)
    assert opened(form(ledger, "617", JUNE)).sheets[0].rows[5].count("Đạt") == 19
    new = form(ledger, TU_MO_RONG, JULY)
    assert opened(new).sheets[0].rows[5:] == ((TU_MO_RONG, "Tu Mơ Rông"),)
    checked = check(ledger, edited(new, fill("Chưa đạt", last="U6")))
    assert dict(checked.preview.figures)["Số tiêu chí đạt"] == "chưa có → 0"
    assert {change.kind for change in checked.preview.changes} == {"new"}
    ledger.submit(checked.submission)
    facts = facts_of(ledger)
    assert facts.assessments(SET, JUNE)[TU_MO_RONG]["1"].result == "met"
    later = facts_in(facts, AUGUST)
    assert later.assessments(SET, AUGUST, JULY)[TU_MO_RONG]["1"].result == "not-met"
    assert {row.period for row in later.history(SET, TU_MO_RONG, AUGUST, JULY)} == {JULY}


@pytest.mark.parametrize("district", ["617", "615", ""])
def test_a_workbook_on_the_old_list_is_refused_for_a_new_month(shared: Ledger, district: str) -> None:
    content = edited(form(shared, district, JUNE), nameless)
    (said,) = faults(shared, content, of_month(AUGUST))  # type: ignore[arg-type]
    assert "theo danh mục xã đến tháng 06/2025, nhưng báo cáo tháng 08/2025 phải theo danh mục từ tháng 07/2025" in (
        said.says("vi")
    )
    assert "Hãy tải biểu mẫu của tháng 08/2025" in said.says("vi")


@pytest.mark.parametrize("place", [TU_MO_RONG, ""])
def test_a_workbook_on_the_new_list_is_refused_for_an_old_month(shared: Ledger, place: str) -> None:
    content = edited(form(shared, place), nameless)
    (said,) = faults(shared, content, of_month(MAY))  # type: ignore[arg-type]
    assert "theo danh mục xã từ tháng 07/2025, nhưng báo cáo tháng 05/2025 phải theo danh mục đến tháng 06/2025" in (
        said.says("vi")
    )


def test_our_own_form_of_one_month_is_not_taken_for_another(shared: Ledger) -> None:
    said = [fault.says("vi") for fault in faults(shared, form(shared, "617", JUNE), of_month(AUGUST))]  # type: ignore[arg-type]
    assert said == [
        "Tệp là báo cáo tháng 06/2025, nhưng đang nộp cho tháng 08/2025. Hãy chọn đúng tháng hoặc đúng tệp."
    ]


def test_a_reused_code_with_the_name_of_before_is_told_by_the_name(shared: Ledger) -> None:
    content = edited(form(shared, ""), put({"B39": "Đăk Hà"}))
    row = opened(content).sheets[0].rows[38]
    assert row[:2] == (TU_MO_RONG, "Đăk Hà")
    told = {(f.column, f.row): f.says("vi") for f in faults(shared, content)}
    assert told["A", 39].startswith("Mã 23425 là Xã Tu Mơ Rông")


def test_a_list_that_fits_both_is_the_months(shared: Ledger) -> None:
    """Đăk Long, Rờ Kơi, Mô Rai and Ia Đal kept name and code: their rows say nothing of the time."""
    content = edited(form(shared, DAK_LONG, JULY), nameless)
    assert check_for(shared, content, "kontum", of_month(JULY)).submission.province == "quangngai"


# What the sender is told


def test_a_report_beside_one_of_the_whole_area_says_which_counts(ledger: Ledger) -> None:
    ledger.submit(check(ledger, form(ledger, DAK_LONG)).submission)
    whole = check(ledger, form(ledger, ""))
    assert "Tháng này đã có báo cáo của 1 xã; kết quả sẽ theo tệp này." in whole.preview.warnings
    receipt = ledger.submit(whole.submission)
    told = check(ledger, form(ledger, TU_MO_RONG)).preview.warnings
    assert any(f"tệp chung của nhiều xã (biên nhận số {receipt.id})" in warning for warning in told)
    assert not any("huyện" in warning for warning in told)
    # The rest of the province has its own files.
    other = next(c for c in of(facts_of(ledger, "quangngai"), AUGUST) if c not in of(facts_of(ledger), AUGUST))
    there = check_for(ledger, form(ledger, other, province="quangngai"), "quangngai").preview.warnings
    assert not any("tệp chung" in warning for warning in there)


def test_the_scope_says_since_when_its_codes_are_its_communes(shared: Ledger) -> None:
    new = scope_of(facts_in(facts_of(shared), AUGUST), "", AUGUST)
    old = scope_of(facts_of(shared), "", MAY)
    assert (new.since, new.by_commune, new.listed, len(new.units)) == (JULY, True, False, 37)
    assert (old.since, old.by_commune, old.listed, len(old.units)) == (Month(2015, 3), False, True, 85)
