"""Clusters of border communes, the register of villages and their recognitions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import metadata
from store.triggers import statements

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PLACED = ("province", "old_list", "old_code", "new_list", "new_code")
_TEXT = {
    "clusters": (
        *("cluster_id", "name", "number", "kind", "villages", "arrangement", "reason", "ethnic_groups"),
        *("moved", "step", "plan_type", "plan_document", "plan_date", "issuing_body", "plan_from", "plan_to", "due"),
        *("road", "electricity", "water", "school", "health_station", "community_house", "telecom"),
        *("investor", "funding", "in_belt", "hazard", "lead_agency", "officer", "as_of", "data_status", "note"),
    ),
    "villages": ("name", "kind", "minority", "pilot_level", "valid_from", "valid_to", "note"),
    "village_recognitions": ("village", "title", "action", "decision_no", "day", "note"),
}
_NUMBERS = {
    "clusters": (
        *("village_count", "households_now", "people_now", "households_planned", "people_planned"),
        *("households_moved", "people_moved"),
    ),
    "villages": ("pilot_year",),
}
_MEASURES = {
    "clusters": (
        *("existing_lon", "existing_lat", "planned_lon", "planned_lat"),
        *("area_ha", "residential_ha", "production_ha", "budget_million", "road_m", "border_post_m"),
    ),
    "villages": ("lon", "lat"),
}
_REQUIRED = {"village_recognitions": ("year",)}
#: Tables whose rows name the scan of a document.
_SCANNED = ("clusters", "village_recognitions")


def upgrade() -> None:
    """Add the three tables with their triggers."""
    for table, names in _TEXT.items():
        op.create_table(
            table,
            sa.Column("id", _ROW_ID, nullable=False),
            sa.Column("submission_id", sa.Integer(), nullable=False),
            *(sa.Column(name, sa.String(), nullable=False) for name in ("sheet", "cell", *_PLACED, *names)),
            *(sa.Column(name, sa.Integer(), nullable=True) for name in _NUMBERS.get(table, ())),
            *(sa.Column(name, sa.Float(), nullable=True) for name in _MEASURES.get(table, ())),
            *(sa.Column(name, sa.Integer(), nullable=False) for name in (*_REQUIRED.get(table, ()), "voided")),
            *_scan(table),
            sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f(f"fk_{table}_submission_id")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_submission_id"), table, ["submission_id"], unique=False)
        for statement in statements(metadata.tables[table], op.get_bind().dialect.name):
            op.execute(statement)


def _scan(table: str) -> list[sa.schema.SchemaItem]:
    if table not in _SCANNED:
        return []
    return [
        sa.Column("scan_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["scan_hash"], ["blobs.hash"], name=op.f(f"fk_{table}_scan_hash")),
    ]
