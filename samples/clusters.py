"""Made-up residential clusters of the border communes, as they stood on up to three days. Nothing of them is real.

No list of clusters is published, so nothing here follows one: steps, households and plans are drawn by lot from a fixed
seed, spread so that every step, form and reason is there to be seen.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from base.clock import day_label
from intake.form_cluster_kinds import (
    ARRANGEMENT_WORDS,
    CLUSTER_KIND_WORDS,
    CLUSTER_STEP_WORDS,
    DATA_STATUS_WORDS,
    PLAN_TYPE_WORDS,
    REASON_WORDS,
    WORK_WORDS,
)
from intake.form_settlement_kinds import TOLD_WORDS
from intake.unit_lists import Era
from programme.clusters import APPROVED, WORKS, Step
from programme.units import Unit, districts_of
from samples.places import Places, Point, Row
from samples.story import SEED

CLUSTERS: Final = 45
#: The days that clusters are told of; the province reports at the middle and the end of a year.
DAYS: Final = (date(2024, 6, 30), date(2024, 12, 31), date(2025, 6, 15))
#: How many of 45 clusters have come to a step in the end, the least advanced first.
_LAST_STEPS: Final[tuple[tuple[Step, int], ...]] = (
    *(("not-reviewed", 4), ("reviewing", 6), ("drafting", 7), ("expired", 4), ("appraised", 5)),
    *(("adjusting", 3), ("approved", 7), ("implementing", 6), ("done", 3)),
)
_PATH: Final[tuple[Step, ...]] = (
    *("not-reviewed", "reviewing", "drafting", "appraised", "approved", "implementing", "done"),
)
#: Steps from which a plan is adjusted or expires.
_HELD: Final[tuple[Step, ...]] = ("approved", "implementing")
#: Kind, form, and what becomes of the place: people move, go to a new one, or stay.
_SORTS: Final = (
    ("new-point", "concentrated", "move"),
    ("village", "on-the-spot", "stay"),
    ("new-point", "concentrated", "new"),
    ("cluster", "infill", "stay"),
    ("village", "dispersal", "move"),
    ("new-point", "dispersal", "new"),
)
_CENTRE: Final = ("commune-centre", "on-the-spot", "stay")
#: One cluster in so many is the centre of its commune.
_CENTRE_EVERY: Final = 11
_REASONS: Final = ("border", "border", "border", "disaster", "hardship", "free-migration", "special-use-forest")
#: Last days of plans: over without anybody saying so, soon over, and far ahead.
_ENDS: Final = (
    *(date(2030, 12, 31), date(2025, 12, 31), date(2027, 12, 31)),
    *(date(2025, 5, 31), date(2030, 12, 31), date(2026, 6, 30)),
)
_EXPIRED_ENDS: Final = (date(2024, 12, 31), date(2025, 3, 31))
#: Days by which clusters are to be done; ``None``: nobody said.
_DUES: Final = (
    *(date(2024, 12, 31), date(2025, 5, 31), date(2025, 12, 31), date(2025, 12, 31)),
    *(date(2026, 12, 31), date(2027, 12, 31), None),
)
_PLACED: Final = 0.82
_REPORTED_LAST: Final = 0.9
#: Share of the works that are there at a step, of those beyond it that are being built once money flows, and of those
#: of which nobody says anything before.
_WORKS_THERE: Final = {"approved": 0.35, "implementing": 0.5, "adjusting": 0.5, "expired": 0.5, "done": 0.85}
_THERE_BEFORE, _BUILDING, _UNTOLD = 0.25, 0.3, 0.85
_NOTE: Final = "Số liệu minh họa"


@dataclass(frozen=True, slots=True)
class _Site:
    """A cluster: what is the same on all its days. ``share`` is how much of its households move before it is done."""

    number: int
    unit: Unit
    sort: tuple[str, str, str]
    last: Step
    households: int
    people_each: float
    share: float
    existing: Point | None
    planned: Point | None


def cluster_rows(era: Era, count: int = CLUSTERS) -> list[Row]:
    """Return the rows of the form of clusters, in order of cluster and day.

    Parameters
    ----------
    era
        The units of the days; those that touch the border have clusters.
    count
        How many clusters.
    """
    places, issuers = Places(era), {code: d.within for code, d in districts_of(era.units.values()).items()}
    rows = []
    for site in _sites(era, places, count):
        chance = random.Random(f"{SEED} days {site.number}")  # noqa: S311 - the same clusters every time
        told = _told(site, chance)
        common = _common(site, era, chance)
        plan = _plan(site, told, issuers[site.unit.district_code], chance)
        works = {key: chance.random() for key in WORKS}
        for number, (day, step) in enumerate(told, 1):
            point = places.told(site.unit, site.number, existing=_now_at(site, step), planned=_goes_to(site, step))
            rows.append(
                common
                | _people(site, step, day, number / len(told))
                | (plan if step in APPROVED or step == "expired" else _draft(plan, step))
                | {key: _work(step, lot) for key, lot in works.items()}
                | point
                | {"step": CLUSTER_STEP_WORDS[step], "as_of": day_label(day), "note": _NOTE}
            )
    return rows


def _sites(era: Era, places: Places, count: int) -> Iterator[_Site]:
    """Yield the clusters: communes differ in how far theirs have come."""
    chance = random.Random(f"{SEED} clusters")  # noqa: S311 - see above
    communes = sorted((unit for unit in era.units.values() if unit.border), key=lambda unit: unit.code)
    chance.shuffle(communes)
    whole = sum(many for _, many in _LAST_STEPS)
    ladder = [step for step, many in _LAST_STEPS for _ in range(many)]
    ranks = sorted(range(count), key=lambda rank: rank + chance.gauss(0, count / 10))
    centred = set()
    for number, rank in enumerate(ranks):
        unit = communes[number * len(communes) // count]
        sort = _SORTS[number % len(_SORTS)]
        if number % _CENTRE_EVERY == 0 and unit.code not in centred:
            centred.add(unit.code)
            sort = _CENTRE
        placed = chance.random() < _PLACED
        existing = places.inside(unit, chance) if placed and sort[2] != "new" else None
        planned = places.inside(unit, chance, existing) if placed and sort[2] != "stay" else None
        yield _Site(
            number=number + 1,
            unit=unit,
            sort=sort,
            last=ladder[rank * whole // count],
            households=chance.randint(20, 150),
            people_each=chance.uniform(3.6, 4.6),
            share=chance.uniform(0.3, 0.8),
            existing=existing,
            planned=planned,
        )


def _told(site: _Site, chance: random.Random) -> list[tuple[date, Step]]:
    """Return the days that a cluster is told of, with its step on each: never backwards."""
    path = (*_HELD, site.last) if site.last in {"adjusting", "expired"} else _PATH[: _PATH.index(site.last) + 1]
    days = DAYS[chance.choice((0, 0, 0, 1, 2)) :]
    if len(days) > 1 and site.last not in {"expired", "done"} and chance.random() > _REPORTED_LAST:
        days = days[:-1]
    at, told = len(path) - 1, []
    for day in reversed(days):
        told.append((day, path[at]))
        at = max(at - chance.choice((1, 2) if path[at] == "expired" else (0, 1, 1, 2)), 0)
    return told[::-1]


def _common(site: _Site, era: Era, chance: random.Random) -> Row:
    kind, arrangement, _ = site.sort
    villages = 0 if kind == "new-point" else chance.randint(1, 3)
    first = chance.randint(1, 6)
    reason = chance.choice(_REASONS)
    area = round(site.households * chance.uniform(0.1, 0.25), 1)
    return {
        "cluster_id": f"MH-{site.number:03d}",
        "cluster_name": _name(site, first),
        "number": str(site.number) if kind == "new-point" else "",
        "kind": CLUSTER_KIND_WORDS[kind],
        "code": era.choice(site.unit),
        "villages": ", ".join(f"Thôn {first + n}" for n in range(villages)),
        "village_count": villages or None,
        "arrangement": ARRANGEMENT_WORDS[arrangement],
        "reason": REASON_WORDS[reason],
        "area_ha": area,
        "residential_ha": round(area * 0.3, 1),
        "production_ha": round(site.households * chance.uniform(0.5, 1.2), 1),
        "in_belt": TOLD_WORDS.get(chance.choice(("yes", "no", "no", "")), ""),
        "hazard": "sạt lở" if reason == "disaster" else "",
        "road_m": chance.choice((None, 50, 200, 500, 1200)),
        "border_post_m": chance.choice((None, None, 2500, 4000, 7500)),
        "lead_agency": "Sở Xây dựng",
        "officer": "Cán bộ xã (minh họa)",
        "data_status": DATA_STATUS_WORDS[chance.choice(("draft", "verified", "verified", "published"))],
    }


def _name(site: _Site, village: int) -> str:
    return {
        "new-point": f"Điểm dân cư số {site.number}",
        "village": f"Thôn {village}",
        "cluster": f"Khu dân cư số {site.number}",
        "commune-centre": f"Trung tâm xã {site.unit.name}",
    }[site.sort[0]]


def _plan(site: _Site, told: Sequence[tuple[date, Step]], district: str, chance: random.Random) -> Row:
    """Return the plan that a cluster has, or will have, and its money."""
    first = next((day for day, step in told if step in APPROVED), DAYS[0])
    held_before = first == told[0][0] or site.last == "expired"
    issued = first - timedelta(days=chance.randint(800, 1500) if held_before else chance.randint(20, 150))
    ends = _EXPIRED_ENDS if site.last == "expired" else _ENDS
    kind = "commune-plan" if site.sort == _CENTRE else chance.choice(("detailed-plan", "arrangement-scheme"))
    due = chance.choice(_DUES)
    return {
        "plan_type": PLAN_TYPE_WORDS[kind],
        "plan_document": f"{chance.randint(1000, 9999)}/QĐ-UBND (minh họa)",
        "plan_date": day_label(issued),
        "issuing_body": f"UBND {district}",
        "plan_from": f"01/01/{issued.year}",
        "plan_to": day_label(ends[site.number % len(ends)]),
        "due": day_label(due) if due else "",
        "investor": "Ban quản lý dự án (minh họa)",
        "budget_million": round(site.households * chance.uniform(150, 400), -2),
        "funding": "Vốn bố trí dân cư (minh họa)",
    }


def _draft(plan: Row, step: Step) -> Row:
    """Return what is known of a plan that is not approved: nothing before it is drawn up."""
    known = {"drafting": ("plan_type", "due"), "appraised": ("plan_type", "due", "budget_million", "investor")}
    return {key: plan[key] for key in known.get(step, ("due",) if step == "reviewing" else ())}


def _work(step: Step, lot: float) -> str:
    """Return what a work is at a step; what is there stays there."""
    there = _WORKS_THERE.get(step, _THERE_BEFORE)
    if lot < there:
        return WORK_WORDS["have"]
    if lot > _UNTOLD and step not in _WORKS_THERE:
        return ""
    return WORK_WORDS["building" if step in {"implementing", "done"} and lot < there + _BUILDING else "missing"]


def _people(site: _Site, step: Step, day: date, progress: float) -> Row:
    """Return the numbers of a day. Where people stay nobody moves, and nothing is said of it."""
    shares = {"implementing": site.share * progress, "adjusting": site.share, "expired": site.share / 2, "done": 1.0}
    moved = round(site.households * shares.get(step, 0.0))
    stays, new = site.sort[2] == "stay", site.sort[2] == "new"
    now = moved if new else site.households - (site.number % 7 if stays else 0)
    counts = {"now": now, "planned": site.households, "moved": None if stays else moved}
    people: Row = {f"households_{name}": count for name, count in counts.items()}
    people |= {
        f"people_{name}": None if count is None else round(count * site.people_each) for name, count in counts.items()
    }
    return {**people, "moved": "" if stays or not moved else day_label(day)}


def _now_at(site: _Site, step: Step) -> Point | None:
    """Return where people live: what was planned, once they have moved there."""
    return site.planned or site.existing if step == "done" else site.existing


def _goes_to(site: _Site, step: Step) -> Point | None:
    return None if step == "done" else site.planned
