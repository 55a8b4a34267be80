"""How a place name is written: what people and programs change in it, and the keys under which spellings are one.

Every key forgives more than the one before it. The loosest also forgives how names of the Central Highlands are put
into letters: k or c (Ngọk, Ngọc), i or y (Ia, Ya), one vowel or two (Krông, Kroong), a blank, a last h.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

#: How a match was found, strongest first; a place in this list is a rank.
STAGES: Final = ("code", "exact", "tone", "apostrophe", "d-stroke", "prefix", "abbreviation", "fold", "alias")
CODE, EXACT, TONE, APOSTROPHE, STROKE, PREFIX, ABBREVIATION, FOLD, ALIAS = range(len(STAGES))

#: Đ and đ, and the Icelandic letters that old files have in their place: they have no diacritic to take off.
_LETTER_D: Final = dict.fromkeys((0x110, 0x111, 0xD0, 0xF0, 0x189, 0x256), "d")
#: The small letters that only look like đ, in place of it.
_LIKE_D: Final = dict.fromkeys((0xF0, 0x256), chr(0x111))
#: Dashes of every length.
_DASH: Final = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
_APOSTROPHES: Final = re.compile(r"['’‘ʼʹ`´′]")
_TONES: Final = frozenset(map(chr, (0x300, 0x309, 0x303, 0x301, 0x323)))
#: Words that say what a unit is, as they are written out, shortened, and without diacritics.
_KIND: Final = re.compile(r"(xã|phường|thị trấn|đặc khu)\b[\s.:]*(?=\w)", re.IGNORECASE)
_SHORT_KIND: Final = re.compile(
    r"(?:(x|p|f|ttr?|t\.t|t/t|đk)\s*[.:]\s*|(x|p|ttr?)\s+|(p|f)\s*(?=\d))(?=\w)", re.IGNORECASE
)
_FOLDED_KIND: Final = re.compile(r"(xa|phuong|thi tran|dac khu)\b[\s.:]*(?=\w)")
_KINDS: Final = ("xã", "phường", "thị trấn", "đặc khu")
#: Syllables of Highlands names that every office spells its own way, and the one spelling they count as.
_HIGHLANDS: Final = (
    (re.compile(r"\b[dđ][aáăắâấ][kc]\b"), "đắk"),
    (re.compile(r"\bng[oọ][kc]\b"), "ngọk"),
)
#: "la Dom" with a small L, or "1a Dom", for "Ia Dom".
_FALSE_I: Final = re.compile(r"(?<!\w)[lL1|](?=[aA]\s+\w)")
#: The first of two vowels that make a long one (Kroong, Loỏng, Bha Lêê), or that are alike without marks (Lưu).
_DOUBLE_VOWEL: Final = re.compile(r"([aăâeêôơuư])(?=\1)|o(?=[oòóỏõọ])|[ưừứửữự](?=u)")
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_LEADING_ZERO: Final = re.compile(r"\b0+(?=\d)")


def folded(text: str) -> str:
    """Return a text without case, diacritics, apostrophes and extra blanks, to compare what people type.

    Đ in all its forms becomes d, every dash a hyphen: ``Hoà Bình``, ``Hòa Bình`` and ``HOA BINH`` are the same.
    """
    plain = unicodedata.normalize("NFD", text.translate(_LETTER_D | _DASH).lower())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"['’ʼ`´]", "", letters).replace("_", " ").split())


def tidy(text: str) -> str:
    """Return a text in NFC with single blanks, plain dashes and nothing invisible in it."""
    visible = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cf", "Cc"} or letter.isspace())
    return " ".join(unicodedata.normalize("NFC", visible).translate(_DASH).replace("_", " ").split())


def bare(text: str) -> str:
    """Return a tidy name without the written-out word that says what the unit is: ``Đăk Pék`` of ``Xã Đăk Pék``."""
    return _KIND.sub("", tidy(text), count=1) if _KIND.match(tidy(text)) else tidy(text)


@dataclass(frozen=True, slots=True)
class Spelling:
    """The keys of one name; two names with an equal key are the same as far as that key can tell.

    Attributes
    ----------
    exact
        Any case, composed or decomposed Unicode, any blanks.
    tone
        Also with the tone mark on either vowel: ``hoà``, ``hòa``.
    apostrophe
        Also with any apostrophe or none, and the parts joined or not: ``H'Drai``, ``H’ Drai``, ``HDrai``.
    stroke
        Also with a letter that only looks like đ.
    skeleton
        Also without diacritics and with the variants named above; the loosest key, and part of every match.
    """

    exact: str
    tone: str
    apostrophe: str
    stroke: str
    skeleton: str

    def rank(self, other: Spelling) -> int:
        """Return the stage at which the two are one; they must have the same skeleton."""
        for rank, name in ((EXACT, "exact"), (TONE, "tone"), (APOSTROPHE, "apostrophe"), (STROKE, "stroke")):
            if getattr(self, name) == getattr(other, name):
                return rank
        return FOLD


@lru_cache(maxsize=1 << 16)
def spelling(name: str) -> Spelling:
    """Return the keys of a name, which is taken as it stands: with "xã" when it has it."""
    exact = tidy(name).casefold()
    tone = " ".join(_tones_last(word) for word in exact.split(" "))
    apostrophe = re.sub(r"[\s-]", "", _APOSTROPHES.sub("", tone))
    return Spelling(exact, tone, apostrophe, apostrophe.translate(_LIKE_D), _skeleton(name))


def settled(name: str) -> str:
    """Return the key under which an official name is known again in a file of any age, diacritics and all.

    As :attr:`Spelling.stroke`, without "xã" and with Đăk for Đắk, Đak and Đắc, Ngọk for Ngọc and Ngok.
    """
    return spelling(_highlands(bare(name).casefold())).stroke


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a written name.

    Attributes
    ----------
    text
        The name itself.
    floor
        The strongest stage a match by this reading can have.
    kind
        What the words before the name say it is: ``xã``; empty when they say nothing.
    """

    text: str
    floor: int
    kind: str


@lru_cache(maxsize=1 << 16)
def readings(name: str) -> tuple[Reading, ...]:
    """Return the ways to read a name, the nearest to the letters first."""
    return tuple({reading.text: reading for reading in reversed(list(_readings(tidy(name))))}.values())[::-1]


def _readings(text: str) -> Iterator[Reading]:
    found = [Reading(text, EXACT, "")]
    if full := _KIND.match(text):
        found.append(Reading(text[full.end() :], PREFIX, full[1].lower()))
    if short := _SHORT_KIND.match(text):
        letter = next(filter(None, short.groups())).lower()
        kind = (
            _KINDS[2] if letter[0] == "t" else {"x": _KINDS[0], "p": _KINDS[1], "f": _KINDS[1]}.get(letter, _KINDS[3])
        )
        found.append(Reading(text[short.end() :], ABBREVIATION, kind))
    found += [
        Reading(_LEADING_ZERO.sub("", reading.text), max(reading.floor, ABBREVIATION), reading.kind)
        for reading in found
    ]
    plain = folded(text)
    if typed := _FOLDED_KIND.match(plain):
        meant = next(word for word in _KINDS if folded(word) == typed[1])
        found.append(Reading(plain[typed.end() :], FOLD, meant))
    yield from found
    yield from (Reading(_FALSE_I.sub("I", reading.text), FOLD, reading.kind) for reading in found)


def could_be(written: str, official: str) -> bool:
    """Tell whether ``written`` may be ``official`` with some of its diacritics lost, or as another office spells it.

    ``Trà Don`` may be ``Trà Dơn``, and ``Đăk Long`` may be ``Đắk Long``; ``Tân Lấp`` cannot be ``Tân Lập``.
    Both must have the same skeleton. Names of different letters may always be one: only their spelling differs.
    """
    left, right = (_marks(_highlands(tidy(name).casefold().translate(_LIKE_D))) for name in (written, official))
    if [letters for letters, _, _ in left] != [letters for letters, _, _ in right]:
        return True
    return all(
        tones <= more_tones and all(mark <= more for mark, more in zip(marks, more_marks, strict=True))
        for (_, tones, marks), (_, more_tones, more_marks) in zip(left, right, strict=True)
    )


def _marks(name: str) -> list[tuple[str, frozenset[str], list[frozenset[str]]]]:
    """Return of every word its plain letters, its tones, and the other marks of each letter."""
    found = []
    for word in _APOSTROPHES.sub("", name).split():
        letters: list[str] = []
        tones: set[str] = set()
        marks: list[set[str]] = []
        for part in unicodedata.normalize("NFD", word):
            if part in _TONES:
                tones.add(part)
            elif unicodedata.combining(part) and marks:
                marks[-1].add(part)
            else:
                letters.append("d" if part == chr(0x111) else part)
                marks.append({part} if part == chr(0x111) else set())
        found.append(("".join(letters), frozenset(tones), [frozenset(mark) for mark in marks]))
    return found


def _highlands(name: str) -> str:
    """Return a small-letter name with its Highlands syllables in one spelling."""
    composed = unicodedata.normalize("NFC", name).translate(_LIKE_D)
    for pattern, one in _HIGHLANDS:
        composed = pattern.sub(one, composed)
    return composed


def _tones_last(word: str) -> str:
    """Return a word with its tone marks at its end: hoà and hòa are the same then."""
    parts = unicodedata.normalize("NFD", word)
    letters = "".join(part for part in parts if part not in _TONES)
    return unicodedata.normalize("NFC", letters) + "".join(part for part in parts if part in _TONES)


def _skeleton(name: str) -> str:
    single = _DOUBLE_VOWEL.sub("", _APOSTROPHES.sub("", tidy(name)).lower())
    words = re.findall(r"[^\W_]+", folded(single))
    if len(words) > 1:
        words[-1] = _ROMAN.get(words[-1], words[-1])
    return "".join(_plain_word(word) for word in words)


def _plain_word(word: str) -> str:
    """Return a folded word with k for c, i for y, and no h after the last vowel."""
    found = re.sub(r"c(?!h)", "k", word.replace("y", "i"))
    return re.sub(r"(?<=[aeiou])h$", "", _LEADING_ZERO.sub("", found))
