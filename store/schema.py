"""The tables of the store: append-only, every row with its submission and its place in the source.

A row says *what* and *of which period*; its ``submission_id`` leads to who recorded it, when and from
which file (``submissions.recorded_at``, ``actor``, ``file_hash``), its own ``sheet`` and ``cell`` (or
``document`` and ``quote``) to the place in that source. Nothing is ever changed: a correction is a new
submission. The database itself refuses UPDATE and DELETE (:mod:`store.triggers`).

Dates known only as an interval ("by 2018") are stored as the source writes them and read by
:func:`programme.calendar.parse_interval`; months of reports are integers ``202505``, so that they sort.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
#: SQLite counts rows only in a column that is called INTEGER.
_ROW_ID: Final = BigInteger().with_variant(Integer, "sqlite")
#: Codes are compared byte by byte, whatever language PostgreSQL sorts in.
_CODE: Final = String(5).with_variant(String(5, collation="C"), "postgresql")

#: What the store is for: ``purpose`` is ``office`` or ``sample``. The two never share a database.
store_info = Table("store_info", metadata, Column("key", String, primary_key=True), Column("value", String))

#: Original files, by SHA-256 of their bytes.
blobs = Table(
    "blobs",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

#: One handed-in file. ``id`` is the ledger version: versions and ``recorded_at`` rise together.
submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", String(27), nullable=False, unique=True),  # UTC, 2026-11-22T01:02:03.000004Z
    Column("actor", String, nullable=False),
    Column("sent_by", String, nullable=False),  # who sent the file to the office; empty when the actor did
    Column("kind", String, nullable=False),
    Column("province", String, nullable=False),
    Column("district", String, nullable=False),  # empty where a kind has none
    Column("period", Integer, nullable=False),  # 202505; 0 where a kind has none
    Column("revision", Integer, nullable=False),  # 1, 2 … within kind, province, district, period
    Column("supersedes", Integer, ForeignKey("submissions.id")),
    Column("file_name", String, nullable=False),
    Column("file_hash", String(64), ForeignKey("blobs.hash"), nullable=False),
    Column("sheets", String, nullable=False),  # JSON list of sheet names; assessments.sheet counts in it
    Column("received", String(10), nullable=False),  # day the office received it, Viet Nam date
    UniqueConstraint("kind", "province", "district", "period", "revision"),
    Index(None, "file_hash"),
)


def _facts(name: str, *columns: Column[object]) -> Table:
    """Return a table of facts: its own columns, and where each row comes from."""
    return Table(
        name,
        metadata,
        Column("id", _ROW_ID, primary_key=True),
        Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=False, index=True),
        Column("sheet", String, nullable=False),
        Column("cell", String, nullable=False),
        *columns,
    )


def _text(*names: str) -> list[Column[object]]:
    return [Column(name, String, nullable=False) for name in names]


def _later(*names: str) -> list[Column[object]]:
    """Return text columns that a later migration added: earlier rows have them empty."""
    return [Column(name, String, nullable=False, server_default="") for name in names]


def _measure(*names: str) -> list[Column[object]]:
    return [Column(name, Float) for name in names]


def _number(*names: str) -> list[Column[object]]:
    return [Column(name, Integer) for name in names]


documents = _facts("documents", *_text("document_id", "short_vi", "short_en", "title_vi", "title_en", "issued", "file"))
units = _facts(
    "units",
    *_text("province", "district_code", "district_name", "code", "name", "kind", "variants", "border", "source"),
    Column("in_programme", Integer, nullable=False),
    *_later("unit_list", "former_province"),
)
#: Recognitions and withdrawals. ``voided`` = 1 takes back an earlier row with the same key.
recognitions = _facts(
    "recognitions",
    *_text("province", "code", "action", "level", "evidence", "criteria_set", "year_of_standard", "decision_no"),
    *_text("decision_date", "source", "quote", "note_vi", "note_en"),
    Column("scan_hash", String(64), ForeignKey("blobs.hash")),
    Column("voided", Integer, nullable=False),
)
targets = _facts(
    "targets",
    *_text("row_id", "province", "level", "kind", "unit", "department", "document", "quote"),
    Column("year", Integer, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("district_code", String),
    Column("code", String),
    Column("value", Float),
    Column("voided", Integer, nullable=False),
)
warnings = _facts("warnings", *_text("province", "code", "kind", "document", "valid_from", "quote"))
figures = _facts(
    "figures",
    *_text("province", "period", "metric", "qualifier", "criteria_set", "source", "quote"),
    Column("district_code", String),
    Column("value", Float, nullable=False),
    *_number("total"),
    Column("voided", Integer, nullable=False),
    *_later("status"),  # empty: actual; expected: dự kiến
)
criteria_counts = _facts(
    "criteria_counts",
    *_text("province", "code", "period", "range", "unmet", "set_id", "source", "quote", "note_vi", "note_en"),
    *_number("met"),
    Column("total", Integer, nullable=False),
)
#: Steps of an application for recognition; a step of the same unit, level and set replaces an earlier one of its name.
dossiers = _facts(
    "dossiers",
    *_text("province", "code", "level", "criteria_set", "step", "step_date", "note"),
    Column("voided", Integer, nullable=False),
)
successions = _facts(
    "successions",
    *_text("code", "boundary", "successor_code", "successor_name", "successor_kind", "clause", "effective"),
    Column("unchanged", Integer, nullable=False),
    *_later("successor_boundary", "share", "event"),
)
#: Boundary versions that were imported; the folder of each lies under ``NTM_DATA``, its files are the submission's.
boundary_versions = _facts(
    "boundary_versions",
    *_text("province", "unit_list", "version", "valid_from", "decree", "geometry_sha256", "source"),
)
#: Which version draws a unit list unless another one is asked for; the newest row of a list holds.
boundary_defaults = _facts("boundary_defaults", *_text("province", "unit_list", "version"))
#: Spellings that a person has confirmed for a unit; ``district`` as the file wrote it, empty where it had none.
aliases = _facts("aliases", *_text("province", "unit_list", "district", "code", "written"))
#: Communes before and after a reorganisation of units: a record keeps both, whichever of them somebody wrote.
_PLACED: Final = ("province", "old_list", "old_code", "new_list", "new_code")
#: Residential clusters of border communes, a row for each cluster and day. ``voided`` = 1 takes back the row of a day.
clusters = _facts(
    "clusters",
    *_text(*_PLACED, "cluster_id", "name", "number", "kind", "villages", "arrangement", "reason", "ethnic_groups"),
    *_text("moved", "step", "plan_type", "plan_document", "plan_date", "issuing_body", "plan_from", "plan_to", "due"),
    *_text("road", "electricity", "water", "school", "health_station", "community_house", "telecom"),
    *_text("investor", "funding", "in_belt", "hazard", "lead_agency", "officer", "as_of", "data_status", "note"),
    *_number("village_count", "households_now", "people_now", "households_planned", "people_planned"),
    *_number("households_moved", "people_moved"),
    *_measure("existing_lon", "existing_lat", "planned_lon", "planned_lat"),
    *_measure("area_ha", "residential_ha", "production_ha", "budget_million", "road_m", "border_post_m"),
    Column("scan_hash", String(64), ForeignKey("blobs.hash")),
    Column("voided", Integer, nullable=False),
)
#: The register of villages. ``minority`` is ``yes``, ``no`` or empty; ``voided`` = 1 takes back an earlier row.
villages = _facts(
    "villages",
    *_text(*_PLACED, "name", "kind", "minority", "pilot_level", "valid_from", "valid_to", "note"),
    *_number("pilot_year"),
    *_measure("lon", "lat"),
    Column("voided", Integer, nullable=False),
)
village_recognitions = _facts(
    "village_recognitions",
    *_text(*_PLACED, "village", "title", "action", "decision_no", "day", "note"),
    Column("year", Integer, nullable=False),
    Column("scan_hash", String(64), ForeignKey("blobs.hash")),
    Column("voided", Integer, nullable=False),
)
mandates = _facts("mandates", *_text("province", "mandate_id", "content", "quote", "lead", "coordinating", "document"))
#: A set comes in whole: the rows of its newest submission are the set, headers and criteria alike.
criteria_sets = _facts(
    "criteria_sets",
    *_text("set_id", "level", "issuer", "name_vi", "name_en", "decision", "valid_from", "valid_to", "province"),
    *_text("withdrawal_criteria", "note_vi", "note_en", "source"),
    Column("criteria", Integer, nullable=False),
    *_number("indicators"),
    Column("verified", Integer, nullable=False),
)
criteria = _facts(
    "criteria",
    *_text("set_id", "code", "parent", "name_vi", "name_en", "group", "value_type", "unit", "thresholds"),
    *_text("department", "source"),
    Column("text_verified", Integer, nullable=False),
    Column("threshold_verified", Integer, nullable=False),
)

#: Criteria and indicators that were ever assessed: assessments name them by number, to stay small.
assessment_items = Table(
    "assessment_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=False),
    Column("set_id", String, nullable=False),
    Column("code", String, nullable=False),
    UniqueConstraint("set_id", "code"),
)
#: ``result``: 1 met, 0 not met, 2 not applicable, NULL left open by the officer ("chưa báo cáo").
#: A monthly workbook writes a row for every criterion of every commune, so that a corrected one replaces all.
assessments = Table(
    "assessments",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=False),
    Column("item_id", Integer, ForeignKey("assessment_items.id"), nullable=False),
    Column("unit", _CODE, nullable=False),
    Column("period", Integer, nullable=False),
    Column("result", SmallInteger),
    Column("value", Float),
    Column("value_text", String),
    Column("sheet", SmallInteger, nullable=False),
    Column("cell", String, nullable=False),
    # A map reads results from this index alone.
    UniqueConstraint("item_id", "unit", "period", "submission_id", postgresql_include=["result"]),
    CheckConstraint("result IN (0, 1, 2)", name="result"),
)

#: Tables whose rows are only ever added, in an order in which they can be filled.
APPEND_ONLY: Final = tuple(table.name for table in metadata.sorted_tables)
