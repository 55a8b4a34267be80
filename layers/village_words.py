"""Villages in the reader's words, and what a view knows of them: the same for map, lists, table and card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from base.clock import Month, day_label
from base.numbers import number
from layers import words
from programme.records import Target
from programme.targets import village_rates
from programme.units import Unit
from programme.village_rules import (
    RATE_YEAR,
    Answer,
    CommuneVillages,
    Tally,
    communes_in,
    exempt_in,
    exempt_of,
    has_its_own,
    has_model,
    one_of_each_commune,
)
from programme.villages import TITLES, Title, Village, VillageRecognition

if TYPE_CHECKING:
    from layers.context import LayerContext
    from store.facts import Facts

KINDS: Final = {"thon": "thôn", "lang": "làng", "residential-area": "khu dân cư", "street-group": "tổ dân phố"}
Held = Mapping[Title, VillageRecognition]
TITLE_NAMES: Final[dict[Title, str]] = {"model": "thôn NTM kiểu mẫu", "minority": "thôn NTM vùng DTTS"}
PILOT_LEVELS: Final = {"province": "cấp tỉnh", "district": "cấp huyện", "commune": "cấp xã"}
#: How a year's rule of one village for each commune stands; ``unknown`` says nothing.
_ANSWERS: Final[dict[Answer, str]] = {
    "yes": "chỉ tiêu {year}: đã có thôn ngoài danh sách điểm",
    "no": "chỉ tiêu {year}: chưa nêu được thôn ngoài danh sách điểm",
    "exempt": "chỉ tiêu {year}: không áp dụng",
    "unknown": "",
}


@dataclass(frozen=True)
class Survey:
    """What is known of villages in a view's month.

    Attributes
    ----------
    communes
        Villages by commune; communes of which nothing is on record are left out.
    rates
        What each district must reach, by code; of some the plan says that it sets nothing.
    exempt
        Communes that a directive says have no village in the minority area.
    rated
        Whether any document on the province, or on what went into it, sets goals for villages of the minority area.
    model_rule, own_rule
        The rows that ask for one model village of every recognised commune, and for one recognised village of the
        minority area of every commune; ``None`` where none does by the month.
    not_asked
        Communes of which ``own_rule`` asks for none.
    """

    communes: Mapping[str, CommuneVillages]
    rates: Mapping[str, Target]
    exempt: Mapping[str, Target]
    rated: bool
    model_rule: Target | None
    own_rule: Target | None
    not_asked: frozenset[str]

    def of(self, unit: Unit) -> CommuneVillages:
        """Return the villages of a commune; without any where nothing is on record."""
        return self.communes.get(unit.code, CommuneVillages())

    def target(self, unit: Unit) -> float | None:
        """Return the percent that a unit's district must reach; ``None`` where none is published."""
        row = self.rates.get(unit.district_code)
        return row.value if row else None

    @property
    def rows(self) -> list[Target]:
        """The rows of the documents that the view rests on."""
        rates = (row for row in self.rates.values() if row.value is not None)
        return [row for row in (self.model_rule, self.own_rule, *self.exempt.values(), *rates) if row]

    def own(self, unit: Unit) -> Answer:
        """Tell how the rule of one village of its own stands in a commune; ``unknown`` where there is no such rule."""
        if self.own_rule is None or not unit.in_programme:
            return "unknown"
        return has_its_own(self.of(unit), self.own_rule, exempt=unit.code in self.not_asked)

    def model(self, unit: Unit, context: LayerContext) -> Answer:
        """Tell whether a recognised commune has its model village; ``exempt`` where no rule asks for one."""
        if self.model_rule is None or not context.levels[unit.code].recognised:
            return "exempt"
        return has_model(self.of(unit))


def survey(context: LayerContext) -> Survey:
    """Return what is known of villages in a view's month."""
    facts, month = context.facts, context.month
    own_rule = one_of_each_commune(facts, "village-minority", month)
    told = [facts, *(former.facts for former in context.former.values())]
    return Survey(
        communes=communes_of(facts, month),
        rates=village_rates(facts, RATE_YEAR),
        exempt=exempt_in(facts, month),
        rated=any(row.level == "village-minority" for known in told for row in known.targets),
        model_rule=one_of_each_commune(facts, "village-model", month),
        own_rule=own_rule,
        not_asked=exempt_of(facts, own_rule.year) if own_rule else frozenset(),
    )


@lru_cache(maxsize=64)
def communes_of(facts: Facts, month: Month) -> Mapping[str, CommuneVillages]:
    """Return the villages of a month, counted once for all filters and languages: facts of a version never change."""
    return communes_in(facts.villages, facts.village_recognitions, month)


def rate(value: float, context: LayerContext) -> str:
    """Return ``60 %``, ``42,9 %``."""
    return f"{number(round(value, 1), context.lang)}\N{NO-BREAK SPACE}%"


def target(value: float | None, context: LayerContext) -> str:
    """Return ``chỉ tiêu 60 %``, or that none is published."""
    if value is None:
        return context.t("không công bố chỉ tiêu")
    return context.t("chỉ tiêu {rate}", rate=rate(value, context))


def share(tally: Tally, context: LayerContext) -> str:
    """Return ``2/5 thôn vùng DTTS được công nhận (40 %)``, or why there is no rate."""
    t = context.t
    if not tally.villages:
        return t("chưa có danh sách thôn")
    if tally.without_minority:
        return t("{count} thôn, không có thôn vùng DTTS", count=tally.villages)
    if tally.rate is None:
        return t("{unsaid}/{count} thôn chưa rõ có thuộc vùng DTTS", unsaid=tally.unsaid, count=tally.villages)
    return t(
        "{recognised}/{minority} thôn vùng DTTS được công nhận ({rate})",
        recognised=tally.recognised,
        minority=tally.minority,
        rate=rate(tally.rate, context),
    )


def models(tally: Tally, context: LayerContext) -> str:
    """Return ``2 thôn kiểu mẫu nêu được tên``, or that nothing is on record."""
    if not tally.known:
        return context.t("chưa có danh sách thôn")
    return context.t("{count} thôn kiểu mẫu nêu được tên", count=tally.model)


def pilots(unit: Unit, known: Survey, context: LayerContext) -> int:
    """Count the villages of a commune that were chosen as pilots up to the month's year."""
    years = (village.pilot_year for village in known.of(unit).register)
    return sum(year is not None and year <= context.month.year for year in years)


def standing(unit: Unit, known: Survey, context: LayerContext) -> list[str]:
    """Return what the directives ask of a commune and how it stands, each in a few words; empty where none does."""
    t, tally = context.t, known.of(unit).tally
    has_one = {
        "yes": t("đạt chuẩn, có {count} thôn kiểu mẫu", count=tally.model),
        "no": t("đạt chuẩn, chưa nêu được thôn kiểu mẫu"),
    }
    said = [has_one.get(known.model(unit, context), "")]
    if known.own_rule and (words_of := _ANSWERS[known.own(unit)]):
        said.append(t(words_of, year=known.own_rule.year))
    if row := known.exempt.get(unit.code):
        document = row.document.short(context.lang)
        if tally.minority:
            said.append(t("{document} nêu không có thôn vùng DTTS, danh sách lại có", document=document))
        else:
            said.append(t("không có thôn vùng DTTS ({document})", document=document))
    if count := pilots(unit, known, context):
        said.append(t("{count} thôn làm điểm", count=count))
    if tally.unlisted:
        said.append(t("{count} thôn được công nhận không có trong danh sách", count=tally.unlisted))
    return [text for text in said if text]


def recognition(item: VillageRecognition, context: LayerContext) -> str:
    """Return ``năm 2023, QĐ 12/QĐ-UBND, 05/12/2023``, or that the decision is not known."""
    t = context.t
    year = t("năm {year}", year=item.year)
    if not item.decision_no:
        return t("{year}, chưa rõ số quyết định", year=year)
    day = f", {day_label(item.day)}" if item.day else ""
    return t("{year}, QĐ {number}", year=year, number=item.decision_no) + day


def pilot(village: Village, context: LayerContext) -> str:
    """Return ``2023, cấp tỉnh``; empty for a village that was no pilot."""
    if village.pilot_year is None:
        return ""
    level = PILOT_LEVELS.get(village.pilot_level, "")
    return ", ".join(part for part in (str(village.pilot_year), context.t(level) if level else "") if part)


def minority(village: Village | None, held: Held, context: LayerContext) -> str:
    """Return whether a village lies in the minority area: by its title, else by the register."""
    if "minority" in held or (village and village.minority):
        return context.t("có")
    return context.t("chưa rõ") if village is None or village.minority is None else context.t("không")


def about(village: Village | None, held: Held, context: LayerContext) -> list[str]:
    """Return what is known of a village, each fact in a few words; ``None`` is one outside the register."""
    t = context.t
    parts = [t("không có trong danh sách thôn")]
    if village:
        parts = [t(KINDS[village.kind]), t("vùng DTTS: {answer}", answer=minority(village, held, context))]
        if chosen := pilot(village, context):
            parts.append(t("làm điểm {pilot}", pilot=chosen))
    return [
        *parts,
        *(f"{t(TITLE_NAMES[title])}: {recognition(held[title], context)}" for title in TITLES if title in held),
    ]


def sources(village: Village | None, held: Held) -> str:
    """Return where a village and its titles were entered."""
    entered = [village.source] if village else []
    return "; ".join(dict.fromkeys([*entered, *(item.source for item in held.values())]))


def told(unit: Unit, context: LayerContext) -> Iterable[tuple[str, str, str]]:
    """Yield what a commune's card says of its villages: label, words and source; nothing where nothing is known."""
    t, known = context.t, survey(context)
    commune = known.of(unit)
    if row := known.exempt.get(unit.code):
        said = t("không có thôn vùng DTTS ({document})", document=row.document.short(context.lang))
        yield t("Thôn vùng DTTS"), said, f"{words.document(row.document, context.lang)}: “{row.quote}”"
    if commune.tally.known:
        yield t("Danh sách thôn"), share(commune.tally, context), ""
    for _, village, held in commune.each():
        yield name(village, held), "; ".join(about(village, held, context)), sources(village, held)


def name(village: Village | None, held: Held) -> str:
    """Return a village's name; one outside the register has a title."""
    return village.name if village else next(item.village for item in held.values())
