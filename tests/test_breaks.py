"""No series goes on across the reorganisation of 2025-07-01 without a word: other units, other denominators."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from reports import ALL_MET, SET, opened, outcome, report

from base.clock import Month
from layers import address, breaks
from layers.card import commune_card
from layers.criteria_grid import criteria_grid
from layers.offers import offers
from layers.registry import compute, context_of
from layers.view import LayerView, ViewState
from programme.calendar import Interval
from programme.progress import change_since_year_before
from programme.records import PublishedFigure

MARK = "01/07/2025: sắp xếp đơn vị hành chính, số liệu trước và sau không so sánh"
JUNE, JULY, AUGUST, SEPTEMBER = Month(2025, 6), Month(2025, 7), Month(2025, 8), Month(2025, 9)
#: 23425 was Đăk Hà of Tu Mơ Rông and is the new commune Tu Mơ Rông; 23368 is Đăk Long, which stayed as it was.
REUSED, KEPT = "23425", "23368"


@pytest.fixture(scope="module", autouse=True)
def _store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Report 23425 before and after the reorganisation: first all but 1 and 2, later all but 2 and then 3."""
    with opened(tmp_path_factory.mktemp("breaks")) as ledger:
        report(ledger, "617", Month(2025, 5), {REUSED: outcome(fail="1 2")})
        report(ledger, "617", JUNE, {REUSED: outcome(fail="1 2")})
        report(ledger, "610", JUNE, {KEPT: ALL_MET})
        report(ledger, REUSED, AUGUST, {REUSED: outcome(fail="2")}, province="quangngai")
        report(ledger, REUSED, SEPTEMBER, {REUSED: outcome(fail="2 3")}, province="quangngai")
        report(ledger, KEPT, AUGUST, {KEPT: outcome(fail="1-9")}, province="quangngai")
        yield


def view(layer: str, month: Month, province: str = "kontum", **more: object) -> LayerView:
    return compute(ViewState(layer=layer, province=province, period=month).but(**more))


def test_a_month_shows_what_was_reported_of_its_own_units() -> None:
    before, after = view("criteria-met", JUNE).frame, view("criteria-met", SEPTEMBER).frame
    assert (before.loc[REUSED, "name"], before.loc[REUSED, "value"]) == ("Xã Đăk Hà", 17)
    assert (after.loc[REUSED, "name"], after.loc[REUSED, "value"]) == ("Xã Tu Mơ Rông", 17)
    first = view("criteria-met", JULY)
    assert first.frame.loc[REUSED, "class_id"] in {"not-reported", "no-source"}
    assert not [mark for mark in first.marks if mark.id == "lost"]
    # Drawn on the units of today an earlier month has no reports of them.
    today = view("criteria-met", JUNE, boundary="quangngai-2025")
    assert today.frame.loc[REUSED, "class_id"] in {"not-reported", "no-source"}


def test_the_grid_of_a_reused_code_has_nothing_of_the_unit_before() -> None:
    context = context_of(ViewState(layer="criteria-met", period=SEPTEMBER))
    rows = {row.code: row for row in criteria_grid(context.units[REUSED], context).rows}
    assert (rows["1"].result, rows["1"].since) == ("met", "từ ≤ 08/2025")
    assert (rows["2"].result, rows["2"].since) == ("not-met", "từ ≤ 08/2025")
    assert (rows["3"].result, rows["3"].since) == ("not-met", "từ 09/2025")
    assert MARK in criteria_grid(context.units[REUSED], context).source
    old = context_of(ViewState(layer="criteria-met", period=JUNE))
    before = {row.code: row for row in criteria_grid(old.units[REUSED], old).rows}
    assert (before["1"].result, before["1"].since) == ("not-met", "từ ≤ 05/2025")
    assert MARK not in criteria_grid(old.units[REUSED], old).source


@pytest.mark.parametrize("layer", ["criteria-met", "criterion", "at-risk"])
def test_layers_on_reports_say_where_their_series_begin(layer: str) -> None:
    assert MARK in view(layer, SEPTEMBER).notes
    assert MARK not in view(layer, JUNE).notes


def test_the_card_of_a_new_unit_draws_the_line_after_its_predecessors() -> None:
    context = context_of(ViewState(period=SEPTEMBER))
    section = commune_card(context, REUSED, "new-unit").sections[0]
    assert section.title == "Đơn vị trước sắp xếp và mức cuối"
    assert [row.value for row in section.rows].index(MARK) == len(section.rows) - 1 > 0
    old = context_of(ViewState(period=JUNE))
    assert MARK not in str(commune_card(old, REUSED, "below"))


def test_losses_are_counted_from_the_first_month_of_the_units() -> None:
    found = view("at-risk", SEPTEMBER)
    assert found.state.since == JULY
    assert view("at-risk", JUNE).state.since == Month(2024, 6)
    assert "Đến 07/2025 chưa có báo cáo để so sánh." in str(found.blocks)
    later = view("at-risk", SEPTEMBER, since=AUGUST)
    assert later.columns["lost"] == "Mất từ 08/2025"
    # An address of before is told, and what compares by hand says why it does not.
    state, notices = address.parse({"period": "2025-09", "from": "2025-06"}, "at-risk")
    assert (state.since, [notice.parameter for notice in notices]) == (None, ["from"])
    assert "sắp xếp lại từ 2025-07" in notices[0].text("vi")
    assert MARK in str(view("at-risk", SEPTEMBER, since=JUNE).blocks)
    assert address.parse({"period": "2025-09", "from": "2025-07"}, "at-risk")[1] == []
    assert address.parse({"period": "2025-06", "from": "2024-06"}, "at-risk")[1] == []


def test_only_months_of_the_units_are_offered_to_count_losses_from() -> None:
    after = [value for value, _ in offers(context_of(ViewState(layer="at-risk", period=SEPTEMBER)))["from"]]
    before = [value for value, _ in offers(context_of(ViewState(layer="at-risk", period=JUNE)))["from"]]
    assert after == ["2025-09", "2025-08", "2025-07"]
    assert (before[0], before[-1]) == ("2025-06", "2022-03")
    drawn_today = ViewState(layer="at-risk", period=JUNE, boundary="quangngai-2025")
    assert [value for value, _ in offers(context_of(drawn_today))["from"]] == ["2025-06"]


def test_marks_of_losses_are_set_between_months_after_the_reorganisation() -> None:
    lost = [mark.unit for mark in view("criteria-met", SEPTEMBER).marks if mark.id == "lost"]
    assert lost == [REUSED]
    assert not [mark for mark in view("criteria-met", AUGUST).marks if mark.id == "lost"]


def published(value: float, month: Month, total: int | None = None) -> PublishedFigure:
    return PublishedFigure(None, Interval(month, month), "recognised", value, total, "", SET, "nguồn", "")


def test_numbers_published_before_the_reorganisation_are_not_those_of_the_units_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = context_of(ViewState(province="quangngai", period=SEPTEMBER))
    before, after = published(120, Month(2024, 6), 148), published(40, SEPTEMBER, 86)
    monkeypatch.setitem(context.facts.__dict__, "figures", [before, after])
    assert breaks.figures(context) == [after]
    assert change_since_year_before(breaks.figures(context), after) is None
    assert change_since_year_before([before, after], after) is not None, "this is what would have been shown"
    old = context_of(ViewState(period=JUNE))
    assert breaks.figures(old) == old.facts.figures


def test_another_denominator_is_told_beside_the_difference() -> None:
    """Quảng Nam: 118 of 194 communes at 30/03/2022, 123 of 193 at 09/08/2023; Kon Tum: 13 of 86, then 17 of 85."""
    figures = {f.id: f.change for f in view("ntm-levels", Month(2023, 12), "quangnam").figures}
    assert figures["recognised"] == "+5 so với 30/03/2022 (khi đó tính trên 194 xã)"
    figures = {f.id: f.change for f in view("ntm-levels", Month(2019, 12)).figures}
    assert figures["recognised"] == "+4 so với 11/2017 (khi đó tính trên 86 xã)"
    same = {f.id: f.change for f in view("ntm-levels", Month(2023, 12)).figures}
    assert "khi đó" not in same["recognised"]


def test_sources_name_communes_where_they_report() -> None:
    assert "Báo cáo tháng 09/2025: xã Tu Mơ Rông" in view("criteria-met", SEPTEMBER).sources
    assert "Báo cáo tháng 08/2025: xã Đăk Long" in view("criteria-met", SEPTEMBER).sources
    assert "Báo cáo tháng 06/2025: huyện Đăk Glei, huyện Tu Mơ Rông" in view("criteria-met", JUNE).sources
