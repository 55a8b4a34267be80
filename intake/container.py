"""What the bytes of a handed-in file are, decided before any library reads them.

An officer's file may be renamed, damaged, locked, or made to harm: it is recognised by its first
bytes and its parts, and refused with a sentence that says what to do. The two containers of
workbooks are then written anew from what was checked: the zip archive of an ``.xlsx`` and the OLE
file (:mod:`intake.ole`) of an ``.xls``. The readers never see the sender's own.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PureWindowsPath
from typing import Final, Literal

from base.errors import DataError, Fault
from intake.ole import MAGIC as OLE_MAGIC
from intake.ole import OleFile

Format = Literal["xlsx", "xls", "csv"]

MEBIBYTE: Final = 1024 * 1024
#: Largest file that is opened, in bytes.
MAX_BYTES: Final = 20 * MEBIBYTE
#: Largest size of all parts of an ``.xlsx`` together once unpacked, in bytes.
MAX_UNPACKED: Final = 200 * MEBIBYTE
#: A part over 1 MiB that unpacks to more than so many times its size is a zip bomb.
MAX_RATIO: Final = 200
#: Most parts of an ``.xlsx``.
MAX_PARTS: Final = 2_000
#: Most faults that are told at once.
MAX_FAULTS: Final = 200

DAMAGED: Final = (
    "Không đọc được tệp: tệp bị hỏng hoặc không phải là bảng tính. "
    "Hãy mở tệp bằng phần mềm bảng tính, lưu lại dạng .xlsx rồi nộp."
)
LOCKED: Final = "Tệp có mật khẩu nên không mở được. Hãy mở tệp, bỏ mật khẩu, lưu lại rồi nộp."
MACRO: Final = "Tệp có chứa macro nên không được nhận. Hãy lưu lại dạng .xlsx (không có macro) rồi nộp."
UNSAFE_XML: Final = (
    "Tệp có khai báo XML nguy hiểm (thực thể, DTD) nên không được mở. "
    "Hãy chép số liệu sang biểu mẫu mới tải về rồi nộp."
)
_OPEN_DOCUMENT: Final = "Đây là bảng tính OpenDocument (.ods). Hãy mở tệp, chọn lưu thành dạng .xlsx rồi nộp."
_BINARY_WORKBOOK: Final = "Đây là bảng tính nhị phân (.xlsb). Hãy mở tệp, chọn lưu thành dạng .xlsx rồi nộp."
_PDF: Final = "Đây là tệp PDF đã đổi đuôi, không phải bảng tính. Hãy nộp bảng tính gốc (.xlsx)."
_PICTURE: Final = "Đây là tệp hình ảnh đã đổi đuôi, không phải bảng tính. Hãy nộp bảng tính gốc (.xlsx)."
_WEB_PAGE: Final = (
    "Đây là trang web (HTML) hoặc tệp XML mang đuôi bảng tính. "
    "Hãy mở tệp bằng phần mềm bảng tính, lưu lại dạng .xlsx rồi nộp."
)
_DOCUMENT: Final = (
    "Đây là văn bản hoặc bài trình chiếu đã đổi đuôi, không phải bảng tính. Hãy chép bảng sang biểu mẫu .xlsx rồi nộp."
)
_ARCHIVE: Final = "Đây là tệp nén, bên trong không phải là bảng tính. Hãy giải nén rồi nộp từng tệp .xlsx."

_MACRO_ENDINGS: Final = {".xlsm", ".xltm", ".xlam"}
#: First bytes of what is often renamed, each with its sentence.
_SIGNATURES: Final = (
    (b"%PDF-", _PDF),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE),
    (b"{\\rtf", _DOCUMENT),
    (b"Rar!", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
)
_MARKUP: Final = re.compile(
    rb"\s*(<!doctype|<!--|<\?xml|<(html|head|body|meta|style|table|div)\b|mime-version:)", re.IGNORECASE
)
#: What the members of an office archive that is no workbook begin with, each with its sentence.
_OTHER_OFFICE: Final = (("word/", _DOCUMENT), ("ppt/", _DOCUMENT))
#: Names of OLE streams that tell a file that is no workbook, each with its sentence.
_OLE_STREAMS: Final = (
    ({"EncryptedPackage", "EncryptionInfo"}, LOCKED),
    ({"WordDocument", "PowerPoint Document"}, _DOCUMENT),
)
#: What is wrong with a zip archive by its own table of contents: too many parts, too large once unpacked, locked,
#: a part that unpacks to too many times its size, a way of packing that is not read.
ZipTrouble = Literal["parts", "size", "locked", "ratio", "packing"]
#: What :mod:`zipfile` raises for a damaged archive.
BAD_ZIP: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError, EOFError, RuntimeError)


def refusal(file: str, message: str, **params: object) -> DataError:
    """Return the error that refuses a whole file with one sentence."""
    return DataError([Fault(file, None, None, message, tuple(params.items()))])


def data_error(file: str, faults: Iterable[Fault]) -> DataError:
    """Return one error of all ``faults``; of more than 200 the last says how many are left out."""
    found = list(faults)
    if len(found) > MAX_FAULTS:
        rest = Fault(
            file,
            None,
            None,
            "Còn {count} lỗi nữa chưa liệt kê. Hãy sửa các lỗi trên rồi nộp lại để xem tiếp.",
            (("count", len(found) - MAX_FAULTS),),
        )
        found = [*found[:MAX_FAULTS], rest]
    return DataError(found)


def identify(content: bytes, file: str) -> Format:
    """Return the format that both the ending and the bytes of a file agree on.

    Raises
    ------
    DataError
        For an empty or too large file, an ending that is not taken, and content that is no
        workbook, is locked, holds macros, or is not what the ending says.
    """
    if not content:
        raise refusal(file, "Tệp trống, không có nội dung. Hãy chọn lại đúng tệp đã điền số liệu.")
    if len(content) > MAX_BYTES:
        raise refusal(
            file,
            "Tệp lớn hơn {limit} MB. Hãy bỏ hình ảnh và các trang không cần thiết, lưu lại rồi nộp.",
            limit=MAX_BYTES // MEBIBYTE,
        )
    ending = PureWindowsPath(file).suffix.lower()
    expected = _format_of_ending(ending, file)
    actual = _format_of_content(content, file)
    if actual is None and expected != "csv":
        raise refusal(file, _TEXT if _is_text(content) else DAMAGED)
    if actual not in {expected, None}:
        raise refusal(
            file,
            "Nội dung tệp là bảng tính .{format} nhưng tên tệp có đuôi {ending}. Hãy sửa lại đuôi tệp rồi nộp.",
            format=actual,
            ending=ending,
        )
    return expected


_TEXT: Final = (
    "Nội dung tệp là văn bản thường, không phải bảng tính. "
    "Nếu là CSV, hãy đổi đuôi thành .csv; nếu không, hãy nộp bảng tính gốc (.xlsx)."
)


def _format_of_ending(ending: str, file: str) -> Format:
    match ending:
        case ".xlsx":
            return "xlsx"
        case ".xls":
            return "xls"
        case ".csv":
            return "csv"
        case ".ods":
            raise refusal(file, _OPEN_DOCUMENT)
        case ".xlsb":
            raise refusal(file, _BINARY_WORKBOOK)
        case _ if ending in _MACRO_ENDINGS:
            raise refusal(file, MACRO)
    raise refusal(
        file, "Tên tệp phải có đuôi .xlsx, .xls hoặc .csv. Hãy mở tệp bằng phần mềm bảng tính, lưu lại dạng .xlsx."
    )


def _format_of_content(content: bytes, file: str) -> Format | None:
    """Return what the bytes are: a workbook, or ``None`` for what may be text or rubbish."""
    for signature, sentence in _SIGNATURES:
        if content.startswith(signature):
            raise refusal(file, sentence)
    if content[4:8] == b"ftyp" or (content.startswith(b"RIFF") and content[8:12] == b"WEBP"):
        raise refusal(file, _PICTURE)
    if _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")[:200]):
        raise refusal(file, _WEB_PAGE)
    if content.startswith(b"PK"):
        with _open_archive(content, file) as archive:
            _check_is_workbook(archive, file)
        return "xlsx"
    if content.startswith(OLE_MAGIC):
        return _check_ole(content, file)
    return None


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _check_ole(content: bytes, file: str) -> Format:
    try:
        container = OleFile(content)
    except ValueError as error:
        raise refusal(file, DAMAGED) from error
    for telling, sentence in _OLE_STREAMS:
        if container.names & telling:
            raise refusal(file, sentence)
    if not container.names & {"Workbook", "Book"}:
        raise refusal(file, DAMAGED)
    # The macros of a workbook, or of a document embedded in it.
    if container.all_names & {"_VBA_PROJECT_CUR", "_VBA_PROJECT"}:
        raise refusal(file, MACRO)
    return "xls"


def _open_archive(content: bytes, file: str) -> zipfile.ZipFile:
    """Open a zip archive and refuse one that would unpack to too much, by its own table of contents."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except BAD_ZIP as error:
        raise refusal(file, DAMAGED) from error
    match zip_trouble(archive, MAX_UNPACKED, MAX_RATIO):
        case "parts":
            raise refusal(
                file,
                "Tệp có quá nhiều thành phần bên trong ({count}, giới hạn {limit}). "
                "Hãy chép số liệu sang biểu mẫu mới tải về rồi nộp.",
                count=len(archive.infolist()),
                limit=MAX_PARTS,
            )
        case "size":
            raise refusal(
                file,
                "Tệp bung ra lớn hơn {limit} MB. "
                "Hãy xóa các dòng, cột trống đã định dạng và hình ảnh, lưu lại rồi nộp.",
                limit=MAX_UNPACKED // MEBIBYTE,
            )
        case "locked":
            raise refusal(file, LOCKED)
        case "ratio":
            raise refusal(
                file,
                "Tệp nén bất thường: một thành phần bung ra gấp hơn {limit} lần. "
                "Hãy chép số liệu sang biểu mẫu mới tải về rồi nộp.",
                limit=MAX_RATIO,
            )
        case "packing":
            raise refusal(file, DAMAGED)
    return archive


def zip_trouble(archive: zipfile.ZipFile, max_unpacked: int, max_ratio: int) -> ZipTrouble | None:
    """Return why a zip archive must not be unpacked; ``None`` when it may be.

    Parameters
    ----------
    archive
        The archive, not yet read.
    max_unpacked
        Most bytes of all parts together.
    max_ratio
        Most times its packed size that a part over 1 MiB may unpack to.

    What is unpacked afterwards is held to the sizes that were judged here: :mod:`zipfile` reads no more of a part than
    its table of contents says, and then compares the checksum.
    """
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        return "parts"
    if sum(part.file_size for part in parts) > max_unpacked:
        return "size"
    for part in parts:
        if part.flag_bits & 1:
            return "locked"
        if part.file_size > MEBIBYTE and part.file_size > max_ratio * part.compress_size:
            return "ratio"
        if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            return "packing"
    return None


def _check_is_workbook(archive: zipfile.ZipFile, file: str) -> None:
    names = [_part_name(name).lower() for name in archive.namelist()]
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise refusal(file, MACRO)
    if "xl/workbook.bin" in names:
        raise refusal(file, _BINARY_WORKBOOK)
    if any(name.startswith("xl/") for name in names) and "[content_types].xml" in names:
        return
    for start, sentence in _OTHER_OFFICE:
        if any(name.startswith(start) for name in names):
            raise refusal(file, sentence)
    if "mimetype" in names and "content.xml" in names:
        raise refusal(file, _OPEN_DOCUMENT if _is_open_spreadsheet(archive) else _DOCUMENT)
    raise refusal(file, _ARCHIVE)


def _is_open_spreadsheet(archive: zipfile.ZipFile) -> bool:
    try:
        with archive.open("mimetype") as part:
            return b"spreadsheet" in part.read(100)
    except (KeyError, *BAD_ZIP):
        return False


def _part_name(name: str) -> str:
    """Return the name of a part as the standard has it; some programs write backslashes."""
    return name.replace("\\", "/")


def unpacked(content: bytes, file: str) -> io.BytesIO:
    """Return the zip archive of an ``.xlsx`` written anew, uncompressed.

    Every part is unpacked in pieces and checked against the size and checksum that the archive
    states, so that a false table of contents cannot unpack to more than it says. What comes out
    is safe for a library that reads parts whole.
    """
    target = io.BytesIO()
    with _open_archive(content, file) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as clean:
        parts = {_part_name(part.filename): part for part in source.infolist() if not part.is_dir()}
        try:
            for name, part in parts.items():
                with source.open(part) as packed, clean.open(name, "w") as plain:
                    shutil.copyfileobj(packed, plain, MEBIBYTE)
        except BAD_ZIP as error:
            raise refusal(file, DAMAGED) from error
    target.seek(0)
    return target
