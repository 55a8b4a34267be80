"""The layers on reported criteria, on the small store of ``tests/reports.py``: every number counted by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from reports import APRIL, DECEMBER, GLEI, MAY, decide, enter, fill, opened, outcome, report

from base.clock import Month, today
from base.errors import StateError
from base.i18n import translate
from layers import registry
from layers.address import parse
from layers.card import Card, commune_card
from layers.classify import legend_style
from layers.context import LayerContext
from layers.criteria_met import legend_key
from layers.registry import compute, context_of, default_month, facts_of
from layers.view import Block, LayerView, ViewState
from programme.criteria import bands
from render.sheet import sheet
from render.table import as_csv, as_json, as_xlsx
from store.ledger import Ledger
from store.queries import LedgerFacts

PLO, MAN, NHOONG, PEK, CHOONG, XOP = "23344", "23347", "23350", "23353", "23356", "23359"
MUONG_HOONG, LINH, DAK_LONG, KROONG, MON = "23362", "23365", "23368", "23371", "23374"
ANG, DUC, NONG, XU, KAN, PO_Y, SA_LOONG = "23380", "23383", "23386", "23389", "23392", "23395", "23398"
IA_CHIM, HO_MOONG, SA_NGHIA, WARD = "23326", "23534", "23542", "23281"
LAYERS = ("criteria-met", "criterion", "at-risk")


@pytest.fixture(scope="module", autouse=True)
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """Let the whole module work on the made-up store."""
    with opened(tmp_path_factory.mktemp("reports")) as found:
        fill(found)
        yield found


def view(layer: str, month: Month | None = MAY, **more: object) -> LayerView:
    return compute(ViewState(layer=layer, period=month, **more))  # type: ignore[arg-type]


def classes(found: LayerView) -> dict[str, int]:
    return {item.id: item.count for item in found.legend.classes if item.count}


def marked(found: LayerView) -> dict[str, set[str]]:
    ids = {mark.id for mark in found.marks}
    return {mark_id: {mark.unit for mark in found.marks if mark.id == mark_id} for mark_id in ids}


def in_class(found: LayerView, class_id: str) -> set[str]:
    return set(found.frame.index[found.frame["class_id"] == class_id])


def block(found: LayerView, start: str) -> Block:
    return next(one for one in found.blocks if one.title.startswith(start))


# criteria-met


def test_communes_lie_in_the_bands_of_the_set() -> None:
    found = view("criteria-met")
    assert found.legend.key == "criteria-met"
    assert in_class(found, "all") == {MAN, NONG, SA_LOONG}
    assert in_class(found, "15") == {PLO, NHOONG, XU, PO_Y}  # 17, 18 and one not applicable, 15, 18
    assert in_class(found, "10") == {PEK, CHOONG, LINH, MON, DUC, HO_MOONG}  # 12, 14, ≥ 12, 13, ≥ 12, 14 by a source
    assert in_class(found, "5") == {XOP, KROONG, ANG, DAK_LONG}  # 9, 9, 9, 9 by a source
    assert in_class(found, "under-5") == {MUONG_HOONG}
    # 5 of 2016, 11 of Tu Mơ Rông 2017, Sa Nghĩa, 10 more of the list of 05/2019, 8 of Kon Plông 2019,
    # Đăk Tơ Lung, Sa Bình, 7 of Đăk Hà 2021; Đăk Kan is among the 5.
    assert len(in_class(found, "earlier-set")) == 5 + 11 + 1 + 10 + 8 + 1 + 1 + 7 == 44
    assert {SA_NGHIA, KAN} <= in_class(found, "earlier-set")
    assert classes(found)["not-reported"] == 85 - 18 - 44
    assert classes(found)["outside"] == 17


def test_marks_tell_what_was_lost_what_a_source_says_and_what_is_open() -> None:
    assert marked(view("criteria-met")) == {
        "lost": {PEK, PO_Y},  # 17 and 3, both met in April
        "sourced": {DAK_LONG, HO_MOONG},
        "at-least": {LINH, DUC},
    }
    april = view("criteria-met", APRIL)
    assert marked(april)["lost"] == {PEK, KROONG, MON}  # against March, when December was the newest
    assert "lost" not in marked(view("criteria-met", DECEMBER))


def test_the_average_is_of_the_communes_that_reported_and_stands_beside_the_published_one() -> None:
    figures = {figure.id: figure for figure in view("criteria-met").figures}
    # Đăk Glei 17 + 19 + 18 + 12 + 14 + 9 + 4 + 12 + 9 + 13 = 127; Ngọc Hồi 9 + 12 + 19 + 15 + 18 + 19 = 92.
    assert figures["reported-average"].value == 13.69  # 219 / 16 = 13.6875
    assert figures["reported-average"].text == "13,69"
    assert figures["reported-average"].change == "16/85 xã có báo cáo; 2 xã còn tiêu chí chưa báo cáo: ít nhất"
    assert (figures["average-criteria"].value, figures["average-criteria"].as_of) == (16, "12/2023")
    assert figures["average-criteria"].change == "theo bộ tiêu chí 2021–2025"
    assert (figures["all-met"].value, figures["lost"].value) == (3, 2)
    assert figures["all-met"].change == "thêm 1 xã chỉ còn tiêu chí không áp dụng"
    district = {figure.id: figure for figure in view("criteria-met", district="610").figures}
    assert district["district-average"].text == "12,70"
    assert district["district-average-criteria"].value == 9  # baokontum 33970: "bình quân toàn huyện Đăk Glei đạt 9"
    assert district["reported-average"].text == "13,69"
    assert district["all-met"].value == 1


def test_the_sentence_of_a_commune_says_number_month_and_what_fails() -> None:
    frame = view("criteria-met").frame
    assert frame.loc[PEK, "tooltip"] == (
        "Xã Đăk Pék – huyện Đăk Glei · Đạt chuẩn NTM (≤ 2023, chưa rõ số quyết định) · ⚠ trên 30 % tiêu chí không duy "
        "trì (CT 05, 22/01/2024) · Mục tiêu 2025: nâng cao (chuyển tiếp) · 12/19 tiêu chí, báo cáo 05/2025 · Chưa đạt "
        "tiêu chí số 5, 6, 10, 13, 15, 16, 17 · ▼ mất tiêu chí số 17"
    )
    assert frame.loc[LINH, "basis"] == "ít nhất 12/19 tiêu chí, 3 chưa báo cáo, báo cáo 05/2025"
    assert frame.loc[NHOONG, "basis"] == "18/19 tiêu chí, 1 không áp dụng, báo cáo 05/2025"
    assert frame.loc[DAK_LONG, "basis"] == "9/19 tiêu chí, 09/2023, theo nguồn công bố"
    assert frame.loc[SA_NGHIA, "basis"] == "13/19 tiêu chí, 02/2019, theo nguồn công bố (Bộ tiêu chí 2016–2020)"
    assert frame.loc[PEK, ["met", "unmet", "lost"]].tolist() == [12, "5, 6, 10, 13, 15, 16, 17", "17"]
    assert frame.loc[SA_NGHIA, ["met", "unmet"]].tolist() == ["", ""], "another set is put into no column of numbers"
    assert frame.loc[HO_MOONG, "unmet"] == "1, 5, 6, 9, 17"


def test_under_15_leaves_the_communes_that_certainly_have_fewer() -> None:
    found = view("criteria-met", under_15="1")
    chosen = set(found.frame.index[found.frame["selected"]])
    # Ngọc Linh and Đăk Dục may have 15: three criteria are open. Nobody knows of the communes without a number.
    assert chosen == {PEK, CHOONG, MON, XOP, KROONG, MUONG_HOONG, ANG, DAK_LONG, HO_MOONG}
    assert sum(classes(found).values()) == len(chosen)


def test_the_month_that_opens_is_the_newest_reported() -> None:
    facts = facts_of("kontum")
    assert {default_month(layer, facts) for layer in LAYERS} == {MAY}
    assert default_month("ntm-levels", facts) == Month(2025, 6)
    # A month that no boundary version covers cannot be drawn.
    assert view("criteria-met", None).state.period == MAY


def test_a_later_month_shows_the_newest_report_with_its_own_month() -> None:
    june = view("criteria-met", Month(2025, 6))
    assert in_class(june, "all") == {MAN, NONG, SA_LOONG}
    assert june.frame.loc[PEK, "basis"] == "12/19 tiêu chí, báo cáo 05/2025"
    assert "lost" not in marked(june)


def test_another_set_is_never_compared() -> None:
    first = view("criteria-met", Month(2022, 3))  # the set begins on 08/03/2022
    assert "Tháng 02/2022 dùng bộ tiêu chí khác" in block(first, "Mất tiêu chí").note
    assert "lost" not in {figure.id for figure in first.figures}
    old = view("criteria-met", Month(2022, 2))
    assert "Bộ tiêu chí 2016–2020" in old.title
    assert in_class(old, "all") >= {"23545", "23510"}  # Sa Bình and Đăk Ngọk 19/19 in 2021
    assert "not-reported" not in classes(old)
    assert classes(old)["no-source"] > 0


def test_a_meeting_sees_what_was_known_when_it_met(ledger: Ledger) -> None:
    may = next(r for r in ledger.receipts(kind="monthly", district="610") if r.period == MAY)
    before = next(r for r in ledger.receipts() if r.id == may.id - 1).recorded_at.isoformat()
    then = view("criteria-met", MAY, known_at=before)
    assert then.frame.loc[PEK, "met"] == 13  # April's report
    assert compute(ViewState(layer="criteria-met", period=MAY)).frame.loc[PEK, "met"] == 12


@pytest.mark.parametrize(("size", "key"), [(19, "criteria-met"), (10, "criteria-met-10"), (20, "criteria-met-other")])
def test_a_set_of_any_size_has_a_legend_with_its_bands(size: int, key: str) -> None:
    assert legend_key(size) == key
    assert {band.id for band in bands(size)} <= {item.id for item in legend_style(key).classes}


# criterion


def test_one_criterion() -> None:
    found = view("criterion", criterion="10")
    assert in_class(found, "not-met") == {PEK, XOP, MUONG_HOONG, KROONG, ANG, XU}
    # Hơ Moong by a source that names the five that fail.
    assert in_class(found, "met") == {PLO, MAN, NHOONG, CHOONG, LINH, MON, DUC, NONG, PO_Y, SA_LOONG, HO_MOONG}
    assert classes(found)["not-reported"] == 85 - 17
    assert marked(found) == {"sourced": {HO_MOONG}}
    assert found.headline == "Tiêu chí 10 – Thu nhập: 11/17 xã đạt (64,7\xa0%) · 6 xã chưa đạt"
    shares = {item.district: (item.detail, item.share) for item in block(found, "Tỷ lệ").items}
    assert shares == {"616": ("1/1 xã", 1.0), "611": ("4/6 xã", 4 / 6), "610": ("6/10 xã", 0.6)}


def test_not_applicable_and_open_are_not_failures() -> None:
    seven = view("criterion", criterion="7")
    assert in_class(seven, "not-applicable") == {NHOONG}
    one = view("criterion", criterion="1")
    assert {LINH, DAK_LONG, KAN} <= in_class(one, "not-reported")
    assert one.state.criterion == "1"


def test_the_first_criterion_is_shown_unless_one_is_chosen() -> None:
    assert view("criterion").frame.equals(view("criterion", criterion="1").frame)
    assert view("criterion").title == "Bản đồ tiêu chí 1 – Quy hoạch"


def test_a_group_counts_what_fails_in_it() -> None:
    economy = view("criterion", criterion_group="economy")  # criteria 10 to 13
    assert economy.legend.key == "criterion-group"
    assert in_class(economy, "met") == {PLO, MAN, NHOONG, LINH, MON, DUC, NONG, PO_Y, SA_LOONG, HO_MOONG}
    assert in_class(economy, "not-met-1") == {XOP, KROONG, CHOONG, ANG}
    assert in_class(economy, "not-met-2") == {PEK}
    assert in_class(economy, "not-met-3") == {MUONG_HOONG, XU}
    assert economy.frame.loc[XU, "result"] == "4/4 tiêu chí chưa đạt"
    assert economy.state.criterion is None
    # Criteria 2 to 9: Ngọc Linh left 2 and 3 open and fails none of the others.
    assert in_class(view("criterion", criterion_group="infrastructure"), "open") == {LINH}


def test_an_indicator_shows_its_values() -> None:
    found = view("criterion", criterion="10.1")
    assert found.frame.loc[PLO, "measured"] == "48,5 triệu đồng/người/năm"
    assert classes(found) == {"met": 2, "not-reported": 83, "outside": 17}
    assert "48,5 triệu đồng/người/năm" in found.frame.loc[PLO, "tooltip"]


def test_department_and_unverified_thresholds_are_said() -> None:
    items = {item.text: item.detail for item in block(view("criterion", criterion="10"), "Nội dung").items}
    assert items["Cơ quan phụ trách"] == facts_of("kontum").criteria_sets["VN-NTM-XA-2021-2025"].item("10").department
    assert any("chưa kiểm chứng" in detail for detail in items.values())
    members = block(view("criterion", criterion_group="economy"), "Tiêu chí của nhóm").items
    assert [item.text.split(".")[0] for item in members] == ["10", "11", "12", "13"]


@pytest.mark.parametrize(
    ("state", "words"),
    [({"criterion": "20"}, "“20”"), ({"criterion_group": "sport"}, "“sport”")],
)
def test_what_the_set_does_not_have_is_refused_with_a_sentence(state: dict[str, str], words: str) -> None:
    with pytest.raises(StateError, match=words):
        view("criterion", **state)


# at-risk


def test_only_the_full_rule_makes_a_case() -> None:
    found = view("at-risk", since=DECEMBER)
    assert in_class(found, "case") == {PEK, KROONG}
    assert in_class(found, "warn") == {MON}  # 6 of 19, none of them listed
    assert in_class(found, "open") == {DUC}  # 4 fail, 3 are open
    assert in_class(found, "safe") == {NONG, PO_Y}
    assert in_class(found, "stated") == {IA_CHIM}
    # 37 communes are recognised by name; 4 of Ngọc Hồi and 3 of Đăk Glei reported (Đăk Kan nothing), Ia Chim is stated.
    assert classes(found)["not-reported"] == 37 - 7 + 1 - 1
    assert in_class(found, "none") == {PLO, MAN, NHOONG, CHOONG, XOP, MUONG_HOONG, LINH, ANG, XU, SA_LOONG}
    assert marked(found) == {
        "at-risk": {IA_CHIM, PEK, KROONG, MON},
        "rule-a": {PEK},
        "rule-b": {KROONG},
        "incomplete": {DUC},
        "lost": {PEK, KROONG, MON},
    }


def test_the_rule_is_told_with_its_criteria() -> None:
    frame = view("at-risk", since=DECEMBER).frame
    assert frame.loc[PEK, "verdict"] == (
        "thuộc diện thu hồi, điểm a: 7/19 tiêu chí không đạt (36,8\xa0%), trong đó có tiêu chí 10, 17"
    )
    assert frame.loc[KROONG, "verdict"] == "thuộc diện thu hồi, điểm b: 10/19 tiêu chí không đạt (52,6\xa0%)"
    assert frame.loc[MON, "verdict"] == "cảnh báo: 6/19 tiêu chí không đạt (31,6\xa0%)"
    assert frame.loc[DUC, "verdict"] == (
        "dưới mức cảnh báo: 4/19 tiêu chí không đạt (21,1\xa0%); chưa đủ số liệu, còn 3 tiêu chí chưa báo cáo"
    )
    assert frame.loc[IA_CHIM, "verdict"] == "văn bản nêu trên 30 %, chưa có báo cáo để xét"
    assert frame.loc[PEK, "lost"] == "10, 13, 15, 16, 17"  # December: 5 and 6 fail


def test_losses_are_counted_from_the_month_that_is_chosen_and_said() -> None:
    chosen = view("at-risk", since=APRIL)
    assert marked(chosen)["lost"] == {PEK, PO_Y}
    assert chosen.columns["lost"] == "Mất từ 04/2025"
    default = view("at-risk")
    assert default.state.since == Month(2024, 5)
    assert block(default, "Mất tiêu chí so với 05/2024").note == "Đến 05/2024 chưa có báo cáo để so sánh."
    assert "lost" not in {figure.id for figure in default.figures}
    # Not before the set in force.
    assert view("at-risk", Month(2022, 9)).state.since == Month(2022, 3)


def test_before_anybody_reports_only_the_directive_speaks() -> None:
    found = view("at-risk", Month(2024, 6))
    assert in_class(found, "stated") == {IA_CHIM, PEK, KROONG, MON}
    assert found.headline == (
        "Chưa xét được: chưa có báo cáo tháng của xã đã công nhận; 4 xã được nêu có trên 30 % tiêu chí không duy trì "
        "(CT 05, 22/01/2024)"
    )
    assert any("có hiệu lực từ 02/08/2022" in note for note in view("at-risk", Month(2022, 7)).notes)


# All three


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("month", [MAY, APRIL, DECEMBER, Month(2022, 7), Month(2022, 1), Month(2016, 1)], ids=str)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_view_can_be_drawn_and_taken_away(layer: str, month: Month, lang: str) -> None:
    found = view(layer, month, lang=lang)
    assert sum(item.count for item in found.legend.classes) == 102
    assert dict(Counter(found.frame["class_id"])) == classes(found)
    assert found.sources
    assert all(one.items or one.note for one in found.blocks)
    words = "\n".join([as_json(found), as_csv(found).decode("utf-8-sig")])
    assert "None" not in words.replace('"None"', "")
    assert "nan" not in words.split()
    assert as_xlsx(found)[:2] == b"PK"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_sheet_is_drawn_with_every_pattern(layer: str) -> None:
    found = view(layer)
    assert sheet(found, fmt="svg", inset=found.inset, margins=found.margins).startswith(b"<?xml")


@pytest.mark.parametrize("layer", LAYERS)
def test_no_text_of_a_report_is_left_untranslated(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()

    def into(text: str, **params: object) -> str:
        asked.add(text)
        return translate(text, "en", **params)

    monkeypatch.setattr("layers.context.translator", lambda _: into)
    state = ViewState(layer=layer, lang="en", period=MAY)
    context = registry._context.__wrapped__(state, facts_of("kontum"), today())
    registry.BUILDERS[layer](context)
    for code in context.units:
        commune_card(context, code, "all")
    vietnamese = {
        text for text in asked if set(text.lower()) & set("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
    }
    assert {text for text in vietnamese if translate(text, "en") == text} == set()


def test_the_address_knows_the_month_s_set_and_reports() -> None:
    state, notices = parse({"from": "2025-04", "criterion": "10.1"}, "at-risk")
    assert (state.since, state.criterion, notices) == (APRIL, "10.1", [])
    assert state.query() == {"from": "2025-04", "criterion": "10.1"}
    _, notices = parse({"from": "2025-06"}, "at-risk")
    assert "05/2025" in notices[0].reason
    _, notices = parse({"criterion": "1", "criterion_group": "economy"}, "criterion")
    assert [notice.parameter for notice in notices] == ["criterion_group"]


# The other maps, the card


def test_levels_rest_on_reports() -> None:
    found = view("ntm-levels")
    assert {MAN, NHOONG, SA_LOONG} == in_class(found, "met")  # every criterion met, or one not applicable
    assert found.frame.loc[MAN, "level"] == "19/19 tiêu chí, báo cáo 05/2025, chưa công nhận"
    assert found.frame.loc[XOP, "level"] == "Chưa đạt chuẩn (9/19 tiêu chí, báo cáo 05/2025)"
    assert found.frame.loc[DAK_LONG, "value"] == "unknown"
    assert any("Báo cáo tháng 05/2025: huyện Đăk Glei, huyện Ngọc Hồi" in source for source in found.sources)


def card(code: str, layer: str = "criteria-met") -> Card:
    return commune_card(context_of(ViewState(layer=layer, period=MAY)), code, "all")


def test_the_grid_tells_result_since_when_and_from_which_cell() -> None:
    grid = card(PEK).criteria
    assert grid.title == "Tiêu chí (Bộ tiêu chí 2021–2025)"
    assert grid.summary == "12/19 tiêu chí, báo cáo 05/2025"
    assert grid.source.startswith("Tệp bao-cao-610-2025-05.xlsx, Văn phòng Điều phối (Cán bộ huyện), ghi lúc ")
    rows = {row.code: row for row in grid.rows}
    assert list(rows) == [str(number) for number in range(1, 20)]
    assert {code for code, row in rows.items() if row.result == "not-met"} == {"5", "6", "10", "13", "15", "16", "17"}
    assert (rows["17"].since, rows["10"].since, rows["5"].since) == ("từ 05/2025", "từ 04/2025", "từ ≤ 12/2024")
    assert rows["17"].source == "Tiêu chí!T14"  # the 17th of columns from D, the 9th commune from row 6
    assert rows["10"].department == "Cục Thống kê"
    assert rows["1"].said == "đạt"
    assert card(LINH).criteria.rows[0].result == "open"


def test_an_indicator_stands_under_its_criterion_with_its_value() -> None:
    (income,) = next(row for row in card(PLO).criteria.rows if row.code == "10").indicators
    assert (income.code, income.value, income.result) == ("10.1", "48,5 triệu đồng/người/năm", "met")
    assert income.source == "Chỉ tiêu!E6"


def test_a_card_without_a_report_says_so_and_keeps_the_sourced_counts() -> None:
    grid = card(HO_MOONG).criteria
    assert (grid.rows, grid.note) == ((), "Chưa có báo cáo tháng nào theo bộ tiêu chí này.")
    counts = next(section for section in card(HO_MOONG).sections if section.title == "Số tiêu chí có nguồn")
    assert counts.rows[0].label == "Bộ tiêu chí 2021–2025"
    assert counts.rows[0].value == "14/19 tiêu chí, 2024; chưa đạt tiêu chí số 1, 5, 6, 9, 17"
    assert "Ngoài chương trình" in card(WARD).criteria.note


def test_criteria_come_first_on_their_own_maps_only() -> None:
    assert (card(PEK).criteria_at, card(PEK, "ntm-levels").criteria_at) == (0, 2)


# Entered afterwards: the last tests of the module, they change the store


def test_a_correction_replaces_the_report_and_the_first_is_still_known(ledger: Ledger) -> None:
    before = view("criteria-met")
    corrected = GLEI[MAY] | {PEK: outcome(fail="5 6")}
    receipt = report(ledger, "610", MAY, corrected)
    assert receipt.revision == 2
    assert view("criteria-met").frame.loc[PEK, "met"] == 17
    assert view("criteria-met", known_at=before.known_at).frame.loc[PEK, "met"] == 12
    grid = card(PEK).criteria
    assert next(row for row in grid.rows if row.code == "17").since == "từ ≤ 12/2024"


def test_a_withdrawal_is_on_every_map_minutes_after_it_is_entered(ledger: Ledger) -> None:
    decide(ledger, MON, "standard", "2025-03-15", number="77/QĐ-UBND", action="withdraw")
    words = "Chưa đạt chuẩn (đã thu hồi, QĐ 77/QĐ-UBND, 15/03/2025)"
    assert view("ntm-levels", Month(2025, 2)).frame.loc[MON, "value"] == "standard"
    shown = view("ntm-levels", Month(2025, 3))
    assert shown.frame.loc[MON, ["value", "level"]].tolist() == ["below", words]
    assert words in shown.frame.loc[MON, "tooltip"]
    assert MON not in marked(shown)["at-risk"], "the warning has come true"
    assert view("at-risk").frame.loc[MON, "class_id"] == "none"
    assert MON not in {item.unit for item in block(view("at-risk"), "Thuộc diện").items}
    history = card(MON).sections[0].rows
    assert (history[-1].label, history[-1].value) == (
        "Thu hồi: Đạt chuẩn NTM",
        "QĐ 77/QĐ-UBND, 15/03/2025; theo Bộ tiêu chí 2021–2025",
    )
    assert "decisions.csv, Quyết định, A5" in history[-1].source
    decide(ledger, MON, "standard", "2025-06-02", number="99/QĐ-UBND")
    assert view("ntm-levels", MAY).frame.loc[MON, "value"] == "below"
    assert view("ntm-levels", Month(2025, 6)).frame.loc[MON, "value"] == "standard"


def test_department_in_charge_and_dossier_stand_on_the_card_and_in_the_list(ledger: Ledger) -> None:
    target = {
        "row_id": "t1", "province": "kontum", "level": "advanced", "kind": "carried_over", "unit": "xã",
        "department": "Sở Tài chính", "document": "CT05-2024", "quote": "", "year": 2024, "expected": 0,
        "district_code": "610", "code": PEK, "value": None, "voided": 0, "sheet": "Mục tiêu", "cell": "A5",
    }  # fmt: skip
    enter(ledger, "targets", "targets", target)
    step = {
        "province": "kontum", "code": PEK, "level": "advanced", "criteria_set": "VN-NTM-XA-NANGCAO-2021-2025",
        "step": "verified", "step_date": "2025-05-20", "note": "đủ hồ sơ", "voided": 0, "sheet": "Hồ sơ", "cell": "A5",
    }  # fmt: skip
    enter(ledger, "dossiers", "dossiers", step)
    assert view("target-communes", Month(2024, 12)).frame.loc[PEK, "department"] == "Sở Tài chính"
    sections = {section.title: section for section in card(PEK).sections}
    assert any("phụ trách: Sở Tài chính" in row.value for row in sections["Mục tiêu và cảnh báo"].rows)
    (row,) = sections["Hồ sơ xét công nhận"].rows
    assert row.label == "Huyện thẩm tra"
    assert row.value == "20/05/2025; NTM nâng cao; Bộ tiêu chí nâng cao 2021–2025; đủ hồ sơ"


def test_facts_of_another_version_are_another_key() -> None:
    context: LayerContext = context_of(ViewState(layer="criteria-met", period=MAY))
    facts = context.facts
    assert isinstance(facts, LedgerFacts)
    assert len({facts, LedgerFacts(facts.ledger, facts.province, facts.version - 1)}) == 2
