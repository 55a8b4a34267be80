"""A criteria set as a workbook: download one, correct it, hand it in; the corrected set supersedes the earlier one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import select

from base.clock import day_label
from base.i18n import Translate, translator
from intake.checked import Change, Checked, Preview, Sender
from intake.container import data_error, refusal
from intake.criteria_columns import ITEM_FORM, SET_FORM, THRESHOLDS
from intake.criteria_template import criteria_template, item_values, set_values
from intake.form_cells import FormReader, FormRow, repeated
from intake.form_columns import Form
from intake.workbook import Workbook
from programme.criteria import CriteriaSet, sets_from_rows
from store.ledger import Ledger, Submission
from store.queries import LedgerFacts
from store.schema import assessment_items

__all__ = ["check_criteria", "criteria_template"]

_SET_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_CODE: Final = re.compile(r"\d+(\.\w+)*")
#: A set has at most so many criteria, and so many indicators.
_MOST: Final = {"criteria": 60, "indicators": 999}


def check_criteria(workbook: Workbook, content: bytes, facts: LedgerFacts, ledger: Ledger, sender: Sender) -> Checked:
    """Check a criteria set file.

    The rules are those of :func:`programme.criteria.sets_from_rows`, every fault with its cell; beyond them
    no criterion or indicator that reports speak of may be missing.

    Raises
    ------
    DataError
        With every fault.
    """
    head, items = (FormReader(form, workbook, facts, sender.lang) for form in (SET_FORM, ITEM_FORM))
    if len(head.rows) != 1:
        message = "Trang “Bộ tiêu chí” phải có đúng một dòng, ở đây có {count}. Hãy nộp mỗi bộ một tệp."
        raise refusal(workbook.name, message, count=len(head.rows))
    header = _header(head.rows[0], facts)
    rows = [_item(row, str(header["set_id"])) for row in items.rows]
    _check_codes(items)
    _check_numbering(head.rows[0], items, header["criteria"])
    _check_use(head.rows[0], items, ledger)
    if faults := [*head.faults, *items.faults]:
        raise data_error(workbook.name, faults)
    corrected = _made(header, rows)
    submission = Submission(
        kind="criteria-set",
        province=facts.province,
        file_name=workbook.name,
        content=content,
        actor=sender.actor,
        rows={"criteria_sets": [header], "criteria": rows},
        sent_by=sender.sent_by,
        sheets=(head.table.sheet.name, items.table.sheet.name),
        received=sender.received,
        seen=ledger.revision("criteria-set", facts.province, "", None),
    )
    warnings = repeated(ledger, "criteria-set", facts.province, workbook.digest, head.t)
    return Checked(submission, _preview(corrected, facts, sender.lang, warnings))


def _header(row: FormRow, facts: LedgerFacts) -> dict[str, object]:
    set_id = row.text("set_id")
    if set_id and not _SET_ID.fullmatch(set_id):
        row.fault("set_id", "Mã bộ “{value}” chỉ được gồm chữ không dấu, số, dấu chấm và dấu gạch.", value=set_id)
    start, end = row.day("valid_from", happened=False), row.day("valid_to", happened=False)
    if start and end and end < start:
        message = "Ngày cuối {end} sớm hơn ngày đầu {start}. Hãy sửa một trong hai."
        row.fault("valid_to", message, end=day_label(end), start=day_label(start))
    texts = ("issuer", "name_vi", "name_en", "decision", "note_vi", "note_en", "source")
    return {
        **row.place,
        "set_id": set_id,
        "level": row.word("level"),
        "province": facts.province if row.word("scope") == "province" else "",
        **{key: row.text(key) for key in texts},
        "valid_from": start.isoformat() if start else "",
        "valid_to": end.isoformat() if end else "",
        "criteria": _whole(row, "criteria", 1),
        "indicators": _whole(row, "indicators", 0),
        "withdrawal_criteria": ";".join(_listed(row)),
        "verified": int(row.word("verified") or 0),
    }


def _whole(row: FormRow, key: str, least: int) -> int | None:
    found = row.count(key)
    if found is None or (found.is_integer() and least <= found <= _MOST[key]):
        return None if found is None else int(found)
    row.fault(key, "“{value}” phải là số nguyên từ {least} đến {most}.", value=found, least=least, most=_MOST[key])
    return None


def _listed(row: FormRow) -> list[str]:
    return [part for part in re.split(r"[;,\s]+", row.text("withdrawal_criteria")) if part]


def _item(row: FormRow, set_id: str) -> dict[str, object]:
    code = row.text("code")
    if code and not _CODE.fullmatch(code):
        row.fault("code", "Mã “{value}” không đúng dạng 7 hoặc 7.1. Hãy sửa, và để ô ở dạng văn bản.", value=code)
    thresholds = {region: row.text(key) for region, key in THRESHOLDS.items()}
    for region, text in thresholds.items():
        if "|" in text:
            row.fault(THRESHOLDS[region], "Ngưỡng không được có dấu “|”. Hãy viết cách khác.")
    departments = [part.strip() for part in row.text("department").split(";")]
    return {
        **row.place,
        "set_id": set_id,
        "code": code,
        "parent": row.text("parent"),
        **{key: row.text(key) for key in ("name_vi", "name_en", "unit", "source")},
        "group": row.word("group"),
        "value_type": row.word("value_type"),
        "thresholds": "|".join(f"{region}={text}" for region, text in thresholds.items() if text),
        "department": "; ".join(part for part in departments if part),
        "text_verified": int(row.word("text_verified") or 0),
        "threshold_verified": int(row.word("threshold_verified") or 0),
    }


def _cells(items: FormReader) -> list[tuple[FormRow, str, str]]:
    """Return every row with its code and parent, faulty ones too: one fault is told once."""
    return [(row, row.peek("code"), row.peek("parent")) for row in items.rows]


def _check_codes(items: FormReader) -> None:
    first: dict[str, int] = {}
    own = {code for _, code, parent in _cells(items) if not parent}
    for row, code, parent in _cells(items):
        if code and first.setdefault(code, row.number) != row.number:
            message = (
                "Mã {code} đã có ở dòng {first}. Hãy sửa mã; nếu ô ở dạng số thì 17.10 đã thành 17.1, "
                "hãy chuyển cột sang dạng văn bản."
            )
            row.fault("code", message, code=code, first=first[code])
        if parent and parent not in own:
            row.fault(
                "parent", "Không có tiêu chí {parent} trong bảng. Hãy sửa mã hoặc thêm tiêu chí này.", parent=parent
            )


def _check_numbering(head: FormRow, items: FormReader, size: object) -> None:
    """Criteria are numbered from 1 to the number that the set states, and the withdrawal list names some of them."""
    own = {code: row for row, code, parent in _cells(items) if code and not parent}
    if not isinstance(size, int):
        return
    wanted = {str(number + 1) for number in range(size)}
    for code, row in own.items():
        if _CODE.fullmatch(code) and code not in wanted:
            message = (
                "Tiêu chí {code} không nằm trong các số từ 1 đến {size}. Hãy sửa mã, hoặc ghi “Thuộc tiêu chí” nếu là "
                "chỉ tiêu."
            )
            row.fault("code", message, code=code, size=size)
    if missing := sorted(wanted - own.keys(), key=int):
        message = "Bộ có {size} tiêu chí nhưng bảng thiếu tiêu chí {codes}. Hãy thêm vào trang “Tiêu chí và chỉ tiêu”."
        head.fault("criteria", message, size=size, codes=", ".join(missing))
    if unknown := [code for code in _listed(head) if code not in own]:
        message = "Không có tiêu chí {codes} trong bảng. Hãy sửa danh sách tiêu chí xét thu hồi."
        head.fault("withdrawal_criteria", message, codes=", ".join(unknown))


def _check_use(head: FormRow, items: FormReader, ledger: Ledger) -> None:
    """Refuse a set without a criterion or indicator that was already assessed: reports refer to it."""
    query = select(assessment_items.c.code).where(assessment_items.c.set_id == head.peek("set_id"))
    with ledger.reading() as connection:
        used = set(connection.execute(query).scalars())
    if gone := sorted(used - {code for _, code, _ in _cells(items)}):
        message = (
            "Đã có báo cáo tháng dùng {codes} của bộ này nên không được bỏ. Hãy thêm lại các dòng đó, hoặc đặt mã mới "
            "cho bộ nếu đây là bộ khác."
        )
        head.fault("set_id", message, codes=", ".join(gone))


def _made(header: Mapping[str, object], rows: Iterable[Mapping[str, object]]) -> CriteriaSet:
    """Return the set as it will be read back; our own checks left nothing for that to refuse."""

    def text(row: Mapping[str, object]) -> dict[str, str]:
        return {key: "" if value is None else str(value) for key, value in row.items()}

    return sets_from_rows([text(header)], map(text, rows))[str(header["set_id"])]


def _preview(corrected: CriteriaSet, facts: LedgerFacts, lang: str, warnings: list[str]) -> Preview:
    known, t, place = facts.criteria_sets.get(corrected.id), translator(lang), corrected.name(lang)
    changes = [
        Change("", place, what, before or t("để trống"), after or t("để trống"), "changed")
        for what, before, after in _differences(known, corrected, t)
    ]
    if known is None:
        changes = [Change("", place, corrected.id, t("chưa có"), t("bộ tiêu chí mới"), "new")]
    indicators = [item for item in corrected.items if item.is_indicator]
    unverified = sum(not item.text_verified for item in corrected.items)
    figures = (
        (t("Tiêu chí"), str(corrected.size)),
        (t("Chỉ tiêu"), str(len(indicators))),
        (t("Nội dung chưa kiểm chứng"), str(unverified)),
    )
    return Preview(
        t(SET_FORM.title) + f": {place}", figures, tuple(changes), (*warnings, *_warnings(corrected, facts, t))
    )


def _warnings(corrected: CriteriaSet, facts: LedgerFacts, t: Translate) -> Iterable[str]:
    known = facts.criteria_sets.get(corrected.id)
    if known == corrected:
        yield t("Tệp không thay đổi gì: bộ tiêu chí đã được ghi như vậy.")
    elif known is not None:
        yield t("Bộ này thay bản đang dùng; bản cũ vẫn được giữ.")
    count = sum(item.is_indicator for item in corrected.items)
    if corrected.indicator_count not in {None, count}:
        words = "Quyết định có {published} chỉ tiêu, bảng có {count}."
        yield t(words, published=corrected.indicator_count, count=count)
    for other in facts.criteria_sets.values():
        same = other.id != corrected.id and other.level == corrected.level
        if same and _ends(other) >= corrected.valid_from and _ends(corrected) >= other.valid_from:
            words = "{other} cùng mức và trùng thời gian áp dụng; bộ áp dụng sau được dùng."
            yield t(words, other=other.name_vi)


def _ends(criteria_set: CriteriaSet) -> date:
    return criteria_set.valid_to or date.max


def _differences(known: CriteriaSet | None, corrected: CriteriaSet, t: Translate) -> Iterable[tuple[str, str, str]]:
    """Yield what differs: what it is, before, after."""
    if known is None:
        return
    yield from _compared("", SET_FORM, set_values(known), set_values(corrected), t)
    before = {item.code: item_values(item) for item in known.items}
    after = {item.code: item_values(item) for item in corrected.items}
    for code in [*after, *(code for code in before if code not in after)]:
        yield from _compared(f"{code}. ", ITEM_FORM, before.get(code, {}), after.get(code, {}), t)


def _compared(
    prefix: str, form: Form, before: Mapping[str, str], after: Mapping[str, str], t: Translate
) -> Iterable[tuple[str, str, str]]:
    for column in form.columns:
        values = [cells.get(column.key, "") for cells in (before, after)]
        if values[0] != values[1]:
            first, second = (t(column.words[value]) if value in column.words else value for value in values)
            yield prefix + t(column.heading), first, second
