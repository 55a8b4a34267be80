"""Clusters of border communes: what a row must say, what it changes, and what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from base.clock import day_label
from base.i18n import Phrase
from base.numbers import number
from intake.checked import Change
from intake.container import refusal
from intake.form_cells import FormReader, FormRow, Found
from intake.form_cluster_kinds import CLUSTER_STEP_WORDS, CLUSTERS
from intake.form_columns import FormColumn
from intake.settlement_place import Place, Places, plain
from programme.clusters import APPROVED, STEPS, WORKS, Cluster, Step
from programme.province import province_of
from store.settlements import cluster

_COUNTS: Final = (
    *("village_count", "households_now", "people_now", "households_planned", "people_planned"),
    *("households_moved", "people_moved"),
)
_MEASURES: Final = ("area_ha", "residential_ha", "production_ha", "budget_million", "road_m", "border_post_m")
_TEXTS: Final = (
    *("number", "villages", "ethnic_groups", "plan_document", "issuing_body", "investor", "funding", "hazard"),
    *("lead_agency", "officer", "note"),
)
_WORDS: Final = ("kind", "arrangement", "reason", "step", "plan_type", *WORKS, "in_belt")
#: Days that may lie ahead.
_PLANNED_DAYS: Final = ("plan_from", "plan_to", "due")
_HAPPENED_DAYS: Final = ("moved", "plan_date")
#: Steps that a plan must have been approved for.
_WITH_PLAN: Final[frozenset[str]] = APPROVED | {"expired"}
#: Steps that a cluster goes to, and on from, without going backwards.
_ASIDE: Final[frozenset[Step]] = frozenset({"adjusting", "expired"})
_HOUSEHOLDS_DIFFER: Final = (
    "số hộ đã di chuyển ({moved}) nhiều hơn số hộ theo quy hoạch ({plan}).",
    "bước là “Hoàn thành”, nhưng số hộ đã di chuyển ({moved}) ít hơn số hộ theo quy hoạch ({plan}).",
)
_PEOPLE_DIFFER: Final = (
    "số người đã di chuyển ({moved}) nhiều hơn số người theo quy hoạch ({plan}).",
    "bước là “Hoàn thành”, nhưng số người đã di chuyển ({moved}) ít hơn số người theo quy hoạch ({plan}).",
)
#: Columns that say nothing of their own in a record.
_NOT_SAID: Final = frozenset({"name", "district", "crs", "void"})


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row without faults; ``known`` is the record of its day that it replaces or takes back."""

    row: FormRow
    stored: Mapping[str, object]
    record: Cluster
    place: Place
    known: Cluster | None
    voided: bool


def check_clusters(reader: FormReader) -> Found:
    """Read a table of clusters; faults gather in ``reader``.

    Raises
    ------
    DataError
        The province has no border commune.
    StateError
        No unit list of the province is known.
    """
    places = Places(reader)
    if not any(era.border for era in places.lists.eras):
        message = "{province} không có xã biên giới, nên biểu “{title}” không dùng ở đây."
        raise refusal(reader.file, message, province=province_of(reader.facts.province).name_vi, title=CLUSTERS.title)
    known = places.lists.clusters
    entries = [entry for row in reader.rows if (entry := _entry(row, places, known))]
    _one_commune(entries, known, places)
    told: dict[str, list[Cluster]] = {}
    for record in (*known, *(entry.record for entry in entries if not entry.voided)):
        told.setdefault(_key(record.id), []).append(record)
    warnings: list[str] = []
    for entry in entries:
        if not entry.voided:
            warnings += _warnings(entry, _before(entry.record, told[_key(entry.record.id)]), places)
    return Found(
        rows={"clusters": [entry.stored for entry in entries]},
        changes=tuple(change for entry in entries if (change := _change(entry, known, reader))),
        warnings=(*places.warnings, *warnings),
    )


def _entry(row: FormRow, places: Places, known: Sequence[Cluster]) -> _Entry | None:
    reader, as_of, voided = places.reader, row.day("as_of"), bool(row.word("void"))
    place = _commune(row, places, as_of)
    values = _values(row)
    existing = places.point(row, place, "existing_x", "existing_y")
    planned = places.point(row, place, "planned_x", "planned_y")
    if not voided:
        _check_people(row, values)
        _check_plan(row, values, as_of)
    if place is None or as_of is None or not row.sound:
        return None
    same = [one for one in known if _key(one.id) == _key(str(values["cluster_id"]))]
    record = next((one for one in same if one.as_of == as_of), None)
    if voided and record is None:
        message = "Không có dòng của cụm {id} vào ngày {day} để hủy. Hãy kiểm tra mã cụm và ngày số liệu."
        row.fault("void", message, id=values["cluster_id"], day=day_label(as_of))
        return None
    if not reader.once(row, (_key(str(values["cluster_id"])), as_of)):
        return None
    stored = {
        **row.place,
        "province": reader.facts.province,
        **places.columns(place, planned or existing),
        **{name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()},
        # Spelt as before, so that the store sees the same cluster.
        "cluster_id": same[0].id if same else values["cluster_id"],
        "as_of": as_of.isoformat(),
        **_lon_lat("existing", existing),
        **_lon_lat("planned", planned),
        "voided": int(voided),
    }
    return _Entry(row, stored, cluster({**stored, "unit": "", "source": ""}), place, record, voided)


def _commune(row: FormRow, places: Places, as_of: date | None) -> Place | None:
    """Return the commune of a row; one that does not touch the border is a fault."""
    place = places.commune(row, as_of, "as_of")
    if place is None:
        return None
    if not place.unit.border:
        named = ", ".join(unit.name for unit in place.era.border)
        message = "{place} không giáp biên giới. Hãy chọn một trong các xã biên giới: {communes}, hoặc bỏ dòng này."
        row.fault("code", message, place=place.words, communes=named)
        return None
    if place.old and not place.old.border:
        message = (
            "{place} không giáp biên giới, nên cụm này ngoài nội dung quy hoạch lại ở các xã biên giới cũ. "
            "Hãy sửa xã cũ hoặc bỏ dòng này."
        )
        row.fault("old_code", message, place=place.old.full_name)
        return None
    return place


def _values(row: FormRow) -> dict[str, object]:
    """Return what the cells say, by column of the store; days are days."""
    return {
        "cluster_id": plain(row.text("cluster_id")),
        "name": plain(row.text("cluster_name")),
        **{key: plain(row.text(key)) for key in _TEXTS},
        **{key: row.word(key) for key in _WORDS},
        "data_status": row.word("data_status") or "draft",
        **{key: row.whole(key) for key in _COUNTS},
        **{key: row.count(key) for key in _MEASURES},
        **{key: row.day(key, happened=False) or "" for key in _PLANNED_DAYS},
        **{key: row.day(key) or "" for key in _HAPPENED_DAYS},
    }


def _key(cluster_id: str) -> str:
    return cluster_id.casefold()


def _lon_lat(name: str, point: tuple[float, float] | None) -> dict[str, float | None]:
    lon, lat = point or (None, None)
    return {f"{name}_lon": lon, f"{name}_lat": lat}


def _check_people(row: FormRow, values: Mapping[str, object]) -> None:
    for which in ("now", "planned", "moved"):
        households, people = values[f"households_{which}"], values[f"people_{which}"]
        if isinstance(households, int) and isinstance(people, int) and people < households:
            message = "Số người ({people}) ít hơn số hộ ({households}). Hãy sửa một trong hai."
            row.fault(f"people_{which}", message, people=people, households=households)


def _check_plan(row: FormRow, values: Mapping[str, object], as_of: date | None) -> None:
    step = str(values["step"])
    needed = ("plan_document", "plan_date") if step in _WITH_PLAN else ()
    for key in (*needed, "plan_to") if step == "expired" else needed:
        if not row.has(key):
            message = "Bước “{step}” cần “{heading}”. Hãy điền ô này hoặc sửa bước."
            heading = Phrase(CLUSTERS.column(key).heading)
            row.fault(key, message, step=Phrase(CLUSTER_STEP_WORDS[step]), heading=heading)
    first, last, issued, moved = (values[key] for key in ("plan_from", "plan_to", "plan_date", "moved"))
    if isinstance(first, date) and isinstance(last, date) and last < first:
        message = "Ngày cuối {end} sớm hơn ngày đầu {start}. Hãy sửa một trong hai."
        row.fault("plan_to", message, end=day_label(last), start=day_label(first))
    if as_of is None:
        return
    if step == "expired" and isinstance(last, date) and last > as_of:
        message = "Quy hoạch còn đến {end}, sau ngày số liệu {day}, nên chưa hết thời hạn. Hãy sửa ngày hoặc sửa bước."
        row.fault("plan_to", message, end=day_label(last), day=day_label(as_of))
    for key, happened in (("plan_date", issued), ("moved", moved)):
        if isinstance(happened, date) and happened > as_of:
            message = "{day} ở sau ngày số liệu {as_of}. Hãy sửa một trong hai."
            row.fault(key, message, day=day_label(happened), as_of=day_label(as_of))


def _one_commune(entries: Sequence[_Entry], known: Iterable[Cluster], places: Places) -> None:
    """Note a fault at every row whose code is that of a cluster in another commune, of the store or a row before."""
    replaced = {(_key(entry.record.id), entry.record.as_of) for entry in entries}
    seen: dict[str, Cluster] = {}
    for one in known:
        if (_key(one.id), one.as_of) not in replaced:
            seen.setdefault(_key(one.id), one)
    for entry in entries:
        record = entry.record
        other = seen.setdefault(_key(record.id), record)
        if not entry.voided and _apart(record, other):
            message = "Mã cụm {id} đã dùng cho cụm “{name}” ở {place}. Hãy sửa mã hoặc sửa xã."
            where = _where(other, places)
            entry.row.fault("cluster_id", message, id=other.id, name=other.name, place=where)


def _apart(one: Cluster, other: Cluster) -> bool:
    """Tell whether two records lie in different communes; what is not known of one does not tell them apart."""
    pairs = ((one.old_code, other.old_code), (one.new_code, other.new_code))
    return any(first and second and first != second for first, second in pairs)


def _where(record: Cluster, places: Places) -> str:
    for era in places.lists.eras:
        for code, unit_list in ((record.new_code, record.new_list), (record.old_code, record.old_list)):
            if era.lists.get(code) == unit_list:
                return era.place(era.units[code])
    return record.new_code or record.old_code


def _before(record: Cluster, records: Iterable[Cluster]) -> Cluster | None:
    """Return the newest record of a cluster before a day."""
    earlier = [one for one in records if _key(one.id) == _key(record.id) and one.as_of < record.as_of]
    return max(earlier, key=lambda one: one.as_of, default=None)


def _warnings(entry: _Entry, before: Cluster | None, places: Places) -> Iterator[str]:
    """Yield what to look at in a row that is taken."""
    t, record = places.reader.t, entry.record

    def said(words: str, **params: object) -> str:
        return t("Dòng {row}, cụm {id}: {what}", row=entry.row.number, id=record.id, what=t(words, **params))

    for moved, plan, more, fewer in (
        (record.households_moved, record.households_planned, *_HOUSEHOLDS_DIFFER),
        (record.people_moved, record.people_planned, *_PEOPLE_DIFFER),
    ):
        if moved is not None and plan is not None and moved > plan:
            yield said(more, moved=moved, plan=plan)
        if moved is not None and plan is not None and moved < plan and record.step == "done":
            yield said(fewer, moved=moved, plan=plan)
    forward = before is None or not {record.step, before.step}.isdisjoint(_ASIDE)
    if before and not forward and STEPS.index(record.step) < STEPS.index(before.step):
        step, was = t(CLUSTER_STEP_WORDS[record.step]), t(CLUSTER_STEP_WORDS[before.step])
        yield said("bước lùi từ “{was}” ({day}) về “{step}”.", was=was, day=day_label(before.as_of), step=step)
    if places.lists.before and not record.old_code:
        words = "chưa rõ xã trước sắp xếp: {place} gồm nhiều xã cũ. Hãy ghi xã cũ nếu biết."
        yield said(words, place=entry.place.words)
    elif entry.place.old is None and (old := places.old_unit(record.old_code)) and not old.border:
        yield said("theo vị trí, xã trước sắp xếp là {place}, không giáp biên giới.", place=old.full_name)


def _change(entry: _Entry, known: Sequence[Cluster], reader: FormReader) -> Change | None:
    t, record = reader.t, entry.record
    if entry.voided:
        before, after = _step(entry.known or record, reader), t("đã hủy")
    elif entry.known:
        was, now = _cells(entry.known, reader), _cells(record, reader)
        differing = [heading for heading, text in now.items() if text != was[heading]]
        if not differing:
            return None
        before, after = (
            "; ".join(f"{name}: {cells[name] or t('chưa có')}" for name in differing) for cells in (was, now)
        )
    else:
        earlier = _before(record, known)
        before, after = _step(earlier, reader) if earlier else t("chưa có"), _step(record, reader)
    return Change(
        unit=entry.place.unit.code,
        place=entry.place.words,
        what=t("Cụm {id}: {name}, ngày {day}", id=record.id, name=record.name, day=day_label(record.as_of)),
        before=before,
        after=after,
        kind="voided" if entry.voided else "changed" if entry.known else "new",
    )


def _step(record: Cluster, reader: FormReader) -> str:
    return f"{reader.t(CLUSTER_STEP_WORDS[record.step])} ({day_label(record.as_of)})"


def _cells(record: Cluster, reader: FormReader) -> dict[str, str]:
    """Return what a record says, as text by heading."""
    columns = [column for column in CLUSTERS.columns if column.key not in _NOT_SAID]
    return {reader.t(column.heading): _text(_value(record, column.key), column, reader) for column in columns}


def _value(record: Cluster, key: str) -> object:
    if key in WORKS:
        return record.works[WORKS.index(key)]
    if key[-2:] in {"_x", "_y"}:
        point = record.existing if key.startswith("existing") else record.planned
        return point["xy".index(key[-1])] if point else ""
    if key == "in_belt":
        return {True: "yes", False: "no", None: ""}[record.in_belt]
    return getattr(record, {"cluster_id": "id", "cluster_name": "name", "code": "new_code"}.get(key, key))


def _text(value: object, column: FormColumn, reader: FormReader) -> str:
    if isinstance(value, date):
        return day_label(value)
    if isinstance(value, int | float):
        return number(value, reader.lang)
    return reader.t(column.words[str(value)]) if value and column.words else str(value or "")
