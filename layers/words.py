"""Facts in the reader's words: the same sentences in tooltip, list, table, card and sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from base.clock import Month
from base.i18n import Translate
from base.numbers import number
from layers.context import LayerContext
from programme.clusters import Arrangement, ClusterKind, DataStatus, PlanType, Reason
from programme.criteria import GROUPS, Result
from programme.levels import Basis, LevelStatus
from programme.records import CriteriaCount, Document, Recognition, Step, Target, WithdrawalWarning
from programme.reported import Reported
from programme.standing import Standing
from programme.targets import CommuneTarget
from programme.units import District, Unit, reporters_of, without_districts

#: Vietnamese names of levels and kinds; they are the keys of their translations.
LEVEL_NAMES: Final = {
    "model": "NTM kiểu mẫu",
    "advanced": "NTM nâng cao",
    "standard": "Đạt chuẩn NTM",
    "met": "Đạt {total}/{total}, chưa công nhận",
    "below": "Chưa đạt chuẩn",
    "unknown": "Chưa có nguồn công bố",
    "new-unit": "Chưa đánh giá",
    "outside": "Ngoài chương trình",
}
TARGET_LEVELS: Final = {"model": "kiểu mẫu", "advanced": "nâng cao", "standard": "đạt chuẩn"}
TARGET_KINDS: Final = {"new": "mới", "continuing": "tiếp tục", "carried_over": "chuyển tiếp"}
RESULTS: Final = {
    "attained": "đạt",
    "not-attained": "chưa",
    "not-published": "chưa công bố",
}
EVIDENCE: Final = {
    "recognised": "nguồn nêu việc công nhận",
    "inferred_recognised": "suy ra từ số liệu, không nguồn nào nêu tên",
    "appraised": "đã thẩm định, chưa rõ kết quả",
    "file_in_appraisal": "hồ sơ đang thẩm định",
    "inferred_met_19_of_19": "suy ra đạt đủ tiêu chí, căn cứ yếu; không tính",
}

CRITERION_GROUPS: Final = GROUPS
#: Results of criteria; ``None`` is a criterion that the report leaves open.
CRITERION_RESULTS: Final[dict[Result | None, str]] = {
    "met": "đạt",
    "not-met": "chưa đạt",
    "not-applicable": "không áp dụng",
    None: "chưa báo cáo",
}
_BOUNDARY_NOTES: Final = {
    "schematic": "đường ranh trong huyện là đường sơ đồ, không phải ranh giới thật",
    "low": "hình vẽ có độ tin cậy thấp: các nguồn không khớp nhau hoặc lệch diện tích nghị quyết",
    "2025 source outline": "đường bao lấy theo nguồn năm 2025",
    "differs": "diện tích hình vẽ lệch trên 5 % so với diện tích công bố hoặc hình vẽ trước",
}
#: So many communes are named as the source of a month; more are counted.
NAMED_REPORTERS: Final = 5
STEPS: Final[dict[Step, str]] = {
    "submitted": "Đã nộp hồ sơ",
    "verified": "Huyện thẩm tra",
    "appraised": "Tỉnh thẩm định",
    "decided": "Có quyết định",
    "returned": "Trả lại hồ sơ",
}
#: Words of border clusters (:mod:`programme.clusters`); their steps are in the legend of their layer.
CLUSTER_KINDS: Final[dict[ClusterKind, str]] = {
    "new-point": "điểm dân cư mới",
    "village": "thôn, làng hiện có",
    "cluster": "khu, cụm dân cư",
    "commune-centre": "trung tâm xã",
}
ARRANGEMENTS: Final[dict[Arrangement, str]] = {
    "concentrated": "tập trung",
    "infill": "xen ghép",
    "on-the-spot": "ổn định tại chỗ",
    "dispersal": "giãn dân",
}
REASONS: Final[dict[Reason, str]] = {
    "border": "xã biên giới",
    "disaster": "vùng thiên tai",
    "hardship": "vùng đặc biệt khó khăn",
    "free-migration": "dân di cư tự do",
    "special-use-forest": "rừng đặc dụng",
}
PLAN_TYPES: Final[dict[PlanType, str]] = {
    "commune-plan": "quy hoạch chung xã",
    "detailed-plan": "quy hoạch chi tiết",
    "arrangement-scheme": "đề án bố trí dân cư",
}
DATA_STATUS: Final[dict[DataStatus, str]] = {
    "draft": "dự thảo",
    "verified": "đã kiểm tra",
    "published": "đã công bố",
}


def decision(recognition: Recognition, t: Translate) -> str:
    """Return ``QĐ 365/QĐ-UBND, 13/05/2019`` or ``≤ 2023, chưa rõ số quyết định``."""
    since = recognition.held_from
    when = since.label if since else t("chưa rõ ngày")
    if recognition.decision_no:
        return t("QĐ {number}, {when}", number=recognition.decision_no, when=when)
    return t("{when}, chưa rõ số quyết định", when=when)


def level(status: LevelStatus, unit: Unit, t: Translate, lang: str) -> str:
    """Return the level with what it rests on, for example ``Đạt chuẩn NTM (≤ 2023, chưa rõ số quyết định)``."""
    if status.status == "outside":
        return t("Ngoài chương trình ({kind})", kind=t(unit.kind))
    basis = status.basis
    match basis:
        case Recognition() if status.recognised:
            inferred = t(", suy ra") if basis.evidence == "inferred_recognised" else ""
            return f"{t(LEVEL_NAMES[status.status])} ({decision(basis, t)}{inferred})"
        case CriteriaCount() if status.status == "met":
            return f"{t(LEVEL_NAMES['met'], total=basis.total)} ({basis.period.label})"
        case Reported() if status.status == "met":
            return t("{count}, chưa công nhận", count=reported(basis, t))
        case None:
            return t(LEVEL_NAMES[status.status])
    return f"{t(LEVEL_NAMES['below'])} ({_not_yet(basis, t, lang)})"


def _not_yet(basis: Basis, t: Translate, lang: str) -> str:
    """Return why a commune is known not to be recognised."""
    match basis:
        case Recognition():
            return t("đã thu hồi, {decision}", decision=decision(basis, t))
        case CriteriaCount():
            return criteria(basis, t)
        case Reported():
            return reported(basis, t)
        case Target():
            return t("xã mục tiêu {year}, {document}", year=basis.year, document=basis.document.short(lang))
    return t("không có trong danh sách đủ tên {period}", period=basis.period.label)


def criteria(count: CriteriaCount, t: Translate) -> str:
    """Return ``9/19 tiêu chí, 09/2023``; a range when the source gives only that.

    Counts on the advanced set say so: two sets are never compared silently.
    """
    met = count.range.replace("-", "–") if count.met is None else str(count.met)
    words = "{met}/{total} tiêu chí, {period}" if count.of_standard else "{met}/{total} tiêu chí nâng cao, {period}"
    return t(words, met=met, total=count.total, period=count.period.label)


def reported(report: Reported, t: Translate) -> str:
    """Return ``15/19 tiêu chí, 1 không áp dụng, báo cáo 05/2025``; "ít nhất" while criteria are open."""
    parts = [t("{met}/{total} tiêu chí", met=report.met, total=report.size)]
    if report.absent:
        parts.append(t("{count} không áp dụng", count=len(report.absent)))
    if report.open:
        parts[0] = t("ít nhất {count}", count=parts[0])
        parts.append(t("{count} chưa báo cáo", count=len(report.open)))
    return ", ".join([*parts, t("báo cáo {month}", month=report.period.label)])


def standing(item: Standing, context: LayerContext) -> str:
    """Return how many criteria a commune meets, from where, and on which set if not on the one in force."""
    if isinstance(item.basis, Reported):
        return reported(item.basis, context.t)
    text = context.t("{count}, theo nguồn công bố", count=criteria(item.basis, context.t))
    return text if item.current else f"{text} ({set_name(item.basis.criteria_set, context)})"


def set_name(set_id: str, context: LayerContext) -> str:
    """Return the name of a criteria set; its id where the set is not on record."""
    found = context.facts.criteria_sets.get(set_id)
    return found.name(context.lang) if found else set_id


def report_sources(context: LayerContext) -> list[str]:
    """Return ``Báo cáo tháng 05/2025: huyện Đăk Hà, huyện Đăk Tô``, a line per month, newest first.

    Where communes report for themselves, many of them are counted: ``Báo cáo tháng 08/2025: 30/37 xã``.
    """
    known = reporters_of(context.units.values())
    of_unit = {unit.code: code for code, one in known.items() for unit in one.units}
    by_month: dict[Month, set[str]] = {}
    for code in context.units:
        if report := context.reported.get(code):
            by_month.setdefault(report.period, set()).add(of_unit[code])
    return [
        context.t(
            "Báo cáo tháng {month}: {districts}",
            month=month.label,
            districts=_reporters(by_month[month], known, context),
        )
        for month in sorted(by_month, reverse=True)
    ]


def _reporters(codes: set[str], known: Mapping[str, District], context: LayerContext) -> str:
    communes = without_districts(context.units.values())
    if len(codes) == len(known):
        return context.t("tất cả các xã" if communes else "tất cả các huyện, thành phố")
    if communes and len(codes) > NAMED_REPORTERS:
        return context.t("{count}/{total} xã", count=len(codes), total=len(known))
    return ", ".join(one.within for code, one in known.items() if code in codes)


def reports_source(context: LayerContext) -> str:
    """Return whose reports the figures of the view are counted from."""
    communes = without_districts(context.units.values())
    return context.t("Báo cáo tháng của các xã" if communes else "Báo cáo tháng của các huyện, thành phố")


def target(item: CommuneTarget, t: Translate) -> str:
    """Return ``Mục tiêu 2024: nâng cao (chuyển tiếp)``."""
    kind = t(TARGET_KINDS[item.kind])
    if item.expected:
        kind += ", " + t("dự kiến")
    return t("Mục tiêu {year}: {level} ({kind})", year=item.year, level=t(TARGET_LEVELS[item.level]), kind=kind)


def warning(item: WithdrawalWarning, t: Translate, lang: str) -> str:
    """Return ``trên 30 % tiêu chí không duy trì (CT 05, 22/01/2024)``."""
    return t("trên 30 % tiêu chí không duy trì ({document})", document=item.document.short(lang))


def border(unit: Unit, context: LayerContext) -> str:
    """Return ``giáp Lào 4,6 km, Campuchia 13,9 km``; empty away from the border."""
    if not unit.border:
        return ""
    row = context.boundary.units.loc[unit.code]
    columns = {"Lào": "border_lao_km", "Campuchia": "border_khm_km"}
    parts = [
        f"{context.t(country)} {number(float(row[columns[country]]), context.lang, 1)} km" for country in unit.border
    ]
    return context.t("giáp {countries}", countries=", ".join(parts))


def boundary_note(note: str, context: LayerContext) -> str:
    """Put the source's English note on an outline into the reader's language by its kind."""
    for start, text in _BOUNDARY_NOTES.items():
        if note.startswith(start):
            return context.t(text)
    return note


def tooltip(unit: Unit, context: LayerContext, *extra: str) -> str:
    """Return the line shown on hover, also for units without any data; ``extra`` is what the layer adds."""
    t, lang = context.t, context.lang
    parts = [context.place(unit), level(context.levels[unit.code], unit, t, lang)]
    if unit.code in context.warnings:
        parts.append("⚠ " + warning(context.warnings[unit.code], t, lang))
    parts.extend(target(item, t) for item in context.targets.get(unit.code, ()))
    if before := predecessors(unit, context):
        parts.append(before)
    said = " · ".join(parts)
    # A level that rests on a report says the same number of criteria.
    return " · ".join([said, *(text for text in extra if text and text.casefold() not in said.casefold())])


def predecessors(unit: Unit, context: LayerContext) -> str:
    """Return ``từ 3 đơn vị cũ, 2 được công nhận``; empty for a unit that no reorganisation made."""
    rows = context.predecessors.get(unit.code, ())
    if not rows:
        return ""
    if rows[0].succession.unchanged:
        return context.t("giữ nguyên khi sắp xếp")
    held = sum(row.status.recognised for row in rows)
    return context.t("từ {count} đơn vị cũ, {held} được công nhận", count=len(rows), held=held)


def sentence(text: str) -> str:
    """Return ``text`` with its first letter raised and nothing else changed."""
    return text[:1].upper() + text[1:]


def document(item: Document, lang: str) -> str:
    """Return the full name of a document, as a source."""
    return item.title(lang)
