"""Every job from a terminal. Exit status: 0 done, 2 usage, 3 input refused, 1 our own fault."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

import cli_boundaries
import terminal
from base import settings
from base.errors import DataError, StateError
from base.i18n import translate
from layers.address import parse
from layers.registry import BUILDERS, compute, facts_of
from layers.view import PARAMETER, LayerView, ViewState
from render import table
from terminal import Lang, Sample, check_folder, check_lang, ended, month, open_alone, open_store, read, write

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
app.add_typer(cli_boundaries.boundaries, name="boundaries")
app.add_typer(cli_boundaries.names, name="names")


class TableFormat(StrEnum):
    """Formats of ``cli.py layer``."""

    json = "json"
    csv = "csv"
    table = "table"


class AnswerFormat(StrEnum):
    """Formats of ``cli.py submit``."""

    text = "text"
    json = "json"


class FileKind(StrEnum):
    """What can be handed in: :data:`intake.submit.TITLES`."""

    monthly = "monthly"
    decisions = "decisions"
    targets = "targets"
    figures = "figures"
    dossiers = "dossiers"
    clusters = "clusters"
    villages = "villages"
    village_recognitions = "village-recognitions"
    criteria_set = "criteria-set"


SHEET_FORMATS = ("png", "pdf", "svg")
PAPERS = ("A4", "A3")

Key = Annotated[str, typer.Argument(help=", ".join(BUILDERS))]
Period = Annotated[str | None, typer.Option(help="YYYY-MM; default: the layer's own")]
Province = Annotated[str, typer.Option()]
Option = Annotated[str | None, typer.Option()]
Since = Annotated[str | None, typer.Option("--from", help="YYYY-MM; criteria lost since")]


@app.command()
def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    sample: Sample = False,
) -> None:
    """Start the dashboard and the map service in one process."""
    if sample:
        open_store(sample=True)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            other = f"python3 run.py serve --port {port % 65535 + 1}"
            typer.echo(f"Cổng {port} trên {host} đang bận hoặc không mở được. Hãy chọn cổng khác: {other}", err=True)
            typer.echo(f"Port {port} on {host} is in use or cannot be opened. Choose another: {other}", err=True)
            raise typer.Exit(1) from None
    from server import run

    run(host, port)


@app.command()
def layer(
    key: Key,
    period: Period = None,
    boundary: Option = None,
    district: Option = None,
    ntm_level: Option = None,
    target_kind: Option = None,
    border: Option = None,
    criterion: Option = None,
    criterion_group: Option = None,
    under_15: Option = None,
    commune: Option = None,
    step: Option = None,
    arrangement: Option = None,
    expiring: Option = None,
    since: Since = None,
    known_at: Option = None,
    province: Province = settings.FIRST_PROVINCE,
    lang: Lang = "vi",
    sample: Sample = False,
    format: Annotated[TableFormat, typer.Option()] = TableFormat.table,  # noqa: A002 - the option's public name
) -> None:
    """Print a layer: the same numbers as every page and sheet."""
    view = _view(key, locals())
    if format is TableFormat.json:
        typer.echo(table.as_json(view))
    elif format is TableFormat.csv:
        sys.stdout.buffer.write(table.as_csv(view))
    else:
        typer.echo(table.as_text(view))


@app.command()
def sheet(
    key: Key,
    out: Annotated[Path, typer.Option(help="map.png, map.pdf or map.svg")],
    period: Period = None,
    district: Option = None,
    ntm_level: Option = None,
    target_kind: Option = None,
    border: Option = None,
    criterion: Option = None,
    criterion_group: Option = None,
    under_15: Option = None,
    commune: Option = None,
    step: Option = None,
    arrangement: Option = None,
    expiring: Option = None,
    since: Since = None,
    known_at: Option = None,
    province: Province = settings.FIRST_PROVINCE,
    lang: Lang = "vi",
    sample: Sample = False,
    paper: Annotated[str, typer.Option(help="A4, A3")] = "A4",
) -> None:
    """Write a layer as a sheet for a meeting; the file's ending chooses the format."""
    from render.sheet import sheet as draw

    fmt = out.suffix.lstrip(".").lower()
    if fmt not in SHEET_FORMATS or paper not in PAPERS:
        raise StateError("Tệp phải có đuôi .png, .pdf hoặc .svg; khổ giấy A4 hoặc A3.")
    check_folder(out)
    view = _view(key, locals())
    write(out, draw(view, fmt=fmt, paper=paper, inset=view.inset, margins=view.margins), lang)
    typer.echo(str(out))


@app.command()
def template(
    kind: Annotated[FileKind, typer.Argument()],
    out: Annotated[Path, typer.Option(help="form.xlsx")],
    district: Annotated[
        str, typer.Option(help="monthly: code of the district, from 2025-07 of the commune; default: the whole")
    ] = "",
    period: Annotated[str, typer.Option(help="monthly: YYYY-MM")] = "",
    indicators: Annotated[bool, typer.Option("--indicators", help="monthly: add the sheet of indicators")] = False,
    set: Annotated[str, typer.Option(help="criteria-set: the set to correct; default: an empty form")] = "",  # noqa: A002 - the option's public name
    province: Province = settings.FIRST_PROVINCE,
    lang: Lang = "vi",
    sample: Sample = False,
) -> None:
    """Write a form to be filled and handed in."""
    from intake.templates import Wanted, template_of

    check_lang(lang)
    check_folder(out)
    asked = Wanted(district, month(period), indicators, set)
    open_store(sample=sample)
    write(out, template_of(kind.value, facts_of(province), asked, lang), lang)
    typer.echo(str(out))


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(help=".xlsx, .xls or .csv")],
    kind: Annotated[FileKind | None, typer.Option(help="default: what the file says itself")] = None,
    district: Annotated[str, typer.Option(help="monthly: the district, from 2025-07 the commune, it must be of")] = "",
    period: Annotated[str, typer.Option(help="monthly: the month it must be of, YYYY-MM")] = "",
    sent_by: Annotated[str, typer.Option(help="who sent it to the office")] = "",
    received: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="day it arrived; default: today")
    ] = None,
    scan: Annotated[Path | None, typer.Option(help="file kept with it, such as the scanned decision")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what it would change")] = False,
    errors_out: Annotated[Path | None, typer.Option(help="marked.xlsx: the same workbook, faults marked")] = None,
    format: Annotated[AnswerFormat, typer.Option()] = AnswerFormat.text,  # noqa: A002 - the option's public name
    province: Province = settings.FIRST_PROVINCE,
    lang: Lang = "vi",
    sample: Sample = False,
) -> None:
    """Check a file and store it, or tell every fault."""
    from intake.answer import Handed, hand_in
    from intake.checked import Sender

    check_lang(lang)
    if errors_out:
        check_folder(errors_out)
    sender = Sender(
        actor=settings.office(),
        sent_by=sent_by,
        received=received.date() if received else None,
        lang=lang,
        district=district,
        period=month(period),
        attachment=read(scan) if scan else b"",
    )
    content = read(file)
    ledger = open_store(sample=sample)
    handed = Handed(content, file.name, kind.value if kind else None)
    answer = hand_in(handed, facts_of(province), ledger, sender, dry_run=dry_run)
    if (refusal := answer.refusal) and errors_out and isinstance(refusal, DataError):
        from intake.marked import mark_faults

        write(errors_out, mark_faults(content, file.name, refusal.faults, lang), lang)
    if format is AnswerFormat.json:
        typer.echo(answer.as_json(lang))
    elif not refusal:
        typer.echo(answer.as_text(lang))
    if refusal:
        raise ended(refusal.text(lang), refusal.exit_status)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="the archive to write")], lang: Lang = "vi", sample: Sample = False
) -> None:
    """Write the whole store to one archive, while people work."""
    from store.archive import backup as save

    check_lang(lang)
    check_folder(file)
    summary = save(open_alone(sample=sample), file)
    message = "Đã sao lưu {files} tệp đã nộp vào {file} (phiên bản {version})."
    typer.echo(translate(message, lang, files=summary.tables["submissions"], file=file, version=summary.version))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="an archive that backup wrote")],
    yes: Annotated[bool, typer.Option("--yes", help="set aside what the store holds now")] = False,
    lang: Lang = "vi",
    sample: Sample = False,
) -> None:
    """Put an archive into the store; it must be empty unless --yes is given."""
    from intake.boundary_folders import materialise
    from store.archive import restore as load

    check_lang(lang)
    ledger = open_alone(sample=sample)
    summary = load(ledger, file, replace_ok=yes)
    materialise(ledger)
    message = "Đã khôi phục {files} tệp đã nộp từ {file} (phiên bản {version})."
    typer.echo(translate(message, lang, files=summary.tables["submissions"], file=file, version=summary.version))
    if summary.set_aside:
        typer.echo(translate("Số liệu trước đó được giữ ở {place}.", lang, place=summary.set_aside))


def _view(key: str, options: dict[str, Any]) -> LayerView:
    """Compute a layer from command line options; a value that cannot be used is refused, not dropped."""
    open_store(sample=bool(options["sample"]))
    lang = str(options["lang"])
    if key not in BUILDERS:
        compute(ViewState(layer=key, lang=lang))
    names = {field.name for field in fields(ViewState) if field.name != "layer"}
    chosen = {name: str(value) for name, value in options.items() if name in names and value is not None}
    state, notices = parse({PARAMETER.get(name, name): value for name, value in chosen.items()}, key)
    if notices:
        raise ended("\n".join(notice.text(lang) for notice in notices), 2)
    return compute(state)


def main(run: Callable[[], None] = app) -> None:
    """Run a command; our own errors become sentences and an exit status."""
    terminal.run(run)


if __name__ == "__main__":
    main()
