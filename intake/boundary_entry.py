"""The catalogue entry of a version that is imported: what its list says, what a person ordered, what was found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from base.clock import Month, day_label
from base.errors import BoundaryError, StateError
from base.i18n import translate
from base.numbers import number
from geo.boundaries import CatalogueEntry, KnownDefect
from geo.repair import Repaired
from intake.boundary_reference import Reference
from intake.boundary_report import BoundaryReport, UnitArea

#: What the id of a version may be: it is the name of a folder and part of addresses.
_ID: Final = re.compile(r"[a-z0-9-]{3,40}")
#: Most units that one sentence names.
_NAMED: Final = 10

_BAD_ID: Final = "Tên phiên bản “{version}” không dùng được: từ 3 đến 40 ký tự a–z, 0–9 và dấu gạch nối."
_DIFFERING: Final = "Diện tích lệch quá 5 % so với công bố hoặc với ranh giới trước ở {units}."
_CHANGED: Final = "Sửa lỗi hình học khi nạp làm đổi trên 1 % diện tích ở {units}."
_OPEN: Final = "Còn {count} khoảng trống rộng giữa các đơn vị (hồ, đất của tỉnh khác, hoặc thiếu đơn vị)."
_MORE: Final = "{units} và {count} đơn vị khác"
_OUTSIDE: Final = (
    "Thời gian hiệu lực {first} – {last} vượt ra ngoài danh mục “{unit_list}” ({from} – {to}): ngoài thời gian đó là "
    "những đơn vị khác. Hãy sửa --valid-from, --valid-to."
)
_OVERLAPPING: Final = (
    "Thời gian hiệu lực trùng với danh mục “{unit_list}” của cùng địa bàn ({from} – {to}). "
    "Hãy sửa --valid-from, --valid-to để mỗi tháng chỉ có một danh mục."
)


@dataclass(frozen=True, slots=True)
class Order:
    """What a person orders of an import.

    Attributes
    ----------
    version
        Id of the new version.
    actor
        Office that records it (``NTM_OFFICE``).
    decree
        What the boundaries rest on; ``None``: as the list's.
    valid_from, valid_to
        First and last month ``YYYY-MM``; ``None``: as the list's.
    source, licence
        Who drew them and how they may be used; empty: the file, and not stated.
    """

    version: str
    actor: str
    decree: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    source: str = ""
    licence: str = ""


def check_order(order: Order, versions: Mapping[str, CatalogueEntry]) -> None:
    """Refuse what can be refused before the file is read.

    Raises
    ------
    StateError
        The id is not of its form, the decree is empty, or a month is none.
    BoundaryError
        There is a version of this id: nothing is ever overwritten.
    """
    if not _ID.fullmatch(order.version):
        raise StateError(_BAD_ID, version=order.version)
    if order.version in versions:
        raise BoundaryError(
            "Đã có phiên bản ranh giới “{version}”; không ghi đè. Hãy đặt tên khác.", version=order.version
        )
    if order.decree is not None and not order.decree.strip():
        raise StateError("Hãy ghi văn bản làm căn cứ của ranh giới (--decree), không để trống.")
    months = [_month(text) for text in (order.valid_from, order.valid_to) if text]
    if months != sorted(months):
        raise StateError("Tháng đầu hiệu lực ở sau tháng cuối. Hãy sửa --valid-from, --valid-to.")


def validity(order: Order, reference: Reference) -> tuple[str, str | None]:
    """Return first and last month of the new version.

    Raises
    ------
    StateError
        The months lie outside the list's time or within another list's, or a list of its own names no first month.
    """
    first, last = reference.first, order.valid_to or None
    if first is None:
        if not order.valid_from:
            raise StateError("Tệp mang danh mục riêng: hãy ghi tháng đầu hiệu lực (--valid-from YYYY-MM).")
        for other in reference.versions.values():
            if other.province == reference.province.key and _overlap(order.valid_from, last, other):
                raise StateError(_OVERLAPPING, **{"unit_list": other.units_of, **_span(other)})
        return order.valid_from, last
    begin, end = order.valid_from or first.valid_from, last or first.valid_to
    if begin < first.valid_from or (first.valid_to and (not end or end > first.valid_to)):
        span = {"first": _label(begin), "last": _label(end)}
        raise StateError(_OUTSIDE, **{"unit_list": first.id, **span, **_span(first)})
    return begin, end


def entry_of(  # noqa: PLR0913 - everything that an entry says of its version
    report: BoundaryReport,
    reference: Reference,
    order: Order,
    repaired: Repaired,
    *,
    geometry: tuple[str, str],
    border_file: str | None,
    original: tuple[str, str],
    recorded: datetime,
) -> CatalogueEntry:
    """Return the entry of a new version; ``geometry`` and ``original`` are a file's name and its SHA-256.

    Raises
    ------
    StateError
        As :func:`validity`, or the decree is missing of a file with its own list.
    """
    first = reference.first
    begin, end = validity(order, reference)
    decree = order.decree or (first.decree if first else "")
    if not decree:
        raise StateError("Hãy ghi văn bản làm căn cứ của ranh giới (--decree), không để trống.")
    names = {lang: _name(reference.province.name(lang), begin, end, order.version, lang) for lang in ("vi", "en")}
    sources = {lang: order.source or _source(report.file, order.actor, recorded, lang) for lang in ("vi", "en")}
    label = "Ranh giới tham khảo, không có giá trị pháp lý"
    return CatalogueEntry(
        id=order.version,
        province=reference.province.key,
        name_vi=names["vi"],
        name_en=names["en"],
        area_levels=list(report.area_levels),
        valid_from=begin,
        valid_to=end,
        crs="EPSG:4326",
        metric_crs=reference.metric_crs,
        official_area_km2=report.official_km2 or round(report.total_km2, 2),
        units=len(repaired.frame),
        geometry_file=geometry[0],
        geometry_sha256=geometry[1],
        border_file=border_file,
        unit_list=first.id if first else order.version,
        reorganised=first.reorganised if first else False,
        author=order.actor,
        recorded_at=recorded.isoformat(timespec="seconds"),
        original_file=original[0],
        original_sha256=original[1],
        source_vi=sources["vi"],
        source_en=sources["en"],
        licence=order.licence or translate("chưa ghi", "vi"),
        decree=decree,
        label_vi=first.label_vi if first else label,
        label_en=first.label_en if first else translate(label, "en"),
        known_defects=[_defect(*one) for one in _defects(report, repaired)],
    )


def as_toml(entry: CatalogueEntry) -> str:
    """Return an entry as its file; texts of JSON are texts of TOML, too."""
    values = entry.model_dump(exclude={"known_defects"} if entry.known_defects else set(), exclude_none=True)
    lines = [f"{name} = {_toml(value)}" for name, value in values.items()]
    for defect in entry.known_defects:
        lines += ["", "[[known_defects]]", f"vi = {_toml(defect.vi)}", f"en = {_toml(defect.en)}"]
    return "\n".join([*lines, ""])


def note_of(area: UnitArea, version: str) -> str:
    """Return what the outline of a unit carries with it: ``ok``, or that its area differs, in the sources' English."""
    if not area.differs:
        return "ok"
    against = "the published area" if area.published_km2 else version
    return f"differs: {(area.difference or 0.0) * 100:+.1f} % against {against}"


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise StateError("Tháng “{month}” phải có dạng NĂM-THÁNG, ví dụ 2025-06.", month=text) from None


def _overlap(begin: str, end: str | None, other: CatalogueEntry) -> bool:
    return (end is None or other.valid_from <= end) and (other.valid_to is None or begin <= other.valid_to)


def _span(entry: CatalogueEntry) -> dict[str, str]:
    return {"from": _label(entry.valid_from), "to": _label(entry.valid_to)}


def _label(month: str | None) -> str:
    return Month.parse(month).label if month else "…"


def _name(province: str, begin: str, end: str | None, version: str, lang: str) -> str:
    if end:
        words = "{province}, địa giới {first} – {last} ({version})"
        return translate(words, lang, province=province, first=_label(begin), last=_label(end), version=version)
    words = "{province}, địa giới từ {first} ({version})"
    return translate(words, lang, province=province, first=_label(begin), version=version)


def _source(file: str, actor: str, recorded: datetime, lang: str) -> str:
    words = "Tệp {file}, do {actor} nạp ngày {day}"
    return translate(words, lang, file=file, actor=actor, day=day_label(recorded.date()))


def _defects(report: BoundaryReport, repaired: Repaired) -> Iterator[tuple[str, dict[str, Any]]]:
    differing = sorted((area for area in report.areas if area.differs), key=lambda one: -abs(one.difference or 0))
    if differing:
        yield _DIFFERING, {"units": [(one.name, one.difference or 0.0) for one in differing]}
    if repaired.changes:
        names = {code: unit.name for code, unit in report.units.items()}
        yield _CHANGED, {"units": [(names.get(one.unit, one.unit), one.share) for one in repaired.changes]}
    if repaired.faults_left:
        yield _OPEN, {"count": len(repaired.faults_left)}


def _defect(message: str, params: Mapping[str, Any]) -> KnownDefect:
    def said(lang: str) -> str:
        told = {name: _units(value, lang) if name == "units" else value for name, value in params.items()}
        return translate(message, lang, **told)

    return KnownDefect(vi=said("vi"), en=said("en"))


def _units(units: list[tuple[str, float]], lang: str) -> str:
    named = ", ".join(f"{name} ({number(share * 100, lang, 1)} %)" for name, share in units[:_NAMED])
    rest = len(units) - _NAMED
    return translate(_MORE, lang, units=named, count=rest) if rest > 0 else named


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
