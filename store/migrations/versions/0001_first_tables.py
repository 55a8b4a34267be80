"""The first tables: submissions, published facts, criteria sets and assessments (docs/adr/0006-store.md)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import metadata
from store.triggers import statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CODE = sa.String(length=5).with_variant(sa.String(length=5, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, then the triggers that keep them append-only."""
    _submissions()
    _criteria()
    _assessments()
    _programme()
    dialect = op.get_bind().dialect.name
    made = set(sa.inspect(op.get_bind()).get_table_names())
    for table in metadata.sorted_tables:
        if table.name in made:
            for statement in statements(table, dialect):
                op.execute(statement)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _facts(name: str, *columns: sa.schema.SchemaItem) -> None:
    """Make a table of facts: its own columns, and where each row comes from."""
    op.create_table(
        name,
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        *_text("sheet", "cell"),
        *columns,
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f(f"fk_{name}_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_submission_id"), name, ["submission_id"], unique=False)


def _submissions() -> None:
    op.create_table(
        "blobs",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_blobs")),
    )
    op.create_table(
        "store_info",
        *_text("key"),
        sa.Column("value", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_store_info")),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.String(length=27), nullable=False),
        *_text("actor", "sent_by", "kind", "province", "district"),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        *_text("file_name"),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        *_text("sheets"),
        sa.Column("received", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["file_hash"], ["blobs.hash"], name=op.f("fk_submissions_file_hash")),
        sa.ForeignKeyConstraint(["supersedes"], ["submissions.id"], name=op.f("fk_submissions_supersedes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint(
            "kind",
            "province",
            "district",
            "period",
            "revision",
            name=op.f("uq_submissions_kind_province_district_period_revision"),
        ),
        sa.UniqueConstraint("recorded_at", name=op.f("uq_submissions_recorded_at")),
    )
    op.create_index(op.f("ix_submissions_file_hash"), "submissions", ["file_hash"], unique=False)


def _programme() -> None:
    _facts(
        "criteria_counts",
        *_text("province", "code", "period", "range", "unmet", "set_id", "source", "quote", "note_vi", "note_en"),
        sa.Column("met", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
    )
    _facts("documents", *_text("document_id", "short_vi", "short_en", "title_vi", "title_en", "issued", "file"))
    _facts(
        "figures",
        *_text("province", "period", "metric", "qualifier", "criteria_set", "source", "quote"),
        sa.Column("district_code", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("voided", sa.Integer(), nullable=False),
    )
    _facts("mandates", *_text("province", "mandate_id", "content", "quote", "lead", "coordinating", "document"))
    _facts(
        "recognitions",
        *_text(
            "province",
            "code",
            "action",
            "level",
            "evidence",
            "criteria_set",
            "year_of_standard",
            "decision_no",
            "decision_date",
            "source",
            "quote",
            "note_vi",
            "note_en",
        ),
        sa.Column("scan_hash", sa.String(length=64), nullable=True),
        sa.Column("voided", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["scan_hash"], ["blobs.hash"], name=op.f("fk_recognitions_scan_hash")),
    )
    _facts(
        "successions",
        *_text("code", "boundary", "successor_code", "successor_name", "successor_kind", "clause", "effective"),
        sa.Column("unchanged", sa.Integer(), nullable=False),
    )
    _facts(
        "targets",
        *_text("row_id", "province", "level", "kind", "unit", "department", "document", "quote"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("district_code", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("voided", sa.Integer(), nullable=False),
    )
    _facts(
        "units",
        *_text("province", "district_code", "district_name", "code", "name", "kind", "variants", "border", "source"),
        sa.Column("in_programme", sa.Integer(), nullable=False),
    )
    _facts("warnings", *_text("province", "code", "kind", "document", "valid_from", "quote"))


def _criteria() -> None:
    _facts(
        "criteria",
        *_text(
            "set_id",
            "code",
            "parent",
            "name_vi",
            "name_en",
            "group",
            "value_type",
            "unit",
            "thresholds",
            "department",
            "source",
        ),
        sa.Column("text_verified", sa.Integer(), nullable=False),
        sa.Column("threshold_verified", sa.Integer(), nullable=False),
    )
    _facts(
        "criteria_sets",
        *_text(
            "set_id",
            "level",
            "issuer",
            "name_vi",
            "name_en",
            "decision",
            "valid_from",
            "valid_to",
            "province",
            "withdrawal_criteria",
            "note_vi",
            "note_en",
            "source",
        ),
        sa.Column("criteria", sa.Integer(), nullable=False),
        sa.Column("indicators", sa.Integer(), nullable=True),
        sa.Column("verified", sa.Integer(), nullable=False),
    )
    _facts(
        "dossiers",
        *_text("province", "code", "level", "criteria_set", "step", "step_date", "note"),
        sa.Column("voided", sa.Integer(), nullable=False),
    )


def _assessments() -> None:
    op.create_table(
        "assessment_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        *_text("set_id", "code"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_assessment_items_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_items")),
        sa.UniqueConstraint("set_id", "code", name=op.f("uq_assessment_items_set_id_code")),
    )
    op.create_table(
        "assessments",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("unit", _CODE, nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("result", sa.SmallInteger(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("value_text", sa.String(), nullable=True),
        sa.Column("sheet", sa.SmallInteger(), nullable=False),
        *_text("cell"),
        sa.CheckConstraint("result IN (0, 1, 2)", name=op.f("ck_assessments_result")),
        sa.ForeignKeyConstraint(["item_id"], ["assessment_items.id"], name=op.f("fk_assessments_item_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_assessments_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint(
            "item_id",
            "unit",
            "period",
            "submission_id",
            name=op.f("uq_assessments_item_id_unit_period_submission_id"),
            postgresql_include=["result"],
        ),
    )
