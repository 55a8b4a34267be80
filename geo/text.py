"""Vietnamese text from the field: five encodings, told apart by the names that the text must hold.

A survey file says what its bytes are by the font it was typed in, and the font does not travel with the file. So every
encoding is tried and the one under which the texts become official names is taken, never a guess from bytes alone.

Sources of the tables: TCVN3 ("ABC", the fonts .VnTime and .VnArial) is the third set of TCVN 5712:1993; it has the
accented letters in lower case and seven capitals without tone, other capitals are lower case set in a capital font
(.VnTimeH). VNI-Windows is the layout that VNI Software published with its fonts. Both were compared with public
converters; the first also with the TCVN5712-1 that GNU libc ships. Windows-1258 is in Python.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, Literal, get_args

from base.errors import NtmError
from geo.spelling import bare, settled

Encoding = Literal["utf-8", "utf-8-as-latin-1", "cp1258", "tcvn3", "vni"]
#: In the order in which equal fits are named.
ENCODINGS: Final[tuple[Encoding, ...]] = get_args(Encoding)

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = TONES = tuple(map(chr, (0x300, 0x309, 0x303, 0x301, 0x323)))
_CIRCUMFLEX, _BREVE, _HORN = map(chr, (0x302, 0x306, 0x31B))
_SMALL_D, _CAPITAL_D = map(chr, (0x111, 0x110))

#: TCVN3, a vowel a row: its bytes with huyền, hỏi, ngã, sắc, nặng; before them the vowel itself when it has a mark.
_TCVN3_VOWELS: Final = {
    "a": "B5 B6 B7 B8 B9",
    f"a{_BREVE}": "A8 BB BC BD BE C6",
    f"a{_CIRCUMFLEX}": "A9 C7 C8 C9 CA CB",
    "e": "CC CE CF D0 D1",
    f"e{_CIRCUMFLEX}": "AA D2 D3 D4 D5 D6",
    "i": "D7 D8 DC DD DE",
    "o": "DF E1 E2 E3 E4",
    f"o{_CIRCUMFLEX}": "AB E5 E6 E7 E8 E9",
    f"o{_HORN}": "AC EA EB EC ED EE",
    "u": "EF F1 F2 F3 F4",
    f"u{_HORN}": "AD F5 F6 F7 F8 F9",
    "y": "FA FB FC FD FE",
}
_TCVN3_CAPITALS: Final = {
    f"A{_BREVE}": "A1",
    f"A{_CIRCUMFLEX}": "A2",
    f"E{_CIRCUMFLEX}": "A3",
    f"O{_CIRCUMFLEX}": "A4",
    f"O{_HORN}": "A5",
    f"U{_HORN}": "A6",
    _CAPITAL_D: "A7",
}
#: VNI-Windows: the byte after a vowel without a mark, in the order of ``TONES``; the same after its ơ and ư.
_VNI_PLAIN: Final = "F8 FB F5 F9 EF"
#: The byte that stands for circumflex or breve, then those for circumflex or breve together with each tone.
_VNI_MARKED: Final = {_CIRCUMFLEX: "E2 E0 E5 E3 E1 E4", _BREVE: "EA E8 FA FC E9 EB"}
#: Letters of one byte. A capital is the byte 0x20 below the small letter's, in every row.
_VNI_SINGLE: Final = {
    _SMALL_D: "F1",
    f"o{_HORN}": "F4",
    f"u{_HORN}": "F6",
    **{f"i{tone}": byte for tone, byte in zip(TONES, ("EC", "E6", "F3", "ED", "F2"), strict=True)},
    f"y{_DOT}": "EE",
}
#: Punctuation that Windows fonts of every kind have at the same place: … ‘ ’ “ ” – — and the blank that does not break.
_PUNCTUATION: Final = {byte: bytes([byte]).decode("cp1252") for byte in bytes.fromhex("85 91 92 93 94 96 97 A0")}
_LAST_LATIN_1: Final = 0xFF

#: A fit is sure from this share of names on, with at least so many names, and with any other at most half as good.
_SURE_SHARE: Final = 0.3
_SURE_NAMES: Final = 2


class TextError(NtmError):
    """Bytes are not of the encoding they were taken for, or a letter has no place in an encoding."""


@dataclass(frozen=True, slots=True)
class EncodingFit:
    """How well texts fit one encoding.

    Attributes
    ----------
    encoding
        The encoding tried.
    share
        0 to 1: of ``names``, how many are official names then.
    names
        How many different texts were judged: those with a byte above 127, or all when there is none.
    undecodable
        How many different texts have bytes that the encoding does not know.
    letters
        How many letters beyond ASCII came out; 0 says that the texts are plain ASCII and any encoding fits.
    """

    encoding: Encoding
    share: float
    names: int
    undecodable: int
    letters: int


@cache
def _tcvn3() -> Mapping[int, str]:
    """Return the letter of every byte."""
    table = {byte: chr(byte) for byte in range(128)} | _PUNCTUATION
    for vowel, row in _TCVN3_VOWELS.items():
        letters = [vowel + tone for tone in TONES]
        table |= zip(bytes.fromhex(row), letters if len(vowel) == 1 else [vowel, *letters], strict=True)
    table |= {bytes.fromhex(byte)[0]: letter for letter, byte in _TCVN3_CAPITALS.items()}
    table[0xAE] = _SMALL_D
    return MappingProxyType({byte: unicodedata.normalize("NFC", letter) for byte, letter in table.items()})


@cache
def _vni() -> Mapping[bytes, str]:
    """Return the letter of every byte sequence, one or two bytes long, with a byte above 127."""
    table = {bytes.fromhex(byte): letter for letter, byte in _VNI_SINGLE.items()}
    for tone, byte in zip(TONES, bytes.fromhex(_VNI_PLAIN), strict=True):
        table |= {bytes([ord(vowel), byte]): vowel + tone for vowel in "aeouy" if (vowel, tone) != ("y", _DOT)}
        table |= {bytes([vowel, byte]): f"{letter}{_HORN}{tone}" for vowel, letter in ((0xF4, "o"), (0xF6, "u"))}
    for mark, row in _VNI_MARKED.items():
        for tone, byte in zip(("", *TONES), bytes.fromhex(row), strict=True):
            vowels = "a" if mark == _BREVE else "aeo"
            table |= {bytes([ord(vowel), byte]): vowel + mark + tone for vowel in vowels}
    capitals = {bytes(byte - 0x20 for byte in code): letter.upper() for code, letter in table.items()}
    # A capital vowel is also found before the small form of its mark.
    mixed = {code[:1] + bytes([code[1] + 0x20]): letter for code, letter in capitals.items() if len(code) > 1}
    marks = {bytes([byte]): letter for byte, letter in _PUNCTUATION.items()}
    found = marks | mixed | capitals | table
    return MappingProxyType({code: unicodedata.normalize("NFC", letter) for code, letter in found.items()})


def as_bytes(text: str) -> bytes | None:
    r"""Return the bytes of a text that was read as Latin-1 or Windows-1252, whatever they truly mean.

    ``None`` when a letter is in neither: then the text is Unicode in earnest. ``B¶o Th¾ng`` and ``Ä\x90áº¯k`` give the
    bytes that stood in the file. Latin-1 goes first, so the bytes that Windows-1252 leaves open come back too.
    """
    found = bytearray()
    for letter in text:
        if ord(letter) <= _LAST_LATIN_1:
            found.append(ord(letter))
            continue
        try:
            found += letter.encode("cp1252")
        except UnicodeEncodeError:
            return None
    return bytes(found)


def decode(raw: bytes, encoding: Encoding) -> str:
    """Return the text of ``raw`` in Unicode NFC.

    ``utf-8-as-latin-1`` is UTF-8 that something took for Latin-1 or Windows-1252 and wrote as UTF-8 once more.
    Capitals that TCVN3 left to the font come out in lower case (:func:`restore_case`).

    Raises
    ------
    TextError
        The bytes are not of the encoding.
    """
    try:
        match encoding:
            case "tcvn3":
                text = "".join(_tcvn3()[byte] for byte in raw)
            case "vni":
                text = _from_vni(raw)
            case "cp1258":
                text = raw.decode("cp1258")
            case "utf-8":
                text = raw.decode("utf-8")
            case "utf-8-as-latin-1":
                text = _twice_decoded(raw)
    except (KeyError, UnicodeError):
        raise TextError(
            "Chữ “{sample}” không đúng bảng mã {encoding}. Hãy chọn bảng mã khác.",
            encoding=encoding,
            sample=raw[:40].decode("latin-1"),
        ) from None
    return unicodedata.normalize("NFC", text)


def _twice_decoded(raw: bytes) -> str:
    inner = as_bytes(raw.decode("utf-8"))
    if inner is None:
        raise UnicodeError  # Unicode in earnest: nothing was decoded twice
    return inner.decode("utf-8")


def _from_vni(raw: bytes) -> str:
    table, letters, at = _vni(), [], 0
    while at < len(raw):
        size = next((size for size in (2, 1) if raw[at : at + size] in table and at + size <= len(raw)), 0)
        letters.append(table[raw[at : at + size]] if size else raw[at : at + 1].decode("ascii"))
        at += size or 1
    return "".join(letters)


def encode(text: str, encoding: Encoding) -> bytes:
    """Return the bytes of ``text``; TCVN3 loses the upper case of accented letters.

    Raises
    ------
    TextError
        The encoding has no place for a letter.
    """
    composed = unicodedata.normalize("NFC", text)
    match encoding:
        case "utf-8":
            return composed.encode()
        case "utf-8-as-latin-1":
            return composed.encode().decode("latin-1").encode()
        case "tcvn3" | "vni" | "cp1258":
            return b"".join(_bytes_of(letter, encoding) for letter in composed)


@cache
def _codes(encoding: Literal["tcvn3", "vni"]) -> Mapping[str, bytes]:
    if encoding == "vni":
        return {letter: code for code, letter in _vni().items()}
    codes = {letter: bytes([byte]) for byte, letter in _tcvn3().items()}
    return {letter.upper(): code for letter, code in codes.items()} | codes


@cache
def _bytes_of(letter: str, encoding: Literal["tcvn3", "vni", "cp1258"]) -> bytes:
    if letter.isascii():
        return letter.encode()
    if encoding != "cp1258":
        found = _codes(encoding).get(letter)
    else:
        # A letter that the code page has not, it writes as a vowel and a tone behind it.
        parts = unicodedata.normalize("NFD", letter)
        vowel = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        split = vowel + "".join(part for part in parts if part in TONES)
        found = letter.encode("cp1258", "ignore") or split.encode("cp1258", "ignore")
    if not found:
        raise TextError("Bảng mã {encoding} không có chữ “{letter}”.", encoding=encoding, letter=letter)
    return found


def fits(texts: Sequence[bytes], official: Collection[str]) -> list[EncodingFit]:
    """Return how well ``texts`` become ``official`` names under every encoding, best first.

    Names count as the same without their kind ("xã"), with tone marks at either place, with any apostrophe and in
    any case, and with the spellings Đăk/Đắk and Ngọk/Ngọc: a file with old spellings still shows its encoding.
    """
    known = {settled(name) for name in official} - {""}
    distinct = sorted({text for text in texts if text.strip()})
    judged = [text for text in distinct if not text.isascii()] or distinct
    found = [_fit(judged, known, encoding) for encoding in ENCODINGS]
    return sorted(found, key=lambda fit: (-fit.share, fit.undecodable))


def _fit(texts: Sequence[bytes], known: Collection[str], encoding: Encoding) -> EncodingFit:
    hits = undecodable = letters = 0
    for raw in texts:
        try:
            text = decode(raw, encoding)
        except TextError:
            undecodable += 1
            continue
        hits += settled(text) in known
        letters += sum(letter.isalpha() and not letter.isascii() for letter in text)
    return EncodingFit(encoding, hits / len(texts) if texts else 0.0, len(texts), undecodable, letters)


def surest(found: Sequence[EncodingFit]) -> EncodingFit | None:
    """Return the fit that is beyond doubt, or ``None``: then a person must say the encoding.

    Plain ASCII is UTF-8 for sure. Else the best needs two official names, three names in ten, and twice as many as
    the next; a file that mixes two encodings is thereby in doubt, and so is one of another province.
    """
    if not any(fit.letters or fit.undecodable for fit in found):
        return next((fit for fit in found if fit.encoding == "utf-8"), None)
    best, *others = sorted(found, key=lambda fit: -fit.share)
    enough = best.share >= _SURE_SHARE and round(best.share * best.names) >= _SURE_NAMES
    return best if enough and all(fit.share <= best.share / 2 for fit in others) else None


def restore_case(text: str, official_names: Collection[str]) -> str:
    """Return ``text`` with the capitals that TCVN3 left to the font, taken from the official name it is.

    ``đăk pék`` and ``Xã đăk Pék`` become ``Đăk Pék`` and ``Xã Đăk Pék``; a text typed all in capitals becomes capitals
    throughout. A text that is no official name stays as it is.
    """
    return _restored(text, _by_key(frozenset(official_names)))


@lru_cache(maxsize=8)
def _by_key(names: frozenset[str]) -> Mapping[str, str]:
    return {settled(name): unicodedata.normalize("NFC", bare(name)) for name in sorted(names)}


def _restored(text: str, official: Mapping[str, str]) -> str:
    composed = unicodedata.normalize("NFC", text)
    name = bare(composed)
    model = official.get(settled(name), "")
    if len(model) != len(name) or not name or name not in composed:
        return text
    pairs = list(zip(name, model, strict=True))
    at = composed.rindex(name)
    head, tail = composed[:at], composed[at + len(name) :]
    raised = any(letter.isupper() and like.islower() for letter, like in pairs)
    if raised and not any(letter.isascii() and letter.islower() for letter in name):
        return head.upper() + name.upper() + tail
    return head + "".join(letter.upper() if like.isupper() else letter for letter, like in pairs) + tail
