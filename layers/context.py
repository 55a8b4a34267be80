"""What every layer starts from: facts and boundary of one month, joined, filtered and put into words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from textwrap import shorten
from typing import TYPE_CHECKING, Final

import pandas as pd

from base.clock import Month, day_label
from base.i18n import Translate, translator
from layers.breaks import begins
from layers.classify import LegendStyle, legend_style
from layers.former import Predecessor, banner, kept_levels, predecessors_of
from layers.margins import margins_of
from layers.view import SAMPLE_NOTE, Feature, JoinReport, LayerView, Legend, Mark, ViewState
from programme.criteria import BANDS, CriteriaSet, set_in_force
from programme.levels import LevelStatus, levels_in
from programme.province import Province
from programme.records import WithdrawalWarning
from programme.reported import Reported, criterion_codes, reported_from
from programme.standing import Standing, standings
from programme.targets import CommuneTarget, commune_targets
from programme.units import District, Unit, districts_of

if TYPE_CHECKING:
    from geo.boundaries import BoundaryVersion
    from store.facts import Facts

#: Letters of a name in the line under a drawing: a longer one is cut, what stands behind it is not.
LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class LayerContext:
    """Facts and boundary for one state whose period is settled.

    Attributes
    ----------
    facts, boundary
        Everything known of the province, and the boundary version that covers the month.
    state
        The view asked for.
    month
        Its month, never ``None``.
    province
        The province's configuration.
    day
        The day on which the view is computed (Viet Nam): a report can be late only by then.
    former
        By boundary version, what was known of the units that went into these, at their last month.
    """

    facts: Facts
    boundary: BoundaryVersion
    state: ViewState
    month: Month
    province: Province
    day: date
    former: Mapping[str, LayerContext] = field(default_factory=dict, compare=False)

    @cached_property
    def t(self) -> Translate:
        """Puts a Vietnamese text into the view's language."""
        return translator(self.state.lang)

    @property
    def lang(self) -> str:
        """Language of the view."""
        return self.state.lang

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Units that have both an outline and an entry in the unit list, in asset (code) order."""
        return {code: self.facts.units[code] for code in self.boundary.units.index if code in self.facts.units}

    @cached_property
    def districts(self) -> dict[str, District]:
        """Districts by code."""
        return districts_of(self.units.values())

    @cached_property
    def levels(self) -> dict[str, LevelStatus]:
        """Level of every unit in the month: a unit made by a reorganisation inherits none (rule f)."""
        found = self.levels_at(self.month)
        if self.boundary.entry.reorganised:
            kept = kept_levels(self)
            for code in self.units:
                if found[code].status == "unknown":
                    found[code] = kept.get(code) or LevelStatus("new-unit", "f")
        return found

    def levels_at(self, month: Month) -> dict[str, LevelStatus]:
        """Return the levels of the same units in another month, by this view's reports."""
        return levels_in(self.facts, month, self.reported)

    @cached_property
    def predecessors(self) -> Mapping[str, Sequence[Predecessor]]:
        """The units that went into each unit, with the level each held last; empty before a reorganisation."""
        return {code: rows for code in self.units if (rows := predecessors_of(code, self.facts, self.former))}

    @cached_property
    def criteria_set(self) -> CriteriaSet | None:
        """Criteria set of the standard level that the reports of the month are on."""
        return self.set_of(self.month)

    def set_of(self, month: Month) -> CriteriaSet | None:
        """Return the criteria set in force in a month; ``None`` when none is on record."""
        return set_in_force(self.facts.criteria_sets.values(), month.last_day, province=self.province.key)

    @cached_property
    def reported(self) -> Mapping[str, Reported]:
        """Newest monthly report of each commune up to the month, on the set in force."""
        return self.reported_at(self.month)

    def reported_at(self, month: Month) -> Mapping[str, Reported]:
        """Return the newest report of each commune up to an earlier month, on the set of this view's month."""
        if self.criteria_set is None or not self.facts.reports:
            return {}
        return _reported(self.facts, self.criteria_set.id, month, begins(self.boundary.entry))

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """How many criteria each commune meets: by its report, else by a published count."""
        set_id = self.criteria_set.id if self.criteria_set else ""
        return standings(self.reported, self.facts.criteria_counts, set_id, self.month)

    @cached_property
    def targets(self) -> dict[str, list[CommuneTarget]]:
        """Targets of the month's year by unit code, highest level first."""
        return _grouped(commune_targets(self.facts, self.month.year))

    @cached_property
    def warnings(self) -> dict[str, WithdrawalWarning]:
        """Warnings in force at the end of the month, by unit code; none of a commune that lost its recognition."""
        stated = (w for w in self.facts.warnings if w.valid_from <= self.month.last_day)
        return {w.unit: w for w in stated if not self.levels[w.unit].withdrawn}

    def place(self, unit: Unit) -> str:
        """Return ``Xã Đăk Pék – huyện Đăk Glei``: names repeat, so the district is always said."""
        return f"{unit.full_name} – {self.districts[unit.district_code].within}"

    def selected(self, unit: Unit) -> bool:
        """Tell whether a unit passes every filter of the state."""
        return unit.code in self._selected

    @cached_property
    def _selected(self) -> frozenset[str]:
        return frozenset(code for code, unit in self.units.items() if self._passes(unit))

    def _passes(self, unit: Unit) -> bool:
        state = self.state
        return (
            state.district in {None, unit.district_code}
            and (state.ntm_level is None or state.ntm_level == self.levels[unit.code].status)
            and (state.target_kind is None or any(t.kind == state.target_kind for t in self.targets.get(unit.code, ())))
            and (state.border is None or state.border in _borders(unit))
            and (state.under_15 is None or self._under(unit.code, BANDS[0]))
        )

    def _under(self, code: str, number: int) -> bool:
        """Tell whether a commune certainly meets fewer criteria of the set in force."""
        standing = self.standings.get(code)
        return standing is not None and standing.current and standing.high < number

    @property
    def style(self) -> LegendStyle:
        """The legend that ships for the layer."""
        return legend_style(self.state.layer)

    def marked(
        self, marks: Sequence[Mark], frame: pd.DataFrame, key: str | None = None, features: Sequence[Feature] = ()
    ) -> Legend:
        """Return the layer's legend, or that of another key, with the counts of the selected rows and features."""
        chosen = set(frame.index[frame["selected"]])
        key = key or self.state.layer
        return legend_style(key).counted(
            frame.loc[frame["selected"], "class_id"],
            [mark.id for mark in marks if mark.unit in chosen],
            self.lang,
            key,
            [feature.class_id for feature in features if feature.selected],
        )

    @property
    def inset(self) -> str | None:
        """Code of the district that is drawn enlarged; none where only a part of the province is drawn."""
        code = self.province.inset_district
        return code if code in self.districts and not self.facts.part else None

    def commune_frame(self, row: Callable[[Unit], dict[str, object]]) -> pd.DataFrame:
        """Build a layer's frame: ``row`` gives ``value``, ``class_id``, ``tooltip`` and own columns of a unit."""
        common = {
            code: {
                "label": "",
                "name": unit.full_name,
                "district": self.districts[unit.district_code].name,
                "selected": self.selected(unit),
            }
            for code, unit in self.units.items()
        }
        ordered = sorted(self.units.values(), key=lambda unit: (unit.district_code, not unit.in_programme, unit.code))
        rows = {unit.code: common[unit.code] | row(unit) for unit in ordered}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("code")

    def subtitle(self) -> str:
        """Return province, month and the chosen district."""
        text = self.t("{province}, tháng {month}", province=self.territory, month=self.month.label)
        if self.month < self.boundary.entry.first_month:
            text += self.t(" – ranh giới hiện nay")
        if self.state.district in self.districts:
            text += " – " + self.districts[str(self.state.district)].name
        return text

    @property
    def territory(self) -> str:
        """Name of what is drawn: the province, or its former area."""
        name = self.province.name(self.lang)
        return self.t("{province} cũ", province=name) if self.facts.part else name

    def last_entry(self) -> str:
        """Return who entered the newest fact and when, or the date of the published collection."""
        if entry := self.facts.last_entry:
            by = shorten(entry.by, LONGEST_NAME, placeholder=" …")
            return self.t("Cập nhật gần nhất: {time}, {by}", time=entry.recorded, by=by)
        day = day_label(datetime.fromisoformat(self.facts.known_at).date())
        return self.t("Cập nhật gần nhất: bộ số liệu công bố, {day}", day=day)

    def caption(self, sources: Sequence[str]) -> str:
        """Return the line under every drawing: date, last entry, source, and the standing of the boundaries."""
        more = self.t(" và {count} nguồn khác", count=len(sources) - 1) if len(sources) > 1 else ""
        first = sources[0] if sources else self.t("chưa có nguồn công bố")
        label = self.boundary.entry.label_en if self.lang == "en" else self.boundary.entry.label_vi
        return self.t(
            "Số liệu tính đến ngày {day} · {entry} · Nguồn: {first}{more} · {label}",
            day=day_label(self.month.last_day),
            entry=self.last_entry(),
            first=first,
            more=more,
            label=label,
        )

    def boundary_notes(self) -> list[str]:
        """Return the version's name and its known defects, in the view's language."""
        entry, english = self.boundary.entry, self.lang == "en"
        name = entry.name_en if english else entry.name_vi
        source = entry.source_en if english else entry.source_vi
        head = self.t("Ranh giới: {name}. {source}.", name=name, source=source)
        return [head, *(defect.en if english else defect.vi for defect in entry.known_defects)]

    def join_report(self, with_facts: Iterable[str]) -> JoinReport:
        """Tell how facts and outlines met; nothing is dropped without a word."""
        outlines, spoken = set(self.boundary.units.index), set(with_facts)
        programme = [unit.code for unit in self.units.values() if unit.in_programme]
        return JoinReport(
            units=len(outlines),
            matched=len(self.units),
            without_facts=tuple(code for code in programme if code not in spoken),
            unknown_codes=tuple(sorted((spoken | set(self.facts.units)) - outlines)),
            outside=sum(not unit.in_programme for unit in self.units.values()),
        )

    def view(  # noqa: PLR0913 - a layer's whole answer, by name
        self,
        *,
        title: str,
        frame: pd.DataFrame,
        columns: dict[str, str],
        marks: Sequence[Mark],
        figures: Sequence[object],
        blocks: Sequence[object],
        notes: Sequence[str],
        sources: Sequence[str],
        headline: str,
        with_facts: Iterable[str],
        area_level: str = "commune",
        legend: str | None = None,
        settled: Mapping[str, object] | None = None,
        features: Sequence[Feature] = (),
        feature_columns: Sequence[str] = (),
        enlarged: bool = True,
    ) -> LayerView:
        """Put a layer's own parts together with what is the same for every layer.

        ``legend`` is the key of the legend where it is not the layer's; ``settled`` are parameters of the state that
        the layer chose because the reader did not; ``enlarged`` is false where the inset would show nothing.
        """
        return LayerView(
            key=self.state.layer,
            title=title,
            subtitle=self.subtitle(),
            state=self.state.but(period=self.month, boundary=self.boundary.id, **(settled or {})),
            area_level=area_level,  # type: ignore[arg-type]
            frame=frame,
            columns=columns,
            marks=tuple(marks),
            figures=tuple(figures),  # type: ignore[arg-type]
            blocks=tuple(blocks),  # type: ignore[arg-type]
            legend=self.marked(marks, frame, legend, features),
            notes=(*([self.t(SAMPLE_NOTE)] if self.facts.is_sample else []), *notes, *self.boundary_notes()),
            sources=tuple(sources),
            caption=self.caption(sources),
            headline=headline,
            join_report=self.join_report(with_facts),
            boundary_version=self.boundary.id,
            as_of=self.month.last_day.isoformat(),
            known_at=self.facts.known_at,
            is_sample=self.facts.is_sample,
            margins=tuple(
                (m.text(self.lang), m.lon, m.lat, m.kind) for m in margins_of(self.province, self.boundary.entry)
            ),
            # On a district layer the communes have no classes of their own: there is nothing to enlarge.
            inset=self.inset if area_level == "commune" and enlarged else None,
            part=self.facts.part,
            banner=banner(self),
            features=tuple(features),
            feature_columns=tuple(feature_columns),
        )


def _borders(unit: Unit) -> set[str]:
    """Return the values of the filter that a unit answers to."""
    countries = {"Lào": "laos", "Campuchia": "cambodia"}
    return {"yes", *(countries[country] for country in unit.border)} if unit.border else set()


@lru_cache(maxsize=64)
def _reported(facts: Facts, set_id: str, month: Month, since: Month) -> dict[str, Reported]:
    """Read the reports of a month once for all layers and languages: facts of one version never change."""
    found = facts.criteria_sets[set_id]
    return reported_from(found, facts.results(set_id, criterion_codes(found), month, since))


def _grouped(targets: Iterable[CommuneTarget]) -> dict[str, list[CommuneTarget]]:
    grouped: dict[str, list[CommuneTarget]] = {}
    for target in targets:
        grouped.setdefault(target.unit, []).append(target)
    return grouped


def unique(texts: Iterable[str]) -> list[str]:
    """Return the texts once each, in order of first appearance, without empty ones."""
    return [text for text in dict.fromkeys(texts) if text]
