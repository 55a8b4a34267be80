"""A report on a boundary file as text to read in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from base.i18n import Translate, translator
from base.numbers import number, signed
from geo.coverage import GeometryFault
from geo.fault_words import KINDS, area_text, worst
from geo.names import NameMatch
from intake.boundary_report import BoundaryReport

#: Most faults of geometry that are listed; all are in the JSON document.
_FAULTS: Final = 20
_HOW: Final = {
    "prj": "theo tệp .prj",
    "file": "theo khai báo trong tệp",
    "rfc7946": "theo quy định của GeoJSON",
    "chosen": "theo lựa chọn",
    "names": "theo tên trong danh mục",
    "none": "",
}
_ROLES: Final = {
    "code": "mã xã",
    "name": "tên xã",
    "district": "cấp trên",
    "district_name": "tên cấp trên",
    "area": "diện tích",
}


def as_text(report: BoundaryReport, lang: str) -> str:
    """Return the report, a finding a line."""
    t = translator(lang)
    return "\n".join(
        [
            *_file(report, t, lang),
            *_units(report, t),
            *_geometry(report, t, lang),
            *_areas(report, t, lang),
            *(f"- {note.says(lang)}" for note in report.notes),
            t("Có thể nạp.") if report.importable else t("Chưa nạp được:"),
            *(f"- {reason.says(lang)}" for reason in report.reasons),
        ]
    )


def changes_text(changes: list[dict[str, object]], lang: str) -> str:
    """Return ``Quyết Thắng: 1,244 → 1,347 km² (+8,3 %)``, a line for each unit that the repair changed."""
    return "\n".join(
        f"  {change['code']} {change['name']}: {number(float(str(change['before_km2'])), lang, 3)} → "
        f"{number(float(str(change['after_km2'])), lang, 3)} km² "
        f"({signed(float(str(change['percent'])), lang, 1)} %)"
        for change in changes
    )


def _file(report: BoundaryReport, t: Translate, lang: str) -> Iterator[str]:
    yield t(
        "{file} ({format}, lớp {layer}): {features} đối tượng, {vertices} đỉnh",
        file=report.file,
        format=report.format,
        layer=report.layer,
        features=number(len(report.frame), lang),
        vertices=number(report.vertices, lang),
    )
    crs, encoding = report.crs, report.encoding
    yield t("Hệ tọa độ: {found}", found=f"EPSG:{crs.epsg} {crs.name} ({t(_HOW[crs.how])})")
    fit = f", {number(round(encoding.fit.share * 100), lang)} %" if encoding.fit else ""
    yield t("Bảng mã chữ: {found}", found=f"{encoding.encoding} ({t(_HOW[encoding.how])}{fit})")
    roles = [(words, getattr(report.roles, role)) for role, words in _ROLES.items()]
    yield t("Cột dùng: {found}", found="; ".join(f"{t(words)}: {column}" for words, column in roles if column))


def _units(report: BoundaryReport, t: Translate) -> Iterator[str]:
    matched, expected = len(report.result.matches), len(report.units)
    if report.unit_list:
        words = "Đơn vị: khớp {matched} trên {expected} của danh mục {list}"
        yield t(words, matched=matched, expected=expected, list=report.unit_list)
    else:
        yield t("Đơn vị: {expected}, theo danh mục của tệp", expected=expected)
    for stage, count in Counter(match.stage for match in report.result.matches).items():
        yield f"  {stage}: {count}"
    offered: dict[int, list[NameMatch]] = {}
    for one in report.result.suggestions:
        offered.setdefault(one.row, []).append(one)


def _geometry(report: BoundaryReport, t: Translate, lang: str) -> Iterator[str]:
    counts = Counter(fault.kind for fault in report.faults)
    if not counts:
        yield t("Lỗi hình học: không có")
        return
    yield t("Lỗi hình học: {found}", found=", ".join(f"{t(KINDS[kind])}: {count}" for kind, count in counts.items()))
    yield from (_fault(at + 1, report.faults[at], report, t, lang) for at in worst(report.faults, _FAULTS))
    if len(report.faults) > _FAULTS:
        yield t("  … và {count} lỗi khác (xem --format=json)", count=len(report.faults) - _FAULTS)


def _fault(place: int, fault: GeometryFault, report: BoundaryReport, t: Translate, lang: str) -> str:
    units = ", ".join(f"{key} {report.units[key].name}" if key in report.units else key for key in fault.units)
    at = f" @ {fault.lon:.5f}, {fault.lat:.5f}" if fault.lon is not None and fault.lat is not None else ""
    return f"  {place}. {t(fault.reason)} {units}; {area_text(fault.area_km2, lang)}{at}"


def _areas(report: BoundaryReport, t: Translate, lang: str) -> Iterator[str]:
    total = number(report.total_km2, lang, 1)
    if report.official_km2:
        share = signed(round((report.total_km2 / report.official_km2 - 1) * 100, 1), lang, 1)
        words = "Tổng diện tích: {km2} km², công bố {official} km² ({percent} %)"
        yield t(words, km2=total, official=number(report.official_km2, lang), percent=share)
    else:
        yield t("Tổng diện tích: {km2} km²", km2=total)
    for area in report.areas:
        if area.differs and area.reference_km2:
            percent = signed(round((area.difference or 0.0) * 100, 1), lang, 1)
            now = number(area.reference_km2, lang, 2)
            yield f"  {area.code} {area.name}: {number(area.km2, lang, 2)} / {now} km² ({percent} %)"
