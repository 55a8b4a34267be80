"""Handing in: a file of any kind is opened, recognised, checked, and stored as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, cast

from base import settings
from base.clock import day_label, today
from base.errors import AccessError, DataError, Fault, StateError
from base.i18n import translate
from intake.checked import Checked, Sender
from intake.container import data_error
from intake.criteria_columns import ITEM_FORM, SET_FORM
from intake.criteria_file import check_criteria
from intake.form_columns import Form, FormKind
from intake.forms import FORMS, check_form
from intake.monthly import check_monthly
from intake.monthly_columns import find_grid
from intake.point_file import is_point_file, read_points
from intake.table import find_table
from intake.template import LIST_SHEET
from intake.workbook import Workbook, read_workbook
from programme.province import province_of
from store.facts import Facts
from store.ledger import Kind, Ledger, Receipt
from store.queries import LedgerFacts

#: What can be handed in, by kind, as the reader knows it.
TITLES: Final[Mapping[Kind, str]] = {
    "monthly": "Báo cáo tháng",
    "decisions": "Quyết định công nhận / thu hồi",
    "targets": "Danh sách mục tiêu năm",
    "figures": "Số liệu công bố",
    "dossiers": "Hồ sơ xét công nhận",
    "clusters": "Cụm dân cư biên giới",
    "villages": "Danh mục thôn, làng",
    "village-recognitions": "Công nhận thôn nông thôn mới",
    "criteria-set": "Bộ tiêu chí",
}
#: Kinds whose rows may come as points of a map file.
WITH_PLACES: Final = ("clusters", "villages")
#: Headings that are shown of a file that is not recognised.
_SHOWN: Final = 12


def check(  # noqa: PLR0913, PLR0917 - a file, who sent it, and all that it is held against
    content: bytes, name: str, facts: LedgerFacts, ledger: Ledger, sender: Sender, kind: Kind | None = None
) -> Checked:
    """Open and check a file; nothing is written.

    Parameters
    ----------
    content, name
        The file and its name.
    facts
        What is known of the province that it is handed in for.
    ledger
        Where it would be stored.
    sender
        Who hands it in.
    kind
        What it is; ``None``: what its properties, or else its headings say.

    Raises
    ------
    DataError
        With every fault.
    StateError
        A district or month was chosen for a kind that has none, or the day of receipt is not there yet.
    """
    if sender.received and sender.received > today():
        raise StateError("Ngày nhận {day} ở sau hôm nay. Hãy sửa ngày.", day=day_label(sender.received))
    workbook = _opened(content, name, facts, kind)
    found = _kind(workbook, facts, kind)
    if found == "monthly":
        return check_monthly(workbook, content, facts, ledger, sender)
    if sender.district or sender.period:
        raise StateError("Huyện và tháng chỉ chọn khi nộp báo cáo tháng; tệp này là “{title}”.", title=TITLES[found])
    if faults := list(_foreign(workbook, facts)):
        raise data_error(workbook.name, faults)
    if found == "criteria-set":
        return check_criteria(workbook, content, facts, ledger, sender)
    return check_form(cast("FormKind", found), workbook, content, facts, ledger, sender)


def submit(ledger: Ledger, checked: Checked) -> Receipt:
    """Store a checked file.

    Raises
    ------
    AccessError, ConflictError, DuplicateError, StoreError
        As :meth:`store.ledger.Ledger.submit`; nothing is stored.
    """
    return ledger.submit(checked.submission)


def require_office() -> str:
    """Return the name that writes are recorded under.

    Raises
    ------
    AccessError
        None is set: nothing can be written here.
    """
    if office := settings.office():
        return office
    raise AccessError(
        "Chưa đặt NTM_OFFICE là tên đơn vị ghi số liệu, nên không ghi được. "
        "Hãy đặt biến này rồi nộp lại, hoặc chỉ xem trước."
    )


def takes_points(name: str, asked: Kind | None) -> bool:
    """Tell whether a file is read as points of a map: by its name, for kinds that have places."""
    return asked in WITH_PLACES and is_point_file(name)


def _opened(content: bytes, name: str, facts: LedgerFacts, asked: Kind | None) -> Workbook:
    """Open a file; for kinds that have places, points of a map file are rows as well."""
    if asked and takes_points(name, asked):
        return read_points(content, name, FORMS[asked], {unit.name for unit in facts.units.values()})
    return read_workbook(content, name, ignore_hidden=(LIST_SHEET,))


def _kind(workbook: Workbook, facts: Facts, asked: Kind | None) -> Kind:
    own = cast("Kind", workbook.properties.get("ntm_kind", ""))
    if asked and own in TITLES and own != asked:
        message = "Tệp là biểu “{own}”, nhưng đang nộp làm “{asked}”. Hãy chọn đúng loại biểu hoặc đúng tệp."
        params = (("own", TITLES[own]), ("asked", TITLES[asked]))
        raise DataError([Fault(workbook.name, None, None, message, params)])
    if asked or own in TITLES:
        return asked or own
    fitting = [kind for kind, fits in _TESTS.items() if fits(workbook, facts)]
    if len(fitting) == 1:
        return fitting[0]
    message = (
        "Không nhận ra đây là biểu nào. Các tiêu đề tìm thấy: {found}. Các biểu nhận được: {known}. "
        "Hãy dùng biểu mẫu tải về, hoặc chọn loại biểu khi nộp."
    )
    params = (("found", _headings(workbook)), ("known", ", ".join(TITLES.values())))
    raise DataError([Fault(workbook.name, None, None, message, params)])


def _has(*forms: Form) -> Callable[[Workbook, Facts], bool]:
    """Return a test whether a workbook has the tables of forms; their other faults are told later."""

    def fits(workbook: Workbook, _: Facts) -> bool:
        for form in forms:
            try:
                find_table(workbook, form.headings())
            except DataError as error:
                if any("headings" in dict(fault.params) for fault in error.faults):
                    return False
        return True

    return fits


def _is_monthly(workbook: Workbook, facts: Facts) -> bool:
    sets = [found for found in facts.criteria_sets.values() if found.level == "standard" and found.criteria]
    return any(find_grid(workbook, found)[0] is not None for found in sets)


_TESTS: Final[Mapping[Kind, Callable[[Workbook, Facts], bool]]] = {
    **{form.kind: _has(form) for form in FORMS.values()},
    "criteria-set": _has(SET_FORM, ITEM_FORM),
    "monthly": _is_monthly,
}


def _headings(workbook: Workbook) -> str:
    """Return the texts of the first row that may be a header."""
    for sheet in workbook.sheets:
        for row in sheet.rows:
            texts = [value for value in row if isinstance(value, str)]
            if len(texts) > 1:
                return ", ".join(f"“{text}”" for text in texts[:_SHOWN])
    return translate("không có", "vi")


def _foreign(workbook: Workbook, facts: Facts) -> Iterable[Fault]:
    """Yield a fault when the file is a form of another province, or of a sample store."""
    own = workbook.properties
    if own.get("ntm_province", facts.province) != facts.province:
        message = "Tệp là biểu mẫu của tỉnh khác, không phải của {province}. Hãy chọn đúng tệp."
        yield Fault(workbook.name, None, None, message, (("province", province_of(facts.province).name_vi),))
    if own.get("ntm_sample") and not facts.is_sample:
        message = "Tệp là số liệu minh họa, không được ghi vào kho số liệu thật. Hãy tải biểu mẫu từ kho số liệu thật."
        yield Fault(workbook.name, None, None, message)
