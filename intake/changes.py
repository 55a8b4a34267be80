"""What a monthly report would change: criteria gained and lost, averages, and every result that differs."""

from __future__ import annotations

from collections.abc import Iterator

from base.i18n import translator
from base.numbers import number
from intake.checked import Change, ChangeKind, Preview, Sender
from intake.communes import CommuneFinder
from intake.concerns import concerns
from intake.report import Entry, Report
from intake.template import heading
from intake.words import WORDS
from programme.criteria import Assessment, Criterion
from store.facts import Facts


def preview(report: Report, facts: Facts, sender: Sender, digest: str) -> Preview:
    """Return what storing a report would do, in the sender's language.

    Parameters
    ----------
    report
        A report without faults.
    facts
        What is known before it.
    sender
        Who hands it in, and when it arrived.
    digest
        SHA-256 of the file, to recognise one that is in force already.
    """
    t = translator(sender.lang)
    changes = tuple(_changes(report, CommuneFinder(facts.units), sender.lang))
    return Preview(
        t("Báo cáo tháng {month} – {place}", month=report.scope.period.label, place=report.scope.place(t, sender.lang)),
        tuple(_figures(report, changes, sender.lang)),
        changes,
        tuple(concerns(report, facts, sender, digest)),
    )


def _figures(report: Report, changes: tuple[Change, ...], lang: str) -> Iterator[tuple[str, str]]:
    t = translator(lang)
    before = [met for results in report.before.values() if (met := report.met(results)) is not None]
    after = [met for results in report.after.values() if (met := report.met(results)) is not None]
    criteria = {criterion.code for criterion in report.scope.criteria_set.criteria}

    def both(was: float, now: float, decimals: int | None) -> str:
        first = number(was, lang, decimals) if before else t("chưa có")
        return f"{first} → {number(now, lang, decimals)}"

    yield t("Số xã"), number(len(report.scope.units), lang)
    yield t("Số tiêu chí đạt"), both(sum(before), sum(after), None)
    yield t("Bình quân tiêu chí đạt mỗi xã"), both(_mean(before), _mean(after), 2)
    yield t("Tiêu chí đạt thêm"), number(sum(change.kind == "gained" for change in changes), lang)
    yield t("Tiêu chí không còn đạt"), number(sum(change.kind == "lost" for change in changes), lang)
    open_cells = sum(entry.result is None for (_, code), entry in report.entries.items() if code in criteria)
    yield t("Ô để trống (chưa báo cáo)"), number(open_cells, lang)


def _mean(counts: list[int]) -> float:
    return sum(counts) / len(counts) if counts else 0


def _changes(report: Report, finder: CommuneFinder, lang: str) -> Iterator[Change]:
    t = translator(lang)
    for unit in report.scope.units:
        for item in report.scope.criteria_set.items:
            before = report.known.get(unit.code, {}).get(item.code)
            after = report.entries.get((unit.code, item.code))
            taken_back = (unit.code, item.code) in report.taken_back
            kind: ChangeKind | None = "voided" if taken_back else _kind(item, before, after)
            if kind is None:
                continue
            name = heading(item, lang)
            yield Change(
                unit=unit.code,
                place=finder.place(unit),
                what=t("Chỉ tiêu {name}", name=name) if item.is_indicator else t("Tiêu chí {name}", name=name),
                before=_said(item, before, lang) if before else t("chưa có"),
                after=t("bỏ số liệu đã nộp") if taken_back else _said(item, after, lang),
                kind=kind,
            )


def _kind(item: Criterion, before: Assessment | None, after: Entry | None) -> ChangeKind | None:
    """Return how a fact changes, ``None`` when it stays. Only criteria are gained and lost."""
    if after is None or (after.result, after.value) == ((before.result, before.value) if before else (None, None)):
        return None
    if before is None or (before.result is None and before.value is None):
        return "new"
    if not item.is_indicator and after.result == "met":
        return "gained"
    if not item.is_indicator and (before.result, after.result) == ("met", "not-met"):
        return "lost"
    return "changed"


def _said(item: Criterion, said: Assessment | Entry | None, lang: str) -> str:
    """Return ``Đạt``, ``Đạt (95,5 %)`` or ``chưa báo cáo``."""
    t = translator(lang)
    if said is None or (said.result is None and said.value is None):
        return t("chưa báo cáo")
    value = "" if said.value is None else said.value if isinstance(said.value, str) else number(said.value, lang)
    measured = f"{value} {item.unit}".strip() if value else ""
    if said.result is None:
        return measured
    word = t(WORDS[said.result])
    return f"{word} ({measured})" if measured else word
