"""The map files in what was handed in: recognised by their bytes, taken out of a zip archive, put together.

A shapefile is several files. They come in one zip archive, or lie side by side in a folder. Nothing is unpacked by the
names that an archive gives, so a name cannot lead anywhere; odd names are refused all the same, because they are never
an accident.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final, Literal

from base.errors import DataError
from intake.container import BAD_ZIP, MEBIBYTE, refusal, zip_trouble

BoundaryFormat = Literal["shapefile", "geopackage", "geojson", "flatgeobuf"]

#: Largest file that is opened, and largest size of an archive's parts together once unpacked, in bytes.
MAX_BYTES: Final = 300 * MEBIBYTE
#: A part over 1 MiB that unpacks to more than so many times its size is a zip bomb. Tables of a shapefile are padded
#: with blanks, so the limit is higher than that of workbooks.
MAX_RATIO: Final = 500
#: Files of a shapefile that are read; others beside them (indexes, metadata, styles) are not needed.
SHAPEFILE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")

_FORMATS: Final[Mapping[str, BoundaryFormat]] = {
    ".shp": "shapefile",
    ".gpkg": "geopackage",
    ".geojson": "geojson",
    ".json": "geojson",
    ".fgb": "flatgeobuf",
}
_NAMES: Final[Mapping[BoundaryFormat, str]] = {
    "shapefile": "shapefile",
    "geopackage": "GeoPackage",
    "geojson": "GeoJSON",
    "flatgeobuf": "FlatGeobuf",
}
_ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_SIGNATURES: Final[tuple[tuple[bytes, BoundaryFormat], ...]] = (
    (b"\0\0\x27\x0a", "shapefile"),
    (b"SQLite format 3\0", "geopackage"),
    (b"fgb\x03fgb", "flatgeobuf"),
)
_OTHER_ARCHIVES: Final = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OTHER_ARCHIVE_ENDINGS: Final = {".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz"}

_ACCEPTED: Final = (
    "Không nhận ra đây là tệp bản đồ. Hãy nạp shapefile nén .zip (đủ .shp, .shx, .dbf, .prj), "
    "GeoPackage (.gpkg), GeoJSON (.geojson) hoặc FlatGeobuf (.fgb)."
)
_RENAMED: Final = "Nội dung tệp là {format} nhưng tên tệp có đuôi “{ending}”. Hãy sửa lại đuôi tệp rồi nạp lại."
_TOO_LARGE: Final = "Tệp lớn hơn {limit} MB. Hãy chỉ xuất lớp cần nạp, của một tỉnh, rồi nạp lại."
_DAMAGED_ZIP: Final = "Tệp nén .zip bị hỏng hoặc tải lên chưa trọn. Hãy nén lại từ các tệp gốc rồi nạp lại."
_MISSING_PARTS: Final = (
    "Shapefile “{name}” thiếu tệp {missing}. "
    "Hãy nén đủ .shp, .shx, .dbf (và .prj) cùng tên vào một tệp .zip rồi nạp lại."
)
_SEVERAL: Final = (
    "Tệp có {count} lớp: {layers}. "
    "Hãy nạp tệp chỉ có một lớp, hoặc với ranh giới thì nói rõ lớp cần đọc (dòng lệnh: --layer)."
)
_NO_SUCH_LAYER: Final = "Tệp không có lớp “{layer}”; tệp có: {layers}."


@dataclass(frozen=True, slots=True)
class Dataset:
    """One boundary file, complete.

    Attributes
    ----------
    name
        Its name without ending and folder; of a shapefile also the name of its layer.
    format
        What it is.
    parts
        Its files by ending, in lower case with the dot; the last is the one that a reader opens.
    """

    name: str
    format: BoundaryFormat
    parts: Mapping[str, bytes]


def dataset_in(name: str, content: bytes, layer: str | None = None) -> Dataset:
    """Return the boundary file in what was handed in.

    Parameters
    ----------
    name
        Name of the file as it was handed in.
    content
        The whole file.
    layer
        Which one, when an archive holds several.

    Raises
    ------
    DataError
        With one sentence, when there is none, several, or one that is incomplete or unsafe to unpack.
    """
    _check_size(name, len(content))
    ending = PureWindowsPath(name).suffix.lower()
    if content.startswith((_ZIP, _EMPTY_ZIP)):
        if ending != ".zip":
            raise refusal(name, _RENAMED, format="ZIP", ending=ending)
        return _unpacked(name, content, layer)
    if content.startswith(_OTHER_ARCHIVES) or ending in _OTHER_ARCHIVE_ENDINGS:
        raise refusal(
            name, "Tệp nén này không đọc được. Hãy giải nén, nén lại thành .zip (không đặt mật khẩu) rồi nạp lại."
        )
    if ending in SHAPEFILE_PARTS:
        present = {ending}
        raise _missing(name, PureWindowsPath(name).stem, present)
    return _single(name, name, content)


def dataset_at(path: Path, layer: str | None = None) -> Dataset:
    """Return the boundary file at ``path``; the other files of a shapefile are those of its name beside it.

    Raises
    ------
    DataError
        As :func:`dataset_in`, and when ``path`` cannot be read.
    """
    try:
        if path.suffix.lower() == ".shp":
            return _beside(path)
        if path.with_name(path.name + "-wal").is_file() and path.with_name(path.name + "-wal").stat().st_size:
            raise refusal(
                path.name,
                "Tệp đang được phần mềm khác mở, còn thay đổi chưa ghi hẳn. Hãy đóng phần mềm đó rồi nạp lại.",
            )
        _check_size(path.name, path.stat().st_size)
        return dataset_in(path.name, path.read_bytes(), layer)
    except OSError as error:
        raise refusal(path.name, "Không mở được tệp. Hãy kiểm tra đường dẫn và quyền đọc.") from error


def _check_size(file: str, size: int) -> None:
    if size > MAX_BYTES:
        raise refusal(file, _TOO_LARGE, limit=MAX_BYTES // MEBIBYTE)
    if not size:
        raise refusal(file, "Tệp trống, không có nội dung. Hãy chọn lại đúng tệp.")


def _beside(path: Path) -> Dataset:
    found = {
        other.suffix.lower(): other
        for other in sorted(path.parent.iterdir())
        if other.stem == path.stem and other.suffix.lower() in SHAPEFILE_PARTS
    }
    found[".shp"] = path
    _check_size(path.name, sum(part.stat().st_size for part in found.values()))
    return _shapefile(path.name, path.stem, {ending: part.read_bytes() for ending, part in found.items()})


def _single(file: str, member: str, content: bytes) -> Dataset:
    """Return a boundary file that is one file, its ending held against its bytes."""
    ending = PureWindowsPath(member).suffix.lower()
    actual = _format_of(content)
    if actual is None:
        raise refusal(file, _ACCEPTED)
    if _FORMATS.get(ending) != actual:
        raise refusal(file, _RENAMED, format=_NAMES[actual], ending=ending)
    return Dataset(PureWindowsPath(member).stem, actual, {ending: content})


def _format_of(content: bytes) -> BoundaryFormat | None:
    for signature, found in _SIGNATURES:
        if content.startswith(signature):
            return found
    start = content[:100].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    return "geojson" if start.startswith(b"{") else None


def _shapefile(file: str, stem: str, parts: Mapping[str, bytes]) -> Dataset:
    if not {".shp", ".shx", ".dbf"} <= parts.keys():
        raise _missing(file, stem, set(parts))
    if _format_of(parts[".shp"]) != "shapefile":
        raise refusal(file, _ACCEPTED)
    return Dataset(
        stem, "shapefile", {ending: parts[ending] for ending in reversed(SHAPEFILE_PARTS) if ending in parts}
    )


def _missing(file: str, stem: str, present: set[str]) -> DataError:
    missing = ", ".join(ending for ending in SHAPEFILE_PARTS[:3] if ending not in present)
    return refusal(file, _MISSING_PARTS, name=stem, missing=missing)


def _unpacked(file: str, content: bytes, layer: str | None) -> Dataset:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive, file)
            return _chosen(archive, file, layer)
    except BAD_ZIP as error:
        raise refusal(file, _DAMAGED_ZIP) from error


def _check_archive(archive: zipfile.ZipFile, file: str) -> None:
    match zip_trouble(archive, MAX_BYTES, MAX_RATIO):
        case "parts":
            raise refusal(file, "Tệp .zip có quá nhiều tệp bên trong. Hãy chỉ nén các tệp của một lớp bản đồ.")
        case "size":
            raise refusal(
                file,
                "Tệp .zip bung ra lớn hơn {limit} MB. Hãy chỉ nén lớp cần nạp, của một tỉnh, rồi nạp lại.",
                limit=MAX_BYTES // MEBIBYTE,
            )
        case "locked":
            raise refusal(file, "Tệp .zip có mật khẩu nên không mở được. Hãy nén lại không đặt mật khẩu rồi nạp lại.")
        case "ratio":
            raise refusal(
                file,
                "Tệp .zip bất thường: một thành phần bung ra gấp hơn {limit} lần. Hãy nén lại từ các tệp gốc.",
                limit=MAX_RATIO,
            )
        case "packing":
            raise refusal(file, _DAMAGED_ZIP)
    for part in archive.infolist():
        path = PureWindowsPath(part.filename)
        if path.drive or path.root or ".." in path.parts or stat.S_ISLNK(part.external_attr >> 16):
            raise refusal(
                file,
                "Tệp .zip có đường dẫn nguy hiểm bên trong nên không được mở. Hãy nén lại từ các tệp gốc.",
            )


def _chosen(archive: zipfile.ZipFile, file: str, layer: str | None) -> Dataset:
    """Return the only boundary file of an archive, or the one of its name."""
    members = [part for part in archive.infolist() if not part.is_dir() and not _is_litter(part.filename)]
    paths = [PureWindowsPath(part.filename) for part in members]
    found = [index for index, path in enumerate(paths) if path.suffix.lower() in _FORMATS]
    # A .json beside a boundary file describes it; alone it may be GeoJSON.
    found = [index for index in found if paths[index].suffix.lower() != ".json"] or found
    if not found:
        raise _nothing(paths, file)
    names = [paths[index].stem for index in found]
    if len(found) > 1 and layer in names:
        found = [index for index in found if paths[index].stem == layer]
    if len(found) > 1:
        raise several(file, names)
    main = paths[found[0]]
    if main.suffix.lower() != ".shp":
        return _single(file, main.name, archive.read(members[found[0]]))
    parts = {
        path.suffix.lower(): archive.read(member)
        for path, member in zip(paths, members, strict=True)
        if path.parent == main.parent
        and path.stem.casefold() == main.stem.casefold()
        and path.suffix.lower() in SHAPEFILE_PARTS
    }
    return _shapefile(file, main.stem, parts)


def _is_litter(name: str) -> bool:
    """Tell what macOS puts into an archive beside the files."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith("._")


def _nothing(paths: Sequence[PureWindowsPath], file: str) -> DataError:
    endings = {path.suffix.lower() for path in paths}
    if endings & _OTHER_ARCHIVE_ENDINGS:
        return refusal(file, "Trong tệp .zip lại có tệp nén khác. Hãy giải nén rồi nén thẳng các tệp của lớp bản đồ.")
    if lone := next((path for path in paths if path.suffix.lower() in SHAPEFILE_PARTS), None):
        present = {path.suffix.lower() for path in paths if path.stem.casefold() == lone.stem.casefold()}
        return _missing(file, lone.stem, present)
    return refusal(file, _ACCEPTED)


def several(file: str, layers: Sequence[str]) -> DataError:
    """Return the error that asks which of several layers is meant."""
    return refusal(file, _SEVERAL, count=len(layers), layers=", ".join(layers))


def no_such_layer(file: str, layer: str, layers: Sequence[str]) -> DataError:
    """Return the error for a layer that a file does not have."""
    return refusal(file, _NO_SUCH_LAYER, layer=layer, layers=", ".join(layers))
