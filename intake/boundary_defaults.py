"""Which version draws a list of units, and which spellings a person has confirmed: recorded acts, never undone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select

from base.clock import now
from base.errors import AccessError, StateError
from geo.boundaries import CatalogueEntry, catalogue
from geo.names import NameMatch
from programme.province import province_of
from store.ledger import Ledger, Receipt, Submission
from store.schema import boundary_defaults

#: Every fact says where in a file it stands; an act has no file but its own.
_PLACE: Final = {"sheet": "", "cell": ""}


def current_default(unit_list: str, ledger: Ledger) -> str:
    """Return the id of the version that draws a list now: the chosen one, else the one that drew it first."""
    return _chosen(unit_list, ledger)[-1]


def choose_default(version: str, ledger: Ledger, actor: str) -> Receipt:
    """Let a version draw its list of units from now on.

    Raises
    ------
    StateError
        There is no such version, or it draws the list already.
    AccessError
        Nobody is named who records it, or the store is the sample.
    """
    require_office_store(ledger, actor)
    entry = catalogue().get(version)
    if entry is None:
        known = ", ".join(sorted(catalogue()))
        raise StateError("Không có phiên bản ranh giới “{version}”. Chọn: {known}.", version=version, known=known)
    if current_default(entry.units_of, ledger) == version:
        raise StateError("Phiên bản “{version}” đang là mặc định; không ghi gì.", version=version)
    return _submit_choice(entry, ledger, actor)


def go_back(province: str, ledger: Ledger, actor: str) -> tuple[str, Receipt]:
    """Return to the version that drew the province's list before the last choice; give its id.

    Raises
    ------
    StateError
        The province is unknown, or nothing was chosen that could be taken back.
    AccessError
        As :func:`choose_default`.
    """
    require_office_store(ledger, actor)
    key = province_of(province).key
    with ledger.reading() as connection:
        newest = (
            select(boundary_defaults.c.unit_list)
            .where(boundary_defaults.c.province == key)
            .order_by(boundary_defaults.c.id.desc())
        )
        lists = list(dict.fromkeys(connection.execute(newest).scalars()))
    for unit_list in lists:
        before = [version for version in _chosen(unit_list, ledger)[:-1] if version in catalogue()]
        if before:
            return before[-1], _submit_choice(catalogue()[before[-1]], ledger, actor)
    raise StateError("Tỉnh “{province}” đang dùng ranh giới ban đầu; không có gì để trở lại.", province=key)


def confirm_names(matches: Sequence[NameMatch], province: str, unit_list: str, ledger: Ledger, actor: str) -> Receipt:
    """Record spellings that a person has confirmed; later files are matched by them.

    Raises
    ------
    AccessError
        As :func:`choose_default`.
    """
    require_office_store(ledger, actor)
    rows = alias_rows(matches, province, unit_list)
    content = {"aliases": rows, "actor": actor, "time": now().isoformat()}
    return ledger.submit(
        Submission("aliases", province, f"{unit_list}-aliases.json", _document(content), actor, {"aliases": rows})
    )


def alias_rows(matches: Sequence[NameMatch], province: str, unit_list: str) -> list[dict[str, object]]:
    """Return confirmed spellings as rows of the store."""
    return [
        {
            "province": province,
            "unit_list": unit_list,
            "district": one.district or "",
            "code": one.code,
            "written": one.name,
            **_PLACE,
        }
        for one in matches
        if one.name
    ]


def require_office_store(ledger: Ledger, actor: str) -> None:
    """Refuse to write without a name, or into made-up data.

    Raises
    ------
    AccessError
        With what to do.
    """
    if ledger.is_sample:
        raise AccessError("Kho minh họa không nhận ranh giới. Hãy làm lại ở kho thật (không có --sample).")
    if not actor.strip():
        raise AccessError("Chưa đặt NTM_OFFICE là tên đơn vị ghi số liệu, nên không ghi được.")


def _chosen(unit_list: str, ledger: Ledger) -> list[str]:
    """Return the versions that a list was drawn with, one upon the other; going back takes the last one off."""
    query = (
        select(boundary_defaults.c.version)
        .where(boundary_defaults.c.unit_list == unit_list)
        .order_by(boundary_defaults.c.id)
    )
    with ledger.reading() as connection:
        acts = list(connection.execute(query).scalars())
    stack = [unit_list]
    for version in acts:
        if version in stack[-2:-1]:
            stack.pop()
        else:
            stack.append(version)
    return stack


def _submit_choice(entry: CatalogueEntry, ledger: Ledger, actor: str) -> Receipt:
    row = {"province": entry.province, "unit_list": entry.units_of, "version": entry.id, **_PLACE}
    content = {**row, "actor": actor, "time": now().isoformat()}
    return ledger.submit(
        Submission(
            kind="boundary-default",
            province=entry.province,
            file_name=f"{entry.id}.json",
            content=_document(content),
            actor=actor,
            rows={"boundary_defaults": [row]},
        )
    )


def _document(values: Mapping[str, object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
