"""Rows of border clusters as a form would enter them, for the tests of what is drawn from them."""

from __future__ import annotations

import json

from sqlalchemy import Float, Integer

from store import schema
from store.ledger import Ledger, Receipt, Submission

_FREE = {"id", "submission_id", "scan_hash"}


def row(cluster_id: str, old: str, new: str = "", **values: object) -> dict[str, object]:
    """Return a row of the table ``clusters``: what is not given nobody said."""
    empty: dict[str, object] = {
        column.name: None if isinstance(column.type, Float | Integer) else ""
        for column in schema.clusters.columns
        if column.name not in _FREE
    }
    said: dict[str, object] = {
        "province": "kontum",
        "cluster_id": cluster_id,
        "name": f"Điểm {cluster_id}",
        "kind": "new-point",
        "old_list": "kontum-2015" if old else "",
        "old_code": old,
        "new_list": "quangngai-2025" if new else "",
        "new_code": new,
        "step": "not-reviewed",
        "as_of": "2025-01-15",
        "data_status": "verified",
        "voided": 0,
        "sheet": "Cụm dân cư",
        "cell": "A6",
    }
    return empty | said | values


def hand_in(ledger: Ledger, *rows: dict[str, object], province: str = "kontum") -> Receipt:
    """Record rows as one submission."""
    return ledger.submit(
        Submission(
            kind="clusters",
            province=province,
            file_name="cum-dan-cu.xlsx",
            content=json.dumps(rows).encode(),
            actor="Văn phòng Điều phối",
            rows={"clusters": list(rows)},
            sheets=("Cụm dân cư",),
        )
    )
