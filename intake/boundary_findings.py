"""What a report says in sentences: what stands against an import, and what should be known all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from base.errors import Fault
from base.i18n import translate
from geo.names import REASONS
from intake.boundary_report import BoundaryReport

#: Total areas that differ by less are the same: another survey, another projection.
_SAME_TOTAL: Final = 0.01
#: Most units that one sentence names.
_NAMED: Final = 20

_UNMATCHED: Final = (
    "{count} đối tượng chưa khớp với danh mục. Hãy sửa tên hoặc mã, hoặc xác nhận từng gợi ý "
    "(dòng lệnh: --confirm DÒNG=MÃ)."
)
_MISSING: Final = "Tệp thiếu {count} đơn vị của danh mục: {units}. Hãy bổ sung rồi nạp lại."
_EMPTY: Final = "{count} đơn vị không có hình: {units}. Hãy vẽ bổ sung rồi nạp lại."
_DIFFERING: Final = (
    "{count} đơn vị có diện tích lệch quá 5 % so với diện tích công bố, hoặc với hình vẽ hiện nay nơi chưa công bố."
)
_TOTAL: Final = "Tổng diện tích theo hình vẽ là {km2} km², lệch {percent} % so với diện tích công bố ({official} km²)."
_WIDE: Final = (
    "{count} khoảng trống rộng giữa các đơn vị được giữ nguyên: có thể là hồ hoặc đất của tỉnh khác. Hãy xem kỹ."
)
_SWAPPED: Final = "Tọa độ trong tệp ghi X theo hướng bắc; đã đảo trục theo lựa chọn."


@dataclass(frozen=True, slots=True)
class FeatureFault(Fault):
    """A fault of one feature: ``message`` says what is wrong, the feature is named before it.

    Attributes
    ----------
    feature
        Number of the feature, from 0 as ``--confirm`` takes it.
    name
        Name as the file writes it.
    offered
        Codes and names that a person may choose from; empty when there are none.
    """

    feature: int = 0
    name: str = ""
    offered: str = ""

    def says(self, lang: str) -> str:
        """Return which feature it is, what is wrong and what to do."""
        parts = [translate("Dòng {row} (đối tượng số {feature}) “{name}”:", lang, **self._named())]
        parts.append(translate(self.message, lang, **dict(self.params)))
        if self.offered:
            parts.append(translate("Gợi ý: {units}.", lang, units=self.offered))
        return " ".join(parts)

    def _named(self) -> dict[str, object]:
        return {"row": self.feature, "feature": self.feature + 1, "name": self.name}


def reasons_of(report: BoundaryReport) -> Iterator[Fault]:
    """Yield why a file cannot be imported; nothing when it can."""
    unmatched = report.result.unmatched
    if unmatched:
        yield _fault(report, _UNMATCHED, count=len(unmatched))
    offered: dict[int, list[str]] = {}
    for one in report.result.suggestions:
        offered.setdefault(one.row, []).append(f"{one.code} {report.units[one.code].full_name}")
    for row in unmatched:
        units = ", ".join(offered.get(row.row, ()))
        yield FeatureFault(report.file, None, None, REASONS[row.reason], feature=row.row, name=row.name, offered=units)
    if report.missing:
        yield _fault(report, _MISSING, count=len(report.missing), units=_named(report, report.missing))
    empty = [unit for fault in report.faults if fault.kind == "empty" for unit in fault.units]
    if empty:
        yield _fault(report, _EMPTY, count=len(empty), units=_named(report, empty))


def notes_of(report: BoundaryReport) -> Iterator[Fault]:
    """Yield what a reader should know of a file although it can be imported."""
    if report.crs.swapped:
        yield _fault(report, _SWAPPED)
    differing = sum(area.differs for area in report.areas)
    if differing:
        yield _fault(report, _DIFFERING, count=differing)
    if report.official_km2 and abs(share := report.total_km2 / report.official_km2 - 1) > _SAME_TOTAL:
        params = {"km2": report.total_km2, "official": report.official_km2, "percent": share * 100}
        yield _fault(report, _TOTAL, **{name: round(value) for name, value in params.items()})
    wide = sum(fault.kind == "gap" and not fault.repairable for fault in report.faults)
    if wide:
        yield _fault(report, _WIDE, count=wide)


def _named(report: BoundaryReport, codes: list[str] | tuple[str, ...]) -> str:
    units = report.units
    named = [f"{code} {units[code].full_name}" if code in units else code for code in codes[:_NAMED]]
    return ", ".join(named) + (", …" if len(codes) > _NAMED else "")


def _fault(report: BoundaryReport, message: str, **params: object) -> Fault:
    return Fault(report.file, None, None, message, tuple(params.items()))
