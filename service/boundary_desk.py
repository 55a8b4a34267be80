"""What the desk for boundaries shows, as plain data: what may be chosen, and every version of a province."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from base import settings
from base.clock import TIME_ZONE, day_label
from base.i18n import translator
from geo.boundaries import CatalogueEntry, catalogue, folder_of, versions_of
from geo.text import ENCODINGS
from intake.boundary_choices import known_territory, systems, territories
from intake.boundary_defaults import current_default
from layers.registry import versions_shown
from service.boundary_uploads import LIMIT
from store import current
from store.ledger import Ledger, Receipt

#: Files of an imported version that are handed out, by what they are: name in its folder.
REPORT: Final = "report.json"
ORIGINAL: Final = "original"


def overview(province: str, lang: str, why_not: str) -> dict[str, Any]:
    """Return what the page needs to take files in and to show versions.

    Parameters
    ----------
    why_not
        Why this visitor may not write; empty when he may.

    Raises
    ------
    StateError
        The province is unknown.
    """
    own = known_territory(province)
    ledger, t = current.ledger(), translator(lang)
    acts = ledger.receipts(kind="boundary-default")
    shown = versions_shown(own)
    lists = {entry.units_of for entry in catalogue().values()} & catalogue().keys()
    return {
        "province": own,
        "office": settings.office(),
        "may_write": not why_not,
        "why_not": why_not,
        "limit": LIMIT,
        "lists": [
            {"id": key, "label": t("{name} ({count} đơn vị)", name=_name(first, lang), count=first.units)}
            for key in sorted(lists, key=lambda key: (key not in {entry.units_of for entry in shown}, key))
            for first in [catalogue()[key]]
        ],
        "provinces": [{"key": key, "label": name} for key, name in territories(lang).items()],
        "encodings": ENCODINGS,
        "systems": [{"code": code, "name": name} for code, name in systems(lang).items()],
        "groups": _groups(own, shown, acts, ledger, lang),
        "may_go_back": any(current_default(entry.units_of, ledger) != entry.units_of for entry in versions_of(own)),
    }


def _groups(
    province: str, shown: Sequence[CatalogueEntry], acts: Sequence[Receipt], ledger: Ledger, lang: str
) -> list[dict[str, Any]]:
    """Return the versions by the list of units that they draw: the province's own lists first, newest first."""
    lists: dict[str, list[CatalogueEntry]] = {}
    for entry in reversed(shown):
        lists.setdefault(entry.units_of, []).append(entry)
    ordered = sorted(lists.items(), key=lambda item: item[1][0].province != province)
    return [_group(key, entries, acts, ledger, lang) for key, entries in ordered]


def _group(
    key: str, entries: Sequence[CatalogueEntry], acts: Sequence[Receipt], ledger: Ledger, lang: str
) -> dict[str, Any]:
    chosen = current_default(key, ledger)
    act = next((act for act in acts if act.file_name == f"{chosen}.json"), None)
    newest_first = sorted(entries, key=lambda entry: (entry.recorded_at, entry.id), reverse=True)
    return {
        "list": key,
        "label": _name(catalogue().get(key, entries[0]), lang),
        "since": {"time": act.recorded, "by": act.actor, "number": act.id} if act else None,
        "versions": [version_document(entry, lang) | {"default": entry.id == chosen} for entry in newest_first],
    }


def version_document(entry: CatalogueEntry, lang: str) -> dict[str, Any]:
    """Return what is known of a version, with the files that writers may have, and where the map shows it."""
    t = translator(lang)
    last = entry.last_month.label if entry.last_month else t("nay")
    recorded = ""
    if entry.author:
        recorded = t("{author}, lúc {time}", author=entry.author, time=_time(entry.recorded_at))
    return {
        "id": entry.id,
        "name": _name(entry, lang),
        "valid": f"{entry.first_month.label} – {last}",
        "decree": entry.decree,
        "source": entry.source_en if lang == "en" else entry.source_vi,
        "units": entry.units,
        "hash": entry.geometry_sha256,
        "original_hash": entry.original_sha256,
        "recorded": recorded,
        "shipped": not entry.author,
        "files": [
            {"key": kind, "address": f"/office/boundaries/version/{entry.id}/{kind}"}
            for kind, path in files_of(entry).items()
        ],
        "map": _map(entry),
    }


def _map(entry: CatalogueEntry) -> dict[str, str | None]:
    """Return what the page must ask for to show a version, and the months that it covers."""
    last = entry.last_month
    return {
        "province": entry.province,
        "boundary": entry.id,
        "first": str(entry.first_month),
        "last": str(last) if last else None,
    }


def files_of(entry: CatalogueEntry) -> Mapping[str, str]:
    """Return the files of an imported version by what they are, as paths in its folder; none of a shipped one."""
    if not entry.author:
        return {}
    known = {"original": f"{ORIGINAL}/{entry.original_file}" if entry.original_file else "", "report": REPORT}
    folder = folder_of(entry.id)
    return {kind: path for kind, path in known.items() if path and (folder / path).is_file()}


def _name(entry: CatalogueEntry, lang: str) -> str:
    return entry.name_en if lang == "en" else entry.name_vi


def _time(text: str) -> str:
    moment = datetime.fromisoformat(text).astimezone(TIME_ZONE)
    return f"{moment:%H:%M} {day_label(moment.date())}"
