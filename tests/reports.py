"""A small made-up store for the tests: the published collection, and reports with chosen results.

Three months of two districts, Đăk Glei (610) and Ngọc Hồi (611), on the set 2021–2025. What the tests expect
of them is counted by hand from the lists below. Codes of communes: data/programme/units.csv.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter

from base.clock import Month
from intake.start import prepare
from layers.registry import facts_of
from store import current
from store.ledger import Ledger, Receipt, Submission, period_number

SET, SIZE = "VN-NTM-XA-2021-2025", 19
DECEMBER, APRIL, MAY = Month(2024, 12), Month(2025, 4), Month(2025, 5)
Outcome = dict[str, int | None]


def outcome(fail: str = "", absent: str = "", blank: str = "") -> Outcome:
    """Return a result for every criterion: met but for the listed ones; ``"1-5 7"`` lists 1 to 5 and 7."""
    results: Outcome = {str(number): 1 for number in range(1, SIZE + 1)}
    for text, result in ((fail, 0), (absent, 2), (blank, None)):
        for part in text.split():
            first, _, last = part.partition("-")
            results |= {str(number): result for number in range(int(first), int(last or first) + 1)}
    return results


ALL_MET, NOTHING = outcome(), outcome(blank="1-19")
#: Communes of Đăk Glei whose reports are the same in every month.
STEADY = {
    "23344": outcome(fail="16 17"),  # Đăk Plô: 17
    "23347": ALL_MET,  # Đăk Man: 19
    "23350": outcome(absent="7"),  # Đăk Nhoong: 18, 1 not applicable
    "23356": outcome(fail="2 6 9 11 17"),  # Đăk Choong: 14
    "23359": outcome(fail="1-10"),  # Xốp: 9
    "23362": outcome(fail="5-19"),  # Mường Hoong: 4
    "23365": outcome(fail="16-19", blank="1-3"),  # Ngọc Linh: at least 12, 4 fail
    "23368": NOTHING,  # Đăk Long: handed in without a word
}
#: Đăk Pék, Đăk Kroong, Đăk Môn: recognised, and named by the directive of 2024.
GLEI = {
    DECEMBER: STEADY | {"23353": outcome(fail="5 6"), "23371": outcome(fail="1-5"), "23374": ALL_MET},
    APRIL: STEADY
    | {"23353": outcome(fail="5 6 10 13 15 16"), "23371": outcome(fail="1-10"), "23374": outcome(fail="1-6")},
    MAY: STEADY
    | {"23353": outcome(fail="5 6 10 13 15-17"), "23371": outcome(fail="1-10"), "23374": outcome(fail="1-6")},
}
#: Đăk Dục, Đăk Nông, Đăk Kan, Pờ Y are recognised.
HOI = {
    "23380": outcome(fail="1-10"),  # Đăk Ang: 9
    "23383": outcome(fail="2-5", blank="17-19"),  # Đăk Dục: at least 12, 4 fail
    "23386": ALL_MET,  # Đăk Nông: 19
    "23389": outcome(fail="10-13"),  # Đăk Xú: 15
    "23392": NOTHING,  # Đăk Kan
    "23395": ALL_MET,  # Pờ Y: 19, in May 18
    "23398": ALL_MET,  # Sa Loong: 19
}
NGOC_HOI = {APRIL: HOI, MAY: HOI | {"23395": outcome(fail="3")}}


def report(  # noqa: PLR0913 - a report and whose it is
    ledger: Ledger,
    district: str,
    period: Month,
    said: Mapping[str, Outcome],
    values: Mapping[tuple[str, str], float] | None = None,
    *,
    province: str = "kontum",
) -> Receipt:
    """Hand in a monthly report; ``values`` are measured values by commune and indicator, each of them met."""
    rows = [
        {
            "set_id": SET,
            "code": code,
            "unit": unit,
            "period": period_number(period),
            "result": result,
            "value": None,
            "value_text": None,
            "sheet": 0,
            "cell": f"{get_column_letter(3 + column)}{6 + line}",
        }
        for line, (unit, results) in enumerate(said.items())
        for column, (code, result) in enumerate(results.items(), start=1)
    ]
    for line, ((unit, code), value) in enumerate((values or {}).items()):
        rows.append(
            rows[0] | {"unit": unit, "code": code, "result": 1, "value": value, "sheet": 1, "cell": f"E{6 + line}"}
        )
    return ledger.submit(
        Submission(
            kind="monthly",
            province=province,
            district=district,
            period=period,
            file_name=f"bao-cao-{district}-{period}.xlsx",
            content=json.dumps(rows).encode(),
            actor="Văn phòng Điều phối",
            sent_by="Cán bộ huyện",
            rows={"assessments": rows},
            sheets=("Tiêu chí", "Chỉ tiêu"),
        )
    )


def decide(  # noqa: PLR0913 - one row of a form
    ledger: Ledger, unit: str, level: str, day: str, *, number: str, action: str = "recognise"
) -> Receipt:
    """Enter a decision that recognises or withdraws a level."""
    row = {
        "province": "kontum",
        "code": unit,
        "action": action,
        "level": level,
        "evidence": "recognised",
        "criteria_set": SET,
        "year_of_standard": "",
        "decision_no": number,
        "decision_date": day,
        "source": "",
        "quote": "",
        "note_vi": "",
        "note_en": "",
        "scan_hash": None,
        "voided": 0,
        "sheet": "Quyết định",
        "cell": "A5",
    }
    return enter(ledger, "decisions", "recognitions", row)


def enter(ledger: Ledger, kind: str, table: str, row: Mapping[str, object]) -> Receipt:
    """Hand in one row of a small table."""
    return ledger.submit(
        Submission(
            kind=kind,  # type: ignore[arg-type]
            province="kontum",
            file_name=f"{kind}.csv",
            content=json.dumps(row).encode(),
            actor="Văn phòng Điều phối",
            rows={table: [row]},
            sheets=(str(row["sheet"]),),
        )
    )


def fill(ledger: Ledger) -> None:
    """Hand in every report of the lists above, with two values of indicator 10.1 in May."""
    for month, said in GLEI.items():
        income = {("23344", "10.1"): 48.5, ("23347", "10.1"): 52.0} if month == MAY else None
        report(ledger, "610", month, said, income)
    for month, said in NGOC_HOI.items():
        report(ledger, "611", month, said)


@contextmanager
def opened(folder: Path) -> Iterator[Ledger]:
    """Let this process work on a store of its own in ``folder``, with the published collection in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_DATA", str(folder))
        prepare()
        yield current.ledger()
    facts_of("kontum")  # back to the session's store, which must still answer
