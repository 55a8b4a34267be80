"""Layer ``reporting`` on small stores: who has handed in, how late, who is missing, and from when on anybody can be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import TIME_ZONE, Month
from geo.boundaries import load
from intake.collection import load_collection
from layers import reporting
from layers.attention import attention
from layers.context import LONGEST_NAME, LayerContext
from layers.registry import default_month
from layers.view import LayerView, ViewState
from programme.deadlines import deadline
from programme.province import Reporting, province_of
from programme.reporting import DistrictReport, district_reports, first_month
from programme.units import District
from render.sheet import compose
from render.table import as_csv, as_json, as_text, as_xlsx
from store.ledger import Ledger, Submission
from store.queries import LedgerFacts

DISTRICTS = ("608", "610", "611", "612", "613", "614", "615", "616", "617", "618")
#: Later than the collection; each file is recorded a minute after the one before.
FIRST = datetime(2026, 11, 23, 14, 5, tzinfo=TIME_ZONE)
LATER = date(2026, 11, 24)
MAY, JUNE = Month(2025, 5), Month(2025, 6)
RULE = Reporting(district_before_day=15, office_before_day=20, source="x")


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the published collection, to be copied."""
    path = tmp_path_factory.mktemp("reporting") / "store.sqlite3"
    ledger = Ledger(f"sqlite:///{path}")
    load_collection(ledger)
    ledger.engine.dispose()
    return path


@dataclass
class Office:
    """The Coordination Office with a store of its own."""

    ledger: Ledger
    count: int = 0

    def receive(
        self, district: str, period: Month, received: str, by: str = "Văn phòng Điều phối", sent_by: str = ""
    ) -> None:
        """Record a monthly workbook that came in on a day."""
        self.ledger.submit(
            Submission(
                kind="monthly",
                province="kontum",
                district=district,
                period=period,
                file_name=f"bao-cao-{district or 'tinh'}.xlsx",
                content=f"file {self.count}".encode(),
                actor=by,
                sent_by=sent_by,
                rows={},
                received=date.fromisoformat(received),
                recorded_at=FIRST + timedelta(minutes=self.count),
            )
        )
        self.count += 1

    @property
    def facts(self) -> LedgerFacts:
        return LedgerFacts(self.ledger, "kontum", self.ledger.version())

    def context(
        self, period: Month = MAY, day: date = LATER, rule: Reporting | None = None, **state: str
    ) -> LayerContext:
        province = province_of("kontum")
        if rule:
            province = province.model_copy(update={"reporting": rule})
        view = ViewState(layer="reporting", period=period).but(**state)
        return LayerContext(self.facts, load("kontum-2015"), view, period, province, day)

    def view(self, period: Month = MAY, day: date = LATER, rule: Reporting | None = None, **state: str) -> LayerView:
        return reporting.build(self.context(period, day, rule, **state))


@pytest.fixture
def office(collection: Path, tmp_path: Path) -> Iterator[Office]:
    path = tmp_path / "store.sqlite3"
    shutil.copy(collection, path)
    ledger = Ledger(f"sqlite:///{path}")
    yield Office(ledger)
    ledger.engine.dispose()


@pytest.fixture
def may(office: Office) -> Office:
    """Return an office with the reports of May 2025: six in time, two late, two missing, one corrected late."""
    for district in ("608", "611", "612", "613", "614"):
        office.receive(district, MAY, "2025-05-12")
    office.receive("610", MAY, "2025-05-14", sent_by="Phòng NN&MT Đăk Glei")
    office.receive("615", MAY, "2025-05-15")
    office.receive("616", MAY, "2025-06-02")
    office.receive("610", MAY, "2025-05-28")
    return office


def states(view: LayerView) -> dict[str, tuple[str, object]]:
    """Return state and days of every district."""
    rows = view.frame.loc[list(DISTRICTS), ["class_id", "days"]]
    return {str(code): (row["class_id"], row["days"]) for code, row in rows.iterrows()}


def counts(view: LayerView) -> dict[str, int]:
    return {item.id: item.count for item in view.legend.classes if item.count}


def test_a_month_is_told_as_it_was_handed_in(may: Office) -> None:
    view = may.view()
    assert states(view) == dict.fromkeys(("608", "610", "611", "612", "613", "614"), ("in-time", "")) | {
        "615": ("late", 1),
        "616": ("late", 19),
        "617": ("missing", 17),
        "618": ("missing", 17),
    }
    assert counts(view) == {"in-time": 6, "late": 2, "missing": 2}
    assert view.headline == "8/10 huyện, thành phố đã nộp báo cáo tháng 05/2025; 2 nộp chậm, 2 chưa nộp"
    assert {f.id: f.text for f in view.figures} == {
        "handed-in": "8/10",
        "late": "2",
        "missing": "2",
        "corrected": "1",
        "due": "trước 15/05/2025",
        "office-due": "trước 20/05/2025",
    }
    assert view.frame.loc["kontum", "label"] == "8/10"
    assert {code: view.frame.loc[code, "label"] for code in ("610", "615", "616", "618")} == {
        "610": "✓",
        "615": "chậm 1 ngày",
        "616": "chậm 19 ngày",
        "618": "chưa nộp",
    }


def test_the_list_begins_with_who_is_missing_and_says_when_and_who(may: Office) -> None:
    (block,) = may.view().blocks
    assert [item.district for item in block.items][:4] == ["617", "618", "616", "615"]
    details = {item.district: item.detail for item in block.items}
    assert details["617"] == "Chưa nộp báo cáo tháng 05/2025, quá hạn 17 ngày · 11 xã"
    assert details["616"] == (
        "Nộp báo cáo tháng 05/2025 chậm 19 ngày · nhận ngày 02/06/2025 · "
        "ghi lúc 14:12 23/11/2026, Văn phòng Điều phối · 10 xã"
    )
    assert [item.district for item in may.view(district="616").blocks[0].items] == ["616"]


def test_the_first_file_of_a_month_decides_and_corrections_are_counted(may: Office) -> None:
    view = may.view()
    row = view.frame.loc["610"]
    assert (row["class_id"], row["received"], row["files"]) == ("in-time", "14/05/2025", 2)
    assert row["recorded"] == "14:13 23/11/2026"
    assert "đã nộp lại 1 lần" in row["tooltip"]
    assert [(mark.unit, mark.id) for mark in view.marks] == [("610", "corrected")]


def test_a_file_that_came_first_but_was_recorded_later_still_decides(office: Office) -> None:
    office.receive("610", MAY, "2025-05-20")
    office.receive("610", MAY, "2025-05-10")
    assert states(office.view())["610"] == ("in-time", "")


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2025-04-30", ("in-time", "")),
        ("2025-05-14", ("in-time", "")),
        ("2025-05-15", ("late", 1)),
        ("2025-05-31", ("late", 17)),
        ("2025-07-01", ("late", 48)),
    ],
)
def test_before_the_15th_is_read_literally(office: Office, received: str, expected: tuple[str, object]) -> None:
    office.receive("610", MAY, received)
    assert states(office.view())["610"] == expected


@pytest.mark.parametrize(
    ("day", "expected", "headline"),
    [
        (date(2025, 5, 1), ("pending", ""), "9 chưa nộp, còn hạn"),
        (date(2025, 5, 14), ("pending", ""), "9 chưa nộp, còn hạn"),
        (date(2025, 5, 15), ("missing", 1), "9 chưa nộp"),
        (date(2025, 5, 31), ("missing", 17), "9 chưa nộp"),
        (date(2025, 6, 1), ("missing", 17), "9 chưa nộp"),
    ],
)
def test_a_month_that_is_not_over_is_looked_at_today(
    office: Office, day: date, expected: tuple[str, object], headline: str
) -> None:
    office.receive("610", MAY, "2025-04-30")
    view = office.view(day=day)
    assert states(view)["618"] == expected
    assert view.headline.endswith(f"; {headline}")
    alerts = [item for item in attention(office.context(day=day)).items if "báo cáo" in item.detail]
    assert len(alerts) == (9 if expected[0] == "missing" else 0)


def test_a_province_workbook_counts_for_every_district(office: Office) -> None:
    office.receive("615", MAY, "2025-05-13")
    office.receive("", MAY, "2025-05-17")
    view = office.view()
    assert counts(view) == {"in-time": 1, "late": 9}
    assert view.frame.loc["615", "files"] == 2
    assert states(view)["618"] == ("late", 3)
    assert "trong tệp của toàn tỉnh" in view.frame.loc["618", "tooltip"]
    assert "trong tệp của toàn tỉnh" not in view.frame.loc["615", "tooltip"]


def test_nobody_is_late_before_anybody_reported(office: Office) -> None:
    view = office.view()
    assert counts(view) == {"not-started": 10}
    assert view.headline == "Trong hệ thống chưa có báo cáo tháng nào."
    assert [figure.id for figure in view.figures] == ["due", "office-due"]
    assert not [item for item in attention(office.context()).items if "báo cáo" in item.detail]


def test_the_obligation_begins_with_the_first_month_reported(may: Office) -> None:
    april, june = may.view(Month(2025, 4)), may.view(JUNE)
    assert counts(april) == {"not-started": 10}
    assert "báo cáo đầu tiên là của tháng 05/2025" in april.headline
    assert counts(june) == {"missing": 10}
    assert june.headline == "0/10 huyện, thành phố đã nộp báo cáo tháng 06/2025; 10 chưa nộp"


def test_late_and_missing_districts_need_direction(may: Office) -> None:
    found = {item.district: item for item in attention(may.context()).items if "báo cáo" in item.detail}
    assert {code: (item.text, item.detail) for code, item in found.items()} == {
        "617": ("Huyện Tu Mơ Rông", "chưa nộp báo cáo tháng 05/2025, quá hạn 17 ngày"),
        "618": ("Huyện Ia H'Drai", "chưa nộp báo cáo tháng 05/2025, quá hạn 17 ngày"),
        "616": ("Huyện Sa Thầy", "nộp báo cáo tháng 05/2025 chậm 19 ngày"),
        "615": ("Huyện Đăk Hà", "nộp báo cáo tháng 05/2025 chậm 1 ngày"),
    }
    nobody = [item for item in attention(may.context(JUNE)).items if "báo cáo" in item.detail]
    assert [(item.text, item.detail) for item in nobody] == [
        ("Tất cả huyện, thành phố", "chưa nộp báo cáo tháng 06/2025, quá hạn 16 ngày")
    ]


def test_the_last_month_of_a_quarter_is_the_quarterly_report_too(may: Office) -> None:
    changes = {month: {f.id: f.change for f in may.view(month).figures}["due"] for month in (MAY, JUNE)}
    assert changes == {MAY: "", JUNE: "đồng thời là báo cáo quý"}


def test_half_yearly_reports_are_asked_for_in_june_only(may: Office) -> None:
    half = Reporting(district_before_day=15, office_before_day=20, half_yearly_from="2025-01", source="x")
    view = may.view(MAY, rule=half)
    assert counts(view) == {"in-time": 8, "not-due": 2}
    assert {figure.id for figure in view.figures} == {"handed-in", "late", "missing", "corrected"}
    may_only_missing = {code for code, (state, _) in states(view).items() if state == "not-due"}
    assert may_only_missing == {"617", "618"}
    june = may.view(JUNE, rule=half)
    assert counts(june) == {"missing": 10}
    assert {f.id: f.change for f in june.figures}["due"] == "báo cáo 6 tháng"
    assert "Từ tháng 01/2025, báo cáo 6 tháng một lần." in june.notes


def test_what_was_known_at_an_earlier_meeting_stays_so(may: Office) -> None:
    version = may.ledger.version_at(FIRST)
    earlier = LedgerFacts(may.ledger, "kontum", version)
    context = may.context()
    before = reporting.build(LayerContext(earlier, context.boundary, context.state, MAY, context.province, context.day))
    assert counts(before) == {"in-time": 1, "missing": 9}


def test_the_layer_opens_with_the_newest_month_reported(office: Office) -> None:
    published = default_month("ntm-levels", office.facts)
    assert default_month("reporting", office.facts) == published
    office.receive("610", MAY, "2025-05-12")
    office.receive("610", Month(2025, 2), "2025-05-12")
    assert default_month("reporting", office.facts) == MAY
    assert default_month("ntm-levels", office.facts) == published


def test_the_newest_month_may_be_one_of_the_communes_after_the_merger(office: Office) -> None:
    office.receive("610", MAY, "2025-05-12")
    merged = Merged(office.ledger, office.count)
    merged.receive("21034")  # a commune of the rest of Quảng Ngãi
    assert default_month("reporting", office.facts) == MAY
    merged.receive(LONG)
    assert default_month("reporting", office.facts) == AUGUST


def test_english_has_the_same_numbers(may: Office) -> None:
    english, vietnamese = may.view(lang="en"), may.view()
    assert states(english) == states(vietnamese)
    assert english.headline == "8/10 districts have handed in the report of 05/2025; 2 late, 2 missing"
    assert english.frame.loc["615", "label"] == "1 day(s) late"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_output_can_be_made(may: Office, lang: str) -> None:
    view = may.view(lang=lang)
    assert len(json.loads(as_json(view))["rows"]) == 10
    assert as_csv(view).decode().count("\n") == 11
    assert as_text(view)
    assert as_xlsx(view)
    drawn = compose(view, inset=view.inset, margins=view.margins)
    texts = {text.get_text() for text in drawn.figure.axes[0].texts}
    assert {"✓", view.frame.loc["616", "label"]} <= texts


# Who entered the last fact


def test_the_caption_names_the_collection_until_somebody_enters_a_fact(office: Office) -> None:
    assert "Cập nhật gần nhất: bộ số liệu công bố, 22/11/2026" in office.view().caption
    office.receive("610", MAY, "2025-05-12", sent_by="Phòng NN&MT Đăk Glei")
    assert "Cập nhật gần nhất: 14:05 23/11/2026, Văn phòng Điều phối (Phòng NN&MT Đăk Glei)" in office.view().caption
    office.receive("611", MAY, "2025-05-12", by="Ủy ban")
    assert "Last entry: 14:06 23/11/2026, Ủy ban" in office.view(lang="en").caption


def test_a_very_long_name_leaves_the_standing_of_the_boundaries_on_the_sheet(office: Office) -> None:
    name = "Văn phòng Điều phối Chương trình mục tiêu quốc gia xây dựng nông thôn mới " * 6
    office.receive("610", MAY, "2025-05-12", by=name, sent_by=name)
    view = office.view()
    assert "Ranh giới tham khảo, không có giá trị pháp lý" in view.caption
    assert len(view.caption) < LONGEST_NAME + 400
    printed = " ".join(text.get_text() for text in compose(view).figure.axes[0].texts)
    assert "Văn phòng Điều phối Chương trình" in printed
    assert "không có giá trị pháp lý" in printed


# Communes that report for themselves


AUGUST = Month(2025, 8)
LONG, RO_KOI, DAK_HA, WARD = "23368", "23530", "23500", "23293"


@dataclass
class Merged(Office):
    """The office after the merger: files come in for Quảng Ngãi, the map is that of the former Kon Tum."""

    def receive(
        self, district: str, period: Month = AUGUST, received: str = "2025-08-12", by: str = "VP", sent_by: str = ""
    ) -> None:
        self.ledger.submit(
            Submission(
                kind="monthly",
                province="quangngai",
                district=district,
                period=period,
                file_name=f"{district}.xlsx",
                content=f"file {self.count}".encode(),
                actor=by,
                sent_by=sent_by,
                rows={},
                received=date.fromisoformat(received),
                recorded_at=FIRST + timedelta(minutes=self.count),
            )
        )
        self.count += 1

    def context(
        self, period: Month = AUGUST, day: date = LATER, rule: Reporting | None = None, **state: str
    ) -> LayerContext:
        part = state.pop("part", "kontum")
        facts = LedgerFacts(self.ledger, "quangngai", self.ledger.version(), "quangngai-2025", part)
        province = province_of("quangngai" if rule else part or "quangngai")
        if rule:
            province = province.model_copy(update={"reporting": rule})
        view = ViewState(layer="reporting", province=province.key, period=period).but(**state)
        return LayerContext(facts, load("quangngai-2025", part), view, period, province, day)


@pytest.fixture
def merged(office: Office) -> Merged:
    return Merged(office.ledger)


def classes(view: LayerView) -> dict[str, str]:
    return dict(view.frame["class_id"])


def test_after_the_merger_each_commune_reports_and_without_a_source_nobody_is_late(merged: Merged) -> None:
    merged.receive(LONG)
    merged.receive(RO_KOI, received="2025-10-30")
    merged.receive("21034")  # a commune of the rest of Quảng Ngãi
    view = merged.view(AUGUST)
    assert (view.area_level, len(view.frame), view.legend.key) == ("commune", 40, "reporting-undated")
    assert view.headline == "2/37 xã đã nộp báo cáo tháng 08/2025; 35 chưa nộp, chưa có nguồn về hạn nộp"
    assert counts(view) == {"handed-in": 2, "not-handed-in": 35, "outside": 3}
    assert {code for code, state in classes(view).items() if state == "handed-in"} == {LONG, RO_KOI}
    assert classes(view)[WARD] == "outside"
    assert {f.id: (f.text, f.unit) for f in view.figures} == {
        "handed-in": ("2/37", "xã"),
        "missing": ("35", "xã"),
        "corrected": ("0", "xã"),
    }
    assert "Chưa có nguồn nào về hạn nộp báo cáo của Tỉnh Quảng Ngãi, nên không xét nộp chậm." in view.notes
    assert not [item for item in attention(merged.context()).items if "báo cáo" in item.detail]
    said = " ".join([view.headline, *view.notes[:2], *(item.text + item.detail for item in view.blocks[0].items)])
    assert "huyện" not in said.replace("Cấp huyện không còn", "")


def test_the_list_has_a_line_per_commune_and_none_for_a_ward(merged: Merged) -> None:
    merged.receive(LONG, sent_by="UBND xã Đăk Long")
    (block,) = merged.view(AUGUST).blocks
    assert block.title == "Báo cáo tháng 08/2025 theo xã"
    assert len(block.items) == 37
    assert all(item.district is None for item in block.items)
    by_code = {item.unit: item for item in block.items}
    assert WARD not in by_code
    assert block.items[-1] is by_code[LONG]  # who is there comes last
    assert by_code[LONG].detail == (
        "Đã nộp báo cáo tháng 08/2025 · nhận ngày 12/08/2025 · ghi lúc 14:05 23/11/2026, VP (UBND xã Đăk Long)"
    )
    assert by_code[DAK_HA].detail == "Chưa nộp báo cáo tháng 08/2025"
    # The filter names a former district: Đăk Long, Đăk Môn, Đăk Pék, Đăk Plô, Ngọc Linh, Xốp.
    assert len(merged.view(AUGUST, district="610").blocks[0].items) == 6


@pytest.mark.parametrize(("place", "count", "words"), [("kontum", 37, "của địa bàn"), ("", 37, "của toàn tỉnh")])
def test_a_workbook_of_the_area_or_of_the_province_counts_for_every_commune(
    merged: Merged, place: str, count: int, words: str
) -> None:
    merged.receive(place)
    view = merged.view(AUGUST)
    assert counts(view) == {"handed-in": count, "outside": 3}
    assert words in view.frame.loc[LONG, "tooltip"]
    whole = merged.view(AUGUST, part="")
    assert counts(whole)["handed-in"] == (86 if not place else 37)
    assert whole.headline.startswith(f"{86 if not place else 37}/86 xã đã nộp")


def test_before_the_first_report_since_the_merger_nobody_is_missing(merged: Merged) -> None:
    Office.receive(merged, "610", MAY, "2025-05-12")  # of Kon Tum, before
    view = merged.view(AUGUST)
    assert counts(view) == {"not-started": 37, "outside": 3}
    assert view.headline == "Từ khi sắp xếp đơn vị hành chính (07/2025) chưa có báo cáo tháng nào."
    assert view.figures == ()


def test_with_a_rule_communes_are_late_by_it(merged: Merged) -> None:
    merged.receive(LONG)
    merged.receive(RO_KOI, received="2025-08-20")
    view = merged.view(AUGUST, rule=RULE)
    assert view.legend.key == "reporting-communes"
    assert counts(view) == {"in-time": 1, "late": 1, "missing": 35, "outside": 3}
    assert view.headline == "2/37 xã đã nộp báo cáo tháng 08/2025; 1 nộp chậm, 35 chưa nộp"
    assert view.frame.loc[RO_KOI, "label"] == "chậm 6 ngày"
    assert any("Xã gửi báo cáo trước ngày 15 hằng tháng" in note for note in view.notes)
    assert {f.id: f.label for f in view.figures}["due"] == "Xã nộp"


def test_dozens_of_missing_communes_are_one_line_of_what_needs_direction(merged: Merged) -> None:
    merged.receive(LONG, received="2025-08-20")
    found = [item for item in attention(merged.context(rule=RULE)).items if "báo cáo tháng" in item.text + item.detail]
    assert [item.text for item in found] == [
        "36 xã chưa nộp báo cáo tháng 08/2025, quá hạn",
        "1 xã nộp chậm báo cáo tháng 08/2025",
    ]
    assert found[0].detail.count(",") == 35
    assert found[1].detail == "Đăk Long"
    nobody = attention(merged.context(Month(2025, 9), rule=RULE)).items[0]
    assert (nobody.text, nobody.unit) == ("Tất cả các xã", None)


def test_a_few_missing_communes_are_named_one_by_one(merged: Merged) -> None:
    communes = [code for code, unit in merged.context().units.items() if unit.in_programme]
    for code in communes:
        if code not in {LONG, DAK_HA}:
            merged.receive(code)
    found = [item for item in attention(merged.context(rule=RULE)).items if "báo cáo tháng" in item.detail]
    assert {item.unit: item.detail for item in found} == dict.fromkeys(
        (LONG, DAK_HA), "chưa nộp báo cáo tháng 08/2025, quá hạn 17 ngày"
    )
    assert all(item.district is None for item in found)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_output_of_communes_can_be_made(merged: Merged, lang: str) -> None:
    merged.receive(LONG)
    view = merged.view(AUGUST, lang=lang)
    assert len(json.loads(as_json(view))["rows"]) == 40
    assert as_csv(view).decode().count("\n") == 41
    assert as_text(view)
    assert as_xlsx(view)
    assert compose(view, inset=view.inset, margins=view.margins)


def test_a_province_with_districts_and_no_rule_says_so(office: Office) -> None:
    """Quảng Nam: no source on deadlines was found."""
    facts = LedgerFacts(office.ledger, "quangnam", office.ledger.version(), "quangnam-2020")
    state = ViewState(layer="reporting", province="quangnam", period=MAY)
    view = reporting.build(LayerContext(facts, load("quangnam-2020"), state, MAY, province_of("quangnam"), LATER))
    assert (view.area_level, counts(view)) == ("district", {"not-started": 18})
    assert any("Chưa có nguồn nào về hạn nộp báo cáo của Tỉnh Quảng Nam" in note for note in view.notes)


# The rule itself


@dataclass(frozen=True)
class File:
    id: int
    district: str
    period: Month | None
    received: date


TWO = [District("610", "Huyện Đăk Glei", ()), District("611", "Huyện Ngọc Hồi", ())]
#: Around the deadline of May 2025, the month before and the two after.
files = st.lists(
    st.builds(
        File,
        st.integers(1, 10**6),
        st.sampled_from(["", "610", "611"]),
        st.builds(Month, st.just(2025), st.integers(3, 7)),
        st.dates(date(2025, 2, 1), date(2025, 8, 31)),
    ),
    max_size=12,
    unique_by=lambda file: file.id,
)


@given(files, st.dates(date(2025, 4, 1), date(2025, 7, 31)))
def test_every_district_has_exactly_one_state_with_its_reason(found: list[File], day: date) -> None:
    due = deadline(RULE, MAY)
    reports: dict[str, DistrictReport[File]] = district_reports(due, found, TWO, MAY, day)
    for code, report in reports.items():
        mine = [file for file in found if file.period == MAY and file.district in {"", code}]
        earliest = min((file.received for file in mine), default=None)
        first = first_month(found)
        if earliest:
            assert (report.state, report.days) == (
                ("late", (earliest - date(2025, 5, 14)).days) if earliest >= date(2025, 5, 15) else ("in-time", 0)
            )
            assert report.first is not None
            assert report.first.received == earliest
            assert report.corrections == len(mine) - 1
        elif first is None or first > MAY:
            assert (report.state, report.days) == ("not-started", 0)
        else:
            overdue = max(0, (day - date(2025, 5, 14)).days)
            assert (report.state, report.days) == ("missing" if overdue else "pending", overdue)


def test_without_a_rule_nobody_is_late() -> None:
    found = district_reports(None, [File(1, "610", MAY, date(2025, 9, 1))], TWO, MAY, LATER)
    assert {code: report.state for code, report in found.items()} == {"610": "in-time", "611": "not-due"}


@given(files)
def test_without_deadlines_on_record_a_report_is_there_or_not(found: list[File]) -> None:
    reports = district_reports(None, found, TWO, MAY, LATER, ruled=False)
    for code, report in reports.items():
        there = any(file.period == MAY and file.district in {"", code} for file in found)
        begun = any(file.period is not None and file.period <= MAY for file in found)
        assert report.state == ("handed-in" if there else "not-handed-in" if begun else "not-started")
        assert report.days == 0
