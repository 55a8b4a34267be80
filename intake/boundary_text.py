"""The texts of a boundary file, in the encoding that the official names prove or a person says."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

from base.errors import DataError, Fault, StateError
from geo.spelling import settled
from geo.text import ENCODINGS, Encoding, EncodingFit, TextError, decode, fits, restore_case, surest
from intake.boundary_asked import BoundaryRefusedError
from intake.boundary_file import FieldFile

#: A column in which fewer names are official says nothing of the encoding.
_TELLING: Final = 0.3

_UNSURE: Final = (
    "Không chắc bảng mã chữ của tệp: chữ không thành tên trong danh mục theo một bảng mã duy nhất. "
    "Hãy chọn bảng mã theo các gợi ý dưới đây (dòng lệnh: --encoding) rồi nạp lại."
)
_FIT: Final = "Gợi ý {rank}: {encoding}: {share} % số tên có trong danh mục; ví dụ “{sample}”."
_UNREADABLE: Final = "{encoding}: {share} % số tên có trong danh mục, {count} tên không đọc được."
_LEFT: Final = "{count} ô chữ không đọc được theo bảng mã {encoding} nên giữ nguyên (ví dụ cột “{column}”)."
_ALREADY: Final = "Chữ trong tệp đã là Unicode nên không cần chọn bảng mã."


@dataclass(frozen=True, slots=True)
class EncodingFinding:
    """The encoding of a file's text and how it was found.

    Attributes
    ----------
    encoding
        The encoding used.
    how
        ``file``: the format says it; ``names``: the official names prove it; ``chosen``: a person said it.
    fit
        How well the official names fit; ``None`` when nothing had to be told apart.
    runner_up
        The next best; ``None`` as above.
    """

    encoding: Encoding
    how: Literal["file", "names", "chosen"]
    fit: EncodingFit | None = None
    runner_up: EncodingFit | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """Every column of a file as texts, one for each feature; numbers as they are written, nothing as ``""``."""

    columns: Mapping[str, Sequence[str]]
    encoding: EncodingFinding
    notes: tuple[Fault, ...] = ()


def texts_of(field: FieldFile, names: Collection[str], chosen: str = "") -> Texts:
    """Return the texts of a file.

    Parameters
    ----------
    field
        The file as it stands.
    names
        Official names, by which the encoding is told.
    chosen
        Encoding that a person says; empty when nobody has.

    Raises
    ------
    StateError
        ``chosen`` is no encoding.
    BoundaryRefusedError
        The names do not tell the encoding; the faults are the candidates with their fit.
    DataError
        The text is not of the chosen encoding.
    """
    if chosen and chosen not in ENCODINGS:
        raise StateError("Không có bảng mã “{encoding}”. Chọn: {known}.", encoding=chosen, known=", ".join(ENCODINGS))
    plain = {
        str(name): [_text(value) for value in field.frame[name]]
        for name in field.frame.columns
        if name != field.frame.geometry.name
    }
    if not field.raw_texts:
        notes = (Fault(field.name, None, None, _ALREADY),) if chosen else ()
        return Texts(plain, EncodingFinding("utf-8", "file"), notes)
    if not chosen and _stands(field, field.raw_texts, plain, names):
        return Texts(plain, EncodingFinding("utf-8", "file"))
    finding = _finding(field, field.raw_texts, names, cast("Encoding", chosen))
    left: list[str] = []
    columns = dict(plain)
    for name, raw in field.raw_texts.items():
        columns[name] = list(_decoded(raw, plain[name], finding.encoding, names, left, name))
    params = (("count", len(left)), ("encoding", finding.encoding), ("column", left[0] if left else ""))
    return Texts(columns, finding, (Fault(field.name, None, None, _LEFT, params),) if left else ())


def _stands(
    field: FieldFile, raw: Mapping[str, Sequence[bytes]], plain: Mapping[str, Sequence[str]], names: Collection[str]
) -> bool:
    """Tell whether texts that look like bytes taken for Latin-1 are Unicode after all: no encoding gives more names.

    Only where the format says that its text is Unicode; a shapefile says nothing that could be relied on.
    """
    if field.format == "shapefile":
        return False
    known = {settled(name) for name in names} - {""}
    texts = {text for name in raw for text in plain[name] if not text.isascii()}
    as_read = sum(settled(text) in known for text in texts) / len(texts) if texts else 1.0
    return as_read >= fits([text for column in raw.values() for text in column], names)[0].share


def _finding(
    field: FieldFile, raw: Mapping[str, Sequence[bytes]], names: Collection[str], chosen: Encoding | Literal[""]
) -> EncodingFinding:
    by_column = [fits(column, names) for column in raw.values()]
    telling = [column for column, found in zip(raw.values(), by_column, strict=True) if found[0].share >= _TELLING]
    judged = [text for column in telling or raw.values() for text in column]
    found = fits(judged, names)
    best = surest(found)
    if chosen:
        fit = next(one for one in found if one.encoding == chosen)
        if fit.undecodable:
            _refuse_undecodable(field, judged, chosen)
        return EncodingFinding(chosen, "chosen", fit, next(one for one in found if one is not fit))
    if best is None:
        raise BoundaryRefusedError(list(_candidates(field, judged, found)), fits=found)
    return EncodingFinding(best.encoding, "names", best, next(one for one in found if one is not best))


def _refuse_undecodable(field: FieldFile, texts: Sequence[bytes], encoding: Encoding) -> None:
    for raw in texts:
        try:
            decode(raw, encoding)
        except TextError as error:
            params = tuple(error.params.items())
            raise DataError([Fault(field.name, None, None, error.message, params)]) from None


def _candidates(field: FieldFile, texts: Sequence[bytes], found: Sequence[EncodingFit]) -> Iterator[Fault]:
    yield Fault(field.name, None, None, _UNSURE)
    telling = next((text for text in texts if not text.isascii()), b"")
    for rank, fit in enumerate(found, 1):
        encoding, share = ("encoding", fit.encoding), ("share", round(fit.share * 100))
        try:
            sample = decode(telling, fit.encoding)
        except TextError:
            yield Fault(field.name, None, None, _UNREADABLE, (encoding, share, ("count", fit.undecodable)))
        else:
            yield Fault(field.name, None, None, _FIT, (("rank", rank), encoding, share, ("sample", sample)))


def _decoded(  # noqa: PLR0913, PLR0917 - one column and all it is read with
    raw: Sequence[bytes],
    as_read: Sequence[str],
    encoding: Encoding,
    names: Collection[str],
    left: list[str],
    column: str,
) -> Iterator[str]:
    for text, letters in zip(raw, as_read, strict=True):
        try:
            found = decode(text, encoding)
        except TextError:
            left.append(column)
            yield letters
        else:
            yield restore_case(found, names) if encoding == "tcvn3" else found


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
