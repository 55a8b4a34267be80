"""Boundary versions, their defaults and confirmed spellings; unit lists and the 2025 reorganisation on older tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import metadata
from store.triggers import statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ADDED = {
    "units": ("unit_list", "former_province"),
    "figures": ("status",),
    "successions": ("successor_boundary", "share", "event"),
}
_TABLES = {
    "boundary_versions": (
        *("province", "unit_list", "version", "valid_from"),
        *("decree", "geometry_sha256", "source"),
    ),
    "boundary_defaults": ("province", "unit_list", "version"),
    "aliases": ("province", "unit_list", "district", "code", "written"),
}


def upgrade() -> None:
    """Add columns that earlier rows have empty, and three tables with their triggers."""
    for table, names in _ADDED.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=""))
    for table, names in _TABLES.items():
        op.create_table(
            table,
            sa.Column("id", _ROW_ID, nullable=False),
            sa.Column("submission_id", sa.Integer(), nullable=False),
            *(sa.Column(name, sa.String(), nullable=False) for name in ("sheet", "cell", *names)),
            sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f(f"fk_{table}_submission_id")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_submission_id"), table, ["submission_id"], unique=False)
        for statement in statements(metadata.tables[table], op.get_bind().dialect.name):
            op.execute(statement)
