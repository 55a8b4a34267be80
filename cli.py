"""Every job from a terminal. Exit status: 0 done, 2 usage, 3 input refused, 1 our own fault."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from base.errors import NtmError, StateError
from base.i18n import translate
from layers.address import parse
from layers.registry import BUILDERS, compute
from layers.view import LayerView, ViewState
from render import table

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)


class TableFormat(StrEnum):
    """Formats of ``cli.py layer``."""

    json = "json"
    csv = "csv"
    table = "table"


SHEET_FORMATS = ("png", "pdf", "svg")
PAPERS = ("A4", "A3")

Key = Annotated[str, typer.Argument(help="ntm-levels, target-communes, border-replanning, district-progress")]
Period = Annotated[str | None, typer.Option(help="YYYY-MM; default: the layer's own")]
Province = Annotated[str, typer.Option()]
Lang = Annotated[str, typer.Option(help="vi, en")]
Option = Annotated[str | None, typer.Option()]


@app.command()
def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
) -> None:
    """Start the dashboard and the map service in one process."""
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
    known_at: Option = None,
    province: Province = "kontum",
    lang: Lang = "vi",
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
    known_at: Option = None,
    province: Province = "kontum",
    lang: Lang = "vi",
    paper: Annotated[str, typer.Option(help="A4, A3")] = "A4",
) -> None:
    """Write a layer as a sheet for a meeting; the file's ending chooses the format."""
    from render.sheet import sheet as draw

    fmt = out.suffix.lstrip(".").lower()
    if fmt not in SHEET_FORMATS or paper not in PAPERS:
        raise StateError("Tệp phải có đuôi .png, .pdf hoặc .svg; khổ giấy A4 hoặc A3.")
    if not out.parent.is_dir():
        raise StateError("Không ghi được {file}: không có thư mục này. Hãy tạo thư mục hoặc chọn nơi khác.", file=out)
    view = _view(key, locals())
    content = draw(view, fmt=fmt, paper=paper, inset=view.inset, margins=view.margins)
    try:
        out.write_bytes(content)
    except OSError as error:
        message = translate("Không ghi được {file}: {why}. Hãy chọn nơi khác.", lang, file=out, why=error.strerror)
        raise _refuse(message, 1) from error
    typer.echo(str(out))


def _view(key: str, options: dict[str, Any]) -> LayerView:
    """Compute a layer from command line options; a value that cannot be used is refused, not dropped."""
    lang = str(options["lang"])
    if key not in BUILDERS:
        compute(ViewState(layer=key, lang=lang))
    names = {
        "period",
        "boundary",
        "district",
        "ntm_level",
        "target_kind",
        "border",
        "known_at",
        "province",
        "lang",
    }
    given = {name: str(value) for name, value in options.items() if name in names and value is not None}
    state, notices = parse(given, key)
    if notices:
        raise _refuse("\n".join(notice.text(lang) for notice in notices), 2)
    return compute(state)


def _refuse(message: str, status: int) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(status)


def main(run: Callable[[], None] = app) -> None:
    """Run a command; our own errors become sentences and an exit status."""
    try:
        run()
    except NtmError as error:
        asked = " ".join(sys.argv).replace("=", " ")
        lang = "en" if "--lang en" in asked else "vi"
        typer.echo(error.text(lang), err=True)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
