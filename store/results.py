"""Reading reported results: the newest of every commune for a map, the whole history for a card.

:meth:`store.queries.LedgerFacts.assessments` gives each result with its place in a file. A map needs no
places, but all communes at once and fast: there a result and its month come as one number. Either way the
database probes one index once for every commune and criterion, however long the history is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Select, bindparam, func, select, true

from base.clock import Month
from programme.criteria import Result
from store import schema
from store.ledger import period_number

RESULTS: Final[dict[int, Result]] = {1: "met", 0: "not-met", 2: "not-applicable"}
_OPEN: Final = 9
_TEN: Final = 10
_ITEMS: Final = schema.assessment_items
_UNITS: Final = schema.units
#: Every unit with every item of a set.
_PAIRS: Final = _UNITS.join(_ITEMS, _ITEMS.c.set_id == bindparam("set_id"))


@lru_cache(maxsize=4096)
def reported_month(number: int) -> Month:
    """Return the month of a report; a report always has one."""
    return Month(*divmod(number, 100))


def newest_results(  # noqa: PLR0913, PLR0917 - everything that narrows one query
    connection: Connection,
    province: str,
    version: int,
    set_id: str,
    codes: Collection[str],
    month: Month,
    since: Month | None,
) -> dict[str, dict[str, tuple[Month, Result | None]]]:
    """Return :meth:`store.facts.Facts.results` as of a ledger version."""
    asked = _asked(province, version, set_id, month, since) | {"codes": list(codes)}
    found: dict[str, dict[str, tuple[Month, Result | None]]] = {}
    states: dict[int, tuple[Month, Result | None]] = {}  # few differ: a month and four results
    for unit, code, state in connection.execute(_results_query(), asked).all():
        if state is None:
            continue
        if state not in states:
            period, result = divmod(state, _TEN)
            states[state] = (reported_month(period), RESULTS.get(result))
        found.setdefault(unit, {})[code] = states[state]
    return found


def newest_rows(  # noqa: PLR0913, PLR0917 - everything that narrows one query
    connection: Connection,
    province: str,
    version: int,
    set_id: str,
    codes: Collection[str] | None,
    month: Month,
    since: Month | None,
) -> Iterable[Any]:
    """Give the newest row of every unit and item, in this order, as :func:`_placed` lists it; no codes: all items."""
    asked = _asked(province, version, set_id, month, since)
    if codes is None:
        return connection.execute(rows_query(connection.dialect.name, some=False), asked)
    return connection.execute(rows_query(connection.dialect.name, some=True), asked | {"codes": list(codes)})


def history_query(set_id: str, unit: str, month: Month, since: Month | None, version: int) -> Select[Any]:
    """Return the query for every row of one unit up to a month, newest first, corrections before what they correct."""
    rows = schema.assessments
    return (
        select(*_placed(rows))
        .select_from(_ITEMS.join(rows, rows.c.item_id == _ITEMS.c.id))
        .where(
            _ITEMS.c.set_id == set_id,
            rows.c.unit == unit,
            rows.c.period <= period_number(month),
            rows.c.period >= period_number(since),
            rows.c.submission_id <= version,
        )
        .order_by(rows.c.period.desc(), rows.c.submission_id.desc(), _ITEMS.c.id)
    )


def _asked(province: str, version: int, set_id: str, month: Month, since: Month | None) -> dict[str, Any]:
    """Return the values of the queries' parameters."""
    first, last = period_number(since), period_number(month)
    return {"province": province, "version": version, "set_id": set_id, "month": last, "since": first}


@cache
def _results_query() -> Select[Any]:
    """Return the query for unit, code and ``period * 10 + result``."""
    rows = schema.assessments.alias()
    state = _newest(rows, rows.c.period * _TEN + func.coalesce(rows.c.result, _OPEN)).scalar_subquery()
    query = select(_UNITS.c.code, _ITEMS.c.code, state).select_from(_PAIRS)
    return query.where(*_known_units(), _UNITS.c.in_programme == 1, _some_codes())


@cache
def rows_query(dialect: str, *, some: bool) -> Select[Any]:
    """Return the query of :func:`newest_rows`."""
    candidate = schema.assessments.alias()
    rows: FromClause
    if dialect == "postgresql":  # half the time of the other form, which SQLite knows
        rows = _newest(candidate, *candidate.c).lateral()
        found = _PAIRS.join(rows, true())
    else:
        rows = schema.assessments
        found = _PAIRS.join(rows, rows.c.id == _newest(candidate, candidate.c.id).scalar_subquery())
    query = select(*_placed(rows)).select_from(found).where(*_known_units()).order_by(rows.c.unit, _ITEMS.c.id)
    return query.where(_some_codes()) if some else query


def _newest(rows: FromClause, *columns: ColumnElement[Any]) -> Select[Any]:
    """Return the query for columns of the newest row of one unit and item."""
    return (
        select(*columns)
        .where(
            rows.c.item_id == _ITEMS.c.id,
            rows.c.unit == _UNITS.c.code,
            rows.c.period <= bindparam("month"),
            rows.c.period >= bindparam("since"),
            rows.c.submission_id <= bindparam("version"),
        )
        .order_by(rows.c.period.desc(), rows.c.submission_id.desc())
        .limit(1)
        .correlate(_ITEMS, _UNITS)
    )


def _known_units() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a unit is of the province, as the newest collection lists it."""
    collection = select(func.max(schema.submissions.c.id)).where(
        schema.submissions.c.kind == "programme", schema.submissions.c.id <= bindparam("version")
    )
    return _UNITS.c.province == bindparam("province"), _UNITS.c.submission_id == collection.scalar_subquery()


def _some_codes() -> ColumnElement[bool]:
    return _ITEMS.c.code.in_(bindparam("codes", expanding=True))


def _placed(rows: FromClause) -> tuple[ColumnElement[Any], ...]:
    """Return what makes an assessment: unit, code, submission, month, result, value, text, sheet, cell."""
    names = ("submission_id", "period", "result", "value", "value_text", "sheet", "cell")
    return rows.c.unit, _ITEMS.c.code, *(rows.c[name] for name in names)
