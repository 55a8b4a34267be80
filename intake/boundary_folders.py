"""Folders of imported boundary versions: made from what the ledger keeps, whole or not at all.

A version is one ZIP in the ledger; the folder under ``NTM_DATA`` is that ZIP unpacked. So a backup holds every version,
and a folder that is missing, after a crash or on another server, is written anew.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

from base.clock import now
from base.errors import StoreError
from base.settings import user_data
from geo import boundaries
from geo.asset import asset
from store.ledger import Ledger
from store.schema import boundary_versions, submissions

#: Beside the versions, never among them: what is not complete is not looked at.
_UNFINISHED: Final = "boundaries.part"
_SET_ASIDE: Final = "boundaries.aside"
_DAY: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An imported version as the ledger has it; ``file_hash`` is that of its ZIP."""

    version: str
    province: str
    unit_list: str
    geometry_sha256: str
    file_hash: str


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files as one archive; equal files give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    return buffer.getvalue()


def recorded(ledger: Ledger) -> dict[str, Recorded]:
    """Return every imported version by id; of an id that was recorded twice the first one counts."""
    query = (
        select(boundary_versions, submissions.c.file_hash)
        .join(submissions, submissions.c.id == boundary_versions.c.submission_id)
        .order_by(boundary_versions.c.id.desc())
    )
    with ledger.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return {
        row["version"]: Recorded(
            row["version"], row["province"], row["unit_list"], row["geometry_sha256"], row["file_hash"]
        )
        for row in rows
    }


def materialise(ledger: Ledger) -> list[str]:
    """Write the folder of every version that the ledger has and the disk lacks; return their ids.

    A folder of the same id with other outlines, left by another store, is set aside under ``boundaries.aside``, never
    deleted. A sample store has no versions of its own. Afterwards this process sees them all.

    Raises
    ------
    StoreError
        A folder cannot be written, or its file is missing from the ledger.
    """
    written = []
    if not ledger.is_sample:
        _clean()
        boundaries.forget()
        for version in recorded(ledger).values():
            if not _is_there(version):
                write_folder(version.version, ledger.blob(version.file_hash))
                written.append(version.version)
    if written:
        forget()
    return written


def forget() -> None:
    """Let this process look at the folders anew."""
    boundaries.forget()
    asset.cache_clear()


def write_folder(version: str, content: bytes | None) -> None:
    """Write the folder of a version from its ZIP: it is there whole, or not at all.

    Raises
    ------
    StoreError
        It cannot be written, or there is no ZIP.
    """
    if content is None:
        raise StoreError(
            "Kho thiếu tệp của phiên bản ranh giới “{version}”. Hãy khôi phục từ bản sao lưu.", version=version
        )
    target = _folder(version)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _unfinished(version) as part:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    _write(_inside(part, name), archive.read(name))
            _sync(part)
            if target.exists():
                _set_aside(target)
            part.rename(target)
            _sync(target.parent)
    except OSError as error:
        raise StoreError(
            "Không ghi được thư mục {folder}: {why}. Hãy giải phóng dung lượng hoặc sửa quyền ghi rồi khởi động lại.",
            folder=target,
            why=error.strerror or error,
        ) from None


def _inside(folder: Path, name: str) -> Path:
    """Return a path below a folder; a restored ledger may hold an archive that somebody made."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise StoreError("Tệp của phiên bản ranh giới trong kho có đường dẫn lạ nên không được mở.")
    return path


def folder_exists(version: str) -> bool:
    """Tell whether there is a folder of this name among the imported versions, complete or not."""
    return _folder(version).exists()


def _folder(version: str) -> Path:
    return user_data() / "boundaries" / version


def _is_there(version: Recorded) -> bool:
    """Tell whether the disk has the folder with the outlines that the ledger speaks of."""
    entry = boundaries.catalogue().get(version.version)
    if entry is None or entry.geometry_sha256 != version.geometry_sha256:
        return False
    return (_folder(version.version) / entry.geometry_file).is_file()


@contextmanager
def _unfinished(version: str) -> Iterator[Path]:
    """Yield a new folder on the same disk; what is left of it goes."""
    place = user_data() / _UNFINISHED
    place.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{version}.{os.getpid()}.", dir=place))
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clean() -> None:
    """Remove what processes that are no more have left unfinished."""
    for folder in (user_data() / _UNFINISHED).glob("*.*.*"):
        process = folder.name.split(".")[-2]
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _set_aside(folder: Path) -> None:
    place = user_data() / _SET_ASIDE
    place.mkdir(parents=True, exist_ok=True)
    folder.rename(place / f"{folder.name}-{now():%Y%m%d-%H%M%S-%f}")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make sure that the entries of a folder are on the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
