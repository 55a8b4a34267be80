"""What the commands of the terminal share: the store, reading and writing files, refusals and exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base import settings
from base.clock import Month
from base.errors import NtmError, StateError
from base.i18n import LANGUAGES, translate
from intake.start import prepare
from store import current

if TYPE_CHECKING:
    from store.ledger import Ledger

Lang = Annotated[str, typer.Option(help="vi, en")]
Sample = Annotated[bool, typer.Option("--sample", help="Use the sample store, made at its first use")]


def open_alone(*, sample: bool) -> Ledger:
    """Open the store alone: a backup or restore must not find the published collection put in by itself."""
    if sample:
        os.environ["NTM_SAMPLE"] = "1"
    return current.ledger()


def open_store(*, sample: bool) -> Ledger:
    """Open the store with the published collection in it; a sample store is made, or made to its end, first."""
    ledger = open_alone(sample=sample)
    if settings.is_sample():
        from samples.generator import make_sample
        from samples.story import LAST

        made = any(receipt.period == LAST for receipt in ledger.receipts(kind="monthly"))
        make_sample(ledger, None if made else _tell_progress)
    prepare()
    return ledger


def _tell_progress(done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        typer.echo(translate("Đang tạo số liệu minh họa: {done}/{total}", "vi", done=done, total=total), err=True)


def check_lang(lang: str) -> None:
    """Refuse a language that there is not."""
    if lang not in LANGUAGES:
        raise StateError("Không có ngôn ngữ “{name}”. Chọn: {known}.", name=lang, known=", ".join(LANGUAGES))


def check_folder(out: Path) -> None:
    """Refuse a file whose folder is not there, before any work is done for it."""
    if not out.parent.is_dir():
        raise StateError("Không ghi được {file}: không có thư mục này. Hãy tạo thư mục hoặc chọn nơi khác.", file=out)


def month(text: str) -> Month | None:
    """Return the month of an option; ``None`` for an empty one."""
    try:
        return Month.parse(text) if text else None
    except ValueError:
        raise StateError("Tháng “{month}” phải có dạng NĂM-THÁNG, ví dụ 2025-06.", month=text) from None


def read(path: Path) -> bytes:
    """Return the bytes of a file that a command was given."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise StateError("Không đọc được tệp {file}: {why}.", file=path, why=error.strerror) from None


def write(out: Path, content: bytes, lang: str) -> None:
    """Write a file that was asked for."""
    try:
        out.write_bytes(content)
    except OSError as error:
        message = translate("Không ghi được {file}: {why}. Hãy chọn nơi khác.", lang, file=out, why=error.strerror)
        raise ended(message, 1) from error


def ended(message: str, status: int) -> typer.Exit:
    """Say why a command ends, and return what ends it."""
    typer.echo(message, err=True)
    return typer.Exit(status)


def run(command: Callable[[], None]) -> None:
    """Run a command; our own errors become sentences and an exit status: 2 usage, 3 input refused, 1 our own fault."""
    try:
        command()
    except NtmError as error:
        asked = " ".join(sys.argv).replace("=", " ")
        lang = "en" if "--lang en" in asked else "vi"
        typer.echo(error.text(lang), err=True)
        sys.exit(error.exit_status)
