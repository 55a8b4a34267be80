"""The terminal for boundary files: checked, imported, listed, chosen; and names matched with an official list."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

import jobs
from base import settings
from base.errors import DataError, NtmError, StateError
from base.i18n import translate
from terminal import Lang, check_folder, check_lang, open_store, read, write

if TYPE_CHECKING:
    from intake.boundary_asked import Asked
    from intake.boundary_import import Built
    from intake.boundary_reference import Reference
    from intake.boundary_report import BoundaryReport
    from store.ledger import Ledger

T = TypeVar("T")

boundaries = typer.Typer(no_args_is_help=True, help="Boundary files and versions.")
names = typer.Typer(no_args_is_help=True, help="Names of communes in any table.")

PICTURES: Final = (".png", ".svg")
#: Letters of the progress bar, and seconds between two looks at the job.
_BAR: Final = 30
_LOOK: Final = 0.1


class Format(StrEnum):
    """What a command prints."""

    text = "text"
    json = "json"


File = Annotated[Path, typer.Argument(help="shapefile (.shp, .zip), GeoPackage, GeoJSON or FlatGeobuf")]
Province = Annotated[str, typer.Option(help="default: of --boundary, else the list that the file fits")]
Boundary = Annotated[str, typer.Option(help="match the unit list of this boundary version")]
Layer = Annotated[str, typer.Option(help="layer to read, when the file has several")]
Crs = Annotated[str, typer.Option(help="EPSG:9216; EPSG:9216,yx when X points north")]
Encoding = Annotated[str, typer.Option(help="utf-8, tcvn3, vni, cp1258, utf-8-as-latin-1")]
NameColumn = Annotated[str, typer.Option("--name-column", "--column", help="default: found by content")]
DistrictColumn = Annotated[str, typer.Option(help="default: found by content")]
CodeColumn = Annotated[str, typer.Option(help="default: found by content")]
OwnList = Annotated[bool, typer.Option("--own-list", help="the file brings its own list of units")]
Confirm = Annotated[list[str] | None, typer.Option(help="ROW=CODE: a person says which unit a row is")]
Answer = Annotated[Format, typer.Option("--format")]


@boundaries.command()
def check(
    file: File,
    province: Province = "",
    boundary: Boundary = "",
    layer: Layer = "",
    crs: Crs = "",
    encoding: Encoding = "",
    name_column: NameColumn = "",
    district_column: DistrictColumn = "",
    code_column: CodeColumn = "",
    own_list: OwnList = False,
    confirm: Confirm = None,
    picture: Annotated[Path | None, typer.Option(help="out.png or out.svg: the file over the current version")] = None,
    format: Answer = Format.text,  # noqa: A002 - the option's public name
    lang: Lang = "vi",
) -> None:
    """Tell what is in a boundary file and what is wrong with it; nothing is written. Exit status 3: not importable."""
    from intake.boundary_check import check as checking
    from intake.boundary_words import as_text

    if picture and picture.suffix.lower() not in PICTURES:
        raise StateError("Tệp hình phải có đuôi .png hoặc .svg.")
    if picture:
        check_folder(picture)
    asked = _asked(locals())
    ledger, content, name = _opened(file, asked, lang)
    known = _references(asked, ledger)
    report = _told(lambda: _watched(lang, checking, content, name, asked, known), name, format, lang)
    if picture:
        write(picture, _picture(report, picture.suffix, lang), lang)
    typer.echo(report.as_json(lang) if format is Format.json else as_text(report, lang))
    if not report.importable:
        raise typer.Exit(3)


@boundaries.command("import")
def import_(
    file: File,
    version: Annotated[str, typer.Option(help="id of the new version, for example kontum-2015-survey1")],
    decree: Annotated[str | None, typer.Option(help="what the boundaries rest on; default: as the list's")] = None,
    valid_from: Annotated[str | None, typer.Option(help="YYYY-MM; default: as the list's")] = None,
    valid_to: Annotated[str | None, typer.Option(help="YYYY-MM; default: as the list's")] = None,
    source: Annotated[str, typer.Option(help="who drew it; default: the file's name")] = "",
    licence: Annotated[str, typer.Option(help="default: not stated")] = "",
    make_default: Annotated[bool, typer.Option("--make-default", help="draw the list with it from now on")] = False,
    province: Province = "",
    boundary: Boundary = "",
    layer: Layer = "",
    crs: Crs = "",
    encoding: Encoding = "",
    name_column: NameColumn = "",
    district_column: DistrictColumn = "",
    code_column: CodeColumn = "",
    own_list: OwnList = False,
    confirm: Confirm = None,
    format: Answer = Format.text,  # noqa: A002 - the option's public name
    lang: Lang = "vi",
) -> None:
    """Repair a boundary file and keep it as a new version; nothing that is there is overwritten."""
    from intake.boundary_defaults import choose_default, require_office_store
    from intake.boundary_entry import Order
    from intake.boundary_import import build_version, record

    asked, actor = _asked(locals()), settings.office()
    order = Order(version, actor, decree, valid_from, valid_to, source, licence)
    ledger, content, name = _opened(file, asked, lang)
    require_office_store(ledger, actor)
    known = _references(asked, ledger)
    built = _told(lambda: _watched(lang, build_version, content, name, asked, order, known), name, format, lang)
    entry = record(built, ledger)
    if make_default:
        choose_default(entry.id, ledger, actor)
    if format is Format.json:
        typer.echo(json.dumps(built.document(lang) | {"default": make_default}, ensure_ascii=False))
        return
    _tell_import(built, lang)
    if make_default:
        typer.echo(translate("Từ nay danh mục {list} vẽ theo {version}.", lang, list=entry.units_of, version=entry.id))


@boundaries.command("list")
def list_(
    province: Annotated[str, typer.Option(help="default: all")] = "",
    format: Answer = Format.text,  # noqa: A002 - the option's public name
    lang: Lang = "vi",
) -> None:
    """List every boundary version; ``*`` draws its list now."""
    from geo.boundaries import catalogue
    from intake.boundary_defaults import current_default

    check_lang(lang)
    ledger = open_store(sample=False)
    found = [entry for entry in catalogue().values() if province in {"", entry.province}]
    drawing = {entry.units_of: current_default(entry.units_of, ledger) for entry in found}
    names = ("id", "province", "valid_from", "valid_to", "units", "author", "recorded_at", "decree")
    rows: list[dict[str, Any]] = [
        {name: getattr(entry, name) for name in names}
        | {"unit_list": entry.units_of, "default": drawing[entry.units_of] == entry.id}
        for entry in sorted(found, key=lambda entry: (entry.province, entry.units_of, entry.recorded_at, entry.id))
    ]
    if format is Format.json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        mark = "*" if row["default"] else " "
        span = f"{row['valid_from']} – {row['valid_to'] or '…'}"
        typer.echo(f"{mark} {row['id']}  {row['unit_list']}  {span}  {row['units']}  {row['author']}  {row['decree']}")


@boundaries.command()
def default(version: Annotated[str, typer.Argument(help="id of the version")], lang: Lang = "vi") -> None:
    """Let a version draw its list of units from now on; the choice is recorded."""
    from geo.boundaries import catalogue
    from intake.boundary_defaults import choose_default

    check_lang(lang)
    choose_default(version, open_store(sample=False), settings.office())
    unit_list = catalogue()[version].units_of
    typer.echo(translate("Từ nay danh mục {list} vẽ theo {version}.", lang, list=unit_list, version=version))


@boundaries.command()
def back(province: Annotated[str, typer.Option()], lang: Lang = "vi") -> None:
    """Return to the version that drew the province's units before the last choice; recorded, too."""
    from geo.boundaries import catalogue
    from intake.boundary_defaults import go_back

    check_lang(lang)
    version, _ = go_back(province, open_store(sample=False), settings.office())
    unit_list = catalogue()[version].units_of
    typer.echo(translate("Từ nay danh mục {list} vẽ theo {version}.", lang, list=unit_list, version=version))


@names.command("match")
def match_(
    file: Annotated[Path, typer.Argument(help=".csv, .xlsx, or a boundary file")],
    boundary: Annotated[str, typer.Option(help="boundary version whose unit list is matched")] = "kontum-2015",
    layer: Layer = "",
    encoding: Encoding = "",
    name_column: NameColumn = "",
    district_column: DistrictColumn = "",
    code_column: CodeColumn = "",
    format: Answer = Format.json,  # noqa: A002 - the option's public name
    lang: Lang = "vi",
) -> None:
    """Tell which row is which commune: found, only suggested, or not found."""
    from intake.names_file import match_names

    asked = _asked(locals())
    ledger, content, name = _opened(file, asked, lang)
    found = match_names(content, name, asked, _references(asked, ledger)[0])
    if format is Format.json:
        typer.echo(json.dumps(found.result.as_json(), ensure_ascii=False))
        return
    for kind in ("matches", "suggestions", "unmatched"):
        for row in found.result.as_json()[kind]:
            typer.echo(" ".join(str(value) for value in row.values() if value not in {None, ""}))


def _asked(options: dict[str, Any]) -> Asked:
    """Return what the options of a command ask."""
    from intake.boundary_asked import Asked

    check_lang(options["lang"])
    fields = {name: options[name] for name in Asked.__slots__ if name in options}
    return Asked(**fields, confirmed=tuple(_confirmation(text) for text in options.get("confirm") or ()))


def _confirmation(text: str) -> tuple[int, str]:
    row, separator, code = text.partition("=")
    if not separator or not row.strip().isdecimal() or not code.strip():
        raise StateError("Xác nhận “{written}” phải có dạng DÒNG=MÃ, ví dụ 12=23504.", written=text)
    return int(row), code.strip()


def _opened(file: Path, asked: Asked, lang: str) -> tuple[Ledger, bytes, str]:
    """Return the store, and the file as one piece: a shapefile with the files beside it becomes a ZIP."""
    from intake.boundary_archive import dataset_at
    from intake.boundary_folders import packed

    content, name = read(file), file.name
    if file.suffix.lower() == ".shp":
        parts = _told(lambda: dataset_at(file, asked.layer or None).parts, name, Format.text, lang)
        content, name = packed({f"{file.stem}{ending}": part for ending, part in parts.items()}), f"{file.stem}.zip"
    return open_store(sample=False), content, name


def _references(asked: Asked, ledger: Ledger) -> list[Reference]:
    from intake.boundary_reference import references

    return references(asked, ledger)


def _told(work: Callable[[], T], name: str, wanted: Format, lang: str) -> T:
    """Do some work; a refusal is also printed as a document when one was asked for."""
    from intake.boundary_report import refused_document

    try:
        return work()
    except DataError as error:
        if wanted is Format.json:
            typer.echo(json.dumps(refused_document(error, name, lang), ensure_ascii=False))
        raise


def _watched(lang: str, function: Callable[..., T], *args: object) -> T:
    """Run a function as a job, with a bar on the terminal or a line for every step."""
    job, said = jobs.submit(function, *args), ""
    while not job.done:
        step = job.step
        if sys.stderr.isatty():
            done = round(step.fraction * _BAR)
            words = translate(step.text, lang) if step.text else ""
            typer.echo(f"\r[{'█' * done}{'·' * (_BAR - done)}] {step.fraction:4.0%} {words:<40}", err=True, nl=False)
        elif step.text and step.text != said:
            said = step.text
            typer.echo(f"{step.fraction:4.0%} {translate(said, lang)}", err=True)
        time.sleep(_LOOK)
    if sys.stderr.isatty():
        typer.echo(f"\r{'':<{_BAR + 50}}\r", err=True, nl=False)
    try:
        return job.result()
    except BrokenExecutor:
        raise NtmError(
            "Bộ đọc tệp dừng giữa chừng, thường vì tệp quá lớn hoặc máy hết bộ nhớ. Chưa ghi gì; "
            "hãy chia nhỏ tệp hoặc thử lại."
        ) from None


def _tell_import(built: Built, lang: str) -> None:
    from intake.boundary_import import changes_of
    from intake.boundary_words import changes_text

    entry = built.entry
    words = "Đã nạp {version}: {units} đơn vị, hiệu lực từ {first}, căn cứ {decree}."
    first = entry.first_month.label
    typer.echo(translate(words, lang, version=entry.id, units=entry.units, first=first, decree=entry.decree))
    changes = changes_of(built.report, built.repaired)["changes"]
    words = "Sửa hình làm đổi trên 1 % diện tích ở {count} đơn vị."
    typer.echo(translate(words, lang, count=len(changes)))
    if changes:
        typer.echo(changes_text(changes, lang))
    for note in built.report.notes:
        typer.echo(f"- {note.says(lang)}")


def _picture(report: BoundaryReport, ending: str, lang: str) -> bytes:
    from geo.boundaries import load
    from render.boundary_picture import picture

    current = load(report.compared_with).units if report.compared_with else None
    fmt = ending.lstrip(".").lower()
    return picture(
        report.frame, current, report.faults, title=report.file, national=report.national, fmt=fmt, lang=lang
    )
