"""Every Vietnamese text of the program has a sound English entry, and every entry is of use.

Texts are found in the source itself, not in what a test happens to draw: every string literal that
holds a Vietnamese letter, and every literal handed to a function or error that translates it.
"""

from __future__ import annotations

import ast
import csv
import inspect
import re
import string
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from babel.messages.pofile import read_po

import base.errors
import base.i18n
import service.index
from base.clock import Month, today
from base.errors import NtmError
from base.i18n import LANGUAGES, TRANSLATIONS, Translate, translate
from layers import registry
from layers.card import commune_card
from layers.registry import BUILDERS, facts_of
from layers.view import ViewState
from programme.province import provinces

ROOT: Final = Path(base.i18n.__file__).parent.parent
PACKAGES: Final = ("base", "programme", "geo", "store", "intake", "layers", "render", "service", "pages")
#: ``run.py`` is left out: it runs before any library is installed and says everything in both languages.
SCRIPTS: Final = ("app.py", "cli.py", "cli_boundaries.py", "jobs.py", "server.py", "terminal.py")

#: Functions whose first argument is a key: ``t(…)``, ``context.t(…)``, ``translate(…)``, ``pen.say(…)``.
TRANSLATING: Final = {"t", "translate", "say"}
ERRORS: Final = {
    name for name, kind in vars(base.errors).items() if inspect.isclass(kind) and issubclass(kind, NtmError)
}

#: Vietnamese literals that are no keys, by file, each group with its reason.
NOT_KEYS: Final[dict[str, dict[str, set[str]]]] = {
    "geo/spelling.py": {
        "words and syllables looked for in the names of places": {
            r"(xã|phường|thị trấn|đặc khu)\b[\s.:]*(?=\w)",
            r"(?:(x|p|f|ttr?|t\.t|t/t|đk)\s*[.:]\s*|(x|p|ttr?)\s+|(p|f)\s*(?=\d))(?=\w)",
            *("xã", "phường", "thị trấn", "đặc khu"),
            r"\b[dđ][aáăắâấ][kc]\b",
            r"\bng[oọ][kc]\b",
            *("đắk", "ngọk"),
            r"([aăâeêôơuư])(?=\1)|o(?=[oòóỏõọ])|[ưừứửữự](?=u)",
        },
    },
    "programme/units.py": {
        "compared with the district names of the data to shorten them": {
            "Huyện ",
            "Quận ",
            "Thành phố",
            "Thị xã",
            " (cũ)",
        },
    },
    "programme/village_rules.py": {
        "looked for in the measure of a target: what its villages are counted by": {"mỗi xã", "mỗi cấp"},
    },
    "render/sheet_map.py": {
        "compared with the unit names of the data to shorten them": {
            "^(xã|huyện|quận) ",
            r" \(cũ\)$",
            "^phường ",
            "^thị trấn ",
            "^thành phố ",
            "^thị xã ",
        },
    },
    "render/sheet.py": {
        "compared with a Vietnamese title so that its lines break between words": {
            *("NÔNG THÔN MỚI", "CHƯƠNG TRÌNH", "BIÊN GIỚI", "QUẢNG NGÃI", "QUẢNG NAM", "ĐÀ NẴNG"),
            *("MỤC TIÊU", "QUY HOẠCH", "KHU DÂN CƯ", "ĐẠT CHUẨN", "NÂNG CAO", "KIỂU MẪU"),
        },
    },
    "service/index.py": {
        "sent before a page can know the reader's language": {
            "<title>Bản đồ nông thôn mới</title>",
            service.index.NOT_FOUND,
            "Hãy bật JavaScript để xem bản đồ.",
        },
    },
}
#: F-strings that may be Vietnamese, by file and beginning, each with its reason.
F_STRINGS: Final = {
    ("cli.py", "Cổng "): "the same in English follows on the next line",
    ("server.py", "Bản đồ nông thôn mới: http://"): "the name of the program before its address",
}
#: Words that are right in both languages: spelt alike by chance, units of measure, names of files.
COMMON: Final = {
    *("in", "so", "to", "ha", "km", "km²", "csv", "pdf", "png", "svg", "xls", "xlsx", "web"),
    *("data", "documents", "programme", "units", "criteria", "sets", "postgresql", "psycopg", "yes"),
    *("crs", "dbf", "fgb", "geojson", "gpkg", "layer", "polygon", "prj", "shapefile", "shp", "shx", "towgs", "zip"),
}

WORD: Final = re.compile(r"[^\W\d_]+")


def is_vietnamese(text: str) -> bool:
    """Tell whether a text has a letter with a diacritic, or đ."""
    return any(letter in "đĐ" or unicodedata.combining(letter) for letter in unicodedata.normalize("NFD", text))


def source_files() -> list[Path]:
    return sorted([ROOT / name for name in SCRIPTS] + [p for name in PACKAGES for p in (ROOT / name).rglob("*.py")])


def docstrings(tree: ast.AST) -> set[ast.AST]:
    return {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def fixed_parts(tree: ast.AST) -> dict[ast.AST, str]:
    """Return the fixed parts of every f-string, each with the first part of its f-string."""
    found: dict[ast.AST, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part for part in node.values if isinstance(part, ast.Constant)]
            found |= {part: str(parts[0].value) for part in parts}
    return found


def called(node: ast.Call) -> str:
    """Return the last name of what is called: ``t`` of ``context.t(…)`` and of ``translator(lang)(…)``."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="translator")):
            return "t"
    return ""


def key_argument(node: ast.Call) -> ast.expr | None:
    """Return the argument of a call that is a key."""
    name = called(node)
    if name == "Fault":
        by_name = [keyword.value for keyword in node.keywords if keyword.arg == "message"]
        return next(iter(node.args[3:4] + by_name), None)
    if name in TRANSLATING | ERRORS:
        return next(iter(node.args), None)
    return None


def literals(node: ast.expr | None) -> Iterator[str]:
    """Yield the literal of an argument, or both of ``a if condition else b``."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from literals(body)
            yield from literals(orelse)


def texts_of(tree: ast.AST) -> set[str]:
    skipped = docstrings(tree) | set(fixed_parts(tree))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in skipped and isinstance(node.value, str):
            found |= {node.value} if is_vietnamese(node.value) else set()
        elif isinstance(node, ast.Call):
            found |= set(literals(key_argument(node)))
    return found


@cache
def texts_by_file() -> dict[str, set[str]]:
    """Return the Vietnamese texts of every source file, by its path from the checkout."""
    files = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in source_files()}
    return {name: found for name, source in files.items() if (found := texts_of(ast.parse(source)))}


def not_keys(file: str) -> set[str]:
    return set().union(*NOT_KEYS.get(file, {}).values())


def data_words() -> set[str]:
    """Return the words of the data that the program translates: kinds of units, and countries."""
    words: set[str] = set()
    folder = ROOT / "data" / "programme"
    for name, columns in {"units.csv": ("kind", "border"), "successions.csv": ("successor_kind",)}.items():
        with (folder / name).open(encoding="utf-8", newline="") as file:
            words |= {word for row in csv.DictReader(file) for column in columns for word in row[column].split("|")}
    return words - {""}


def keys() -> dict[str, str]:
    """Return every key with the file it stands in."""
    found = dict.fromkeys(data_words(), "data/programme")
    return found | {text: file for file, texts in texts_by_file().items() for text in texts - not_keys(file)}


@cache
def entries() -> dict[str, str]:
    with (TRANSLATIONS / "en" / "ntm.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, locale="en") if entry.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def words_of(text: str) -> set[str]:
    """Return the words of a text; placeholders and options of the terminal are none."""
    return set(WORD.findall(re.sub(r"\{.*?\}|--[a-z-]+(=\S+)?", " ", text)))


def test_every_text_is_translated() -> None:
    missing = {text: file for text, file in keys().items() if not entries().get(text)}
    assert not missing


def test_every_entry_is_used() -> None:
    assert sorted(set(entries()) - set(keys())) == []


def test_every_exception_is_still_in_its_file() -> None:
    stale = {file: gone for file in NOT_KEYS if (gone := not_keys(file) - texts_by_file().get(file, set()))}
    assert not stale


def test_no_vietnamese_inside_an_f_string() -> None:
    """What is put together in the code cannot be a key."""
    glued = [
        (name, part.value)
        for path in source_files()
        for name in [path.relative_to(ROOT).as_posix()]
        for part, first in fixed_parts(ast.parse(path.read_text("utf-8"))).items()
        if isinstance(part, ast.Constant) and is_vietnamese(str(part.value)) and (name, first) not in F_STRINGS
    ]
    assert glued == []


@pytest.mark.parametrize(("key", "english"), entries().items())
def test_entry_is_sound(key: str, english: str) -> None:
    assert placeholders(english) == placeholders(key)
    assert unicodedata.is_normalized("NFC", key)
    assert unicodedata.is_normalized("NFC", english)
    # Some texts are put behind others: a space at the end belongs to the text.
    assert english.startswith(" ") == key.startswith(" ")
    assert english.endswith(" ") == key.endswith(" ")


@cache
def place_words() -> set[str]:
    units = [unit for key in provinces() for unit in facts_of(key).units.values()]
    return set().union(*(words_of(unit.name) for unit in units))


@cache
def plain_vietnamese_words() -> set[str]:
    """Return the words of the keys that have no diacritics, such as ``theo``."""
    words = set().union(*map(words_of, entries()))
    return {word for word in words if word.islower() and len(word) > 1 and not is_vietnamese(word)} - COMMON


@pytest.mark.parametrize("english", entries().values())
def test_english_is_english(english: str) -> None:
    """Diacritics are for names of places only, and no other word of a Vietnamese key is left over."""
    assert {word for word in words_of(english) if is_vietnamese(word)} <= place_words()
    assert not words_of(english) & plain_vietnamese_words()


def test_a_text_is_never_lost() -> None:
    known, unknown = "Cần chỉ đạo", "Không có mục này: {what}"
    assert translate(known, "vi") == known
    assert translate(known, "en") == "Needs direction"
    assert translate(known, "lo") == known
    assert translate(unknown, "en", what="x") == "Không có mục này: x"


def test_catalogue_says_what_it_is() -> None:
    with (TRANSLATIONS / "en" / "ntm.po").open("rb") as file:
        head = read_po(file)
    assert str(head.locale) == "en"
    assert head.charset.lower() == "utf-8"


def test_interface_words_have_both_languages() -> None:
    words = tomllib.loads((ROOT / "render" / "screen" / "text.toml").read_text("utf-8"))
    for key, text in words.items():
        assert set(text) == set(LANGUAGES), key
        assert all(text.values()), key
        assert placeholders(text["vi"]) == placeholders(text["en"]), key


@pytest.mark.parametrize("layer", BUILDERS)
def test_no_word_is_missed_while_a_layer_is_made(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that come out of a variable are translated, too."""
    asked: set[str] = set()

    def listening(lang: str) -> Translate:
        def into(text: str, **params: object) -> str:
            asked.add(text)
            return translate(text, lang, **params)

        return into

    monkeypatch.setattr("layers.context.translator", listening)
    for period in ("2018-12", "2021-12", "2022-12", "2023-12", "2024-12", "2025-06"):
        # Not compute(): what it has made before would ask for nothing.
        state = ViewState(layer=layer, lang="en", period=Month.parse(period))
        context = registry._context.__wrapped__(state, facts_of("kontum"), today())
        BUILDERS[layer](context)
        for code in context.units:
            commune_card(context, code, "unknown")
    assert len(asked) > 50
    assert {text for text in asked if is_vietnamese(text)} <= set(entries())
