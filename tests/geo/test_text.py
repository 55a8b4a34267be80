"""Every Vietnamese letter goes into the old encodings and comes back, and names betray the encoding they are in."""

from __future__ import annotations

import csv
import random
import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.settings import SHIPPED_DATA
from geo.text import ENCODINGS, Encoding, TextError, as_bytes, decode, encode, fits, restore_case, surest

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
SMALL = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
LETTERS = [*SMALL, *(letter.upper() for letter in SMALL)]
#: What TCVN3 has capitals for; all others it leaves to the font.
TCVN3_CAPITALS = set("ĂÂÊÔƠƯĐ") | set("AEIOUY")


def units(unit_list: str) -> list[dict[str, str]]:
    with (SHIPPED_DATA / "programme" / "units.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["unit_list"] == unit_list]


@cache
def names(unit_list: str) -> tuple[str, ...]:
    return tuple(row["name"] for row in units(unit_list))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_letter_comes_back(encoding: Encoding) -> None:
    assert len(set(LETTERS)) == 2 * (12 * 6 + 1)
    for letter in LETTERS:
        lost = encoding == "tcvn3" and letter.isupper() and letter not in TCVN3_CAPITALS
        assert decode(encode(letter, encoding), encoding) == (letter.lower() if lost else letter)


def test_tcvn3_gives_back_every_capital_by_the_official_list() -> None:
    for letter in LETTERS:
        official = f"{letter}x Mới"
        written = decode(encode(official, "tcvn3"), "tcvn3")
        assert restore_case(written, [official, "Đăk Pék"]) == official


@pytest.mark.parametrize(
    ("encoding", "raw", "text"),
    [
        # Counted out by hand on the tables of TCVN 5712:1993 and of VNI-Windows.
        ("tcvn3", "§¨k PÐk", "Đăk Pék"),
        ("tcvn3", "Ngäc Håi", "Ngọc Hồi"),
        ("tcvn3", "B¸t X¸t, M\u00adêng Kh\u00ad¬ng, B¶o Th¾ng", "Bát Xát, Mường Khương, Bảo Thắng"),
        ("tcvn3", "X· Hoµ B×nh", "Xã Hoà Bình"),
        ("vni", "Ñaêk Peùk", "Đăk Pék"),
        ("vni", "Ngoïc Hoài", "Ngọc Hồi"),
        ("vni", "Hoøa Bình, Kî", "Hòa Bình, Kỵ"),
        ("vni", "THÒ TRAÁN ÑAÊK HAØ", "THỊ TRẤN ĐĂK HÀ"),
        ("vni", "Aâ Traàn Höng Ñaïo", "Â Trần Hưng Đạo"),
        ("vni", "Möôøng Hoong, Ia Chæm, Kyõ, Myõ", "Mường Hoong, Ia Chỉm, Kỹ, Mỹ"),
        ("cp1258", "Ngo\u00f2c H\u00f4\u00cci", "Ngọc Hồi"),
        ("cp1258", "\u00d0\u00e3k P\u00e9k", "Đăk Pék"),
        ("utf-8", "Ä\x90Äƒk PÃ©k", "Đăk Pék"),
    ],
)
def test_a_text_read_as_latin_1_is_what_it_was(encoding: Encoding, raw: str, text: str) -> None:
    found = as_bytes(raw)
    assert found is not None
    assert decode(found, encoding) == text


def test_utf8_that_was_taken_for_windows_1252_and_stored_again() -> None:
    spoiled = "Ä\x90Äƒk PÃ©k".encode()
    assert decode(spoiled, "utf-8-as-latin-1") == "Đăk Pék"
    assert as_bytes("Ä\x90Äƒk PÃ©k") == "Đăk Pék".encode()
    with pytest.raises(TextError):
        decode("Đăk Pék".encode(), "utf-8-as-latin-1")


def test_a_text_in_earnest_unicode_has_no_bytes_behind_it() -> None:
    assert as_bytes("Đăk Pék") is None
    assert as_bytes("Kon Tum") == b"Kon Tum"


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [(b"\xc4k", "utf-8"), (b"\x80k", "tcvn3"), (b"k\xd8", "vni"), (b"\xd2\xff\x8a", "cp1258"), (b"\xff", "vni")],
)
def test_bytes_of_another_encoding_are_refused_in_words(raw: bytes, encoding: Encoding) -> None:
    with pytest.raises(TextError, match=f"không đúng bảng mã {encoding}"):
        decode(raw, encoding)


def test_a_letter_without_a_place_is_refused_in_words() -> None:
    for encoding in ("tcvn3", "vni", "cp1258"):
        with pytest.raises(TextError, match="không có chữ “漢”"):
            encode("Kon Tum 漢", encoding)


@given(st.text(alphabet=st.sampled_from([*LETTERS, *" -.,'bcdghklmnpqrstvx0123456789"]), max_size=30))
def test_any_vietnamese_text_comes_back_from_every_encoding(text: str) -> None:
    for encoding in ENCODINGS:
        came_back = decode(encode(text, encoding), encoding)
        assert unicodedata.is_normalized("NFC", came_back)
        assert came_back.lower() == text.lower()
        assert came_back == text or encoding == "tcvn3"


@given(st.binary(max_size=30), st.sampled_from(ENCODINGS))
def test_wild_bytes_are_text_or_refused(raw: bytes, encoding: Encoding) -> None:
    try:
        text = decode(raw, encoding)
    except TextError:
        return
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("unit_list", ["kontum-2015", "quangnam-2020", "quangngai-2025", "danang-2025"])
def test_a_whole_list_shows_its_encoding(unit_list: str, encoding: Encoding) -> None:
    best = surest(fits([encode(name, encoding) for name in names(unit_list)], names(unit_list)))
    assert best is not None
    assert (best.encoding, best.share, best.undecodable) == (encoding, 1.0, 0)
    assert best.letters > best.names > 50


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_five_names_are_enough(encoding: Encoding) -> None:
    chance = random.Random(1)  # noqa: S311 - a choice of examples
    marked = [name for name in names("quangnam-2020") if not name.isascii()]
    for _ in range(40):
        some = chance.sample(marked, 5)
        best = surest(fits([encode(name, encoding) for name in some], names("quangnam-2020")))
        assert best is not None, some
        assert best.encoding == encoding


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_old_spellings_capitals_and_prefixes_do_not_hide_the_encoding(encoding: Encoding) -> None:
    written = [f"Xã {name.replace('Đăk', 'Đắk').replace('Ngọk', 'Ngọc')}" for name in names("kontum-2015")]
    upper = [text.upper() for text in written]
    for texts in (written, upper):
        best = surest(fits([encode(text, encoding) for text in texts], names("kontum-2015")))
        assert best is not None
        assert (best.encoding, best.share > 0.8) == (encoding, True)


def test_plain_ascii_is_utf8_for_sure_even_of_names_nobody_knows() -> None:
    for texts in ([b"Ia Chim", b"Sa Sinh", b"Kroong"], [b"Boundary 1", b""], []):
        best = surest(fits(texts, names("kontum-2015")))
        assert best is not None
        assert (best.encoding, best.letters) == ("utf-8", 0)


def test_a_mixed_file_a_strange_file_and_one_name_alone_are_not_sure() -> None:
    kontum = names("kontum-2015")
    mixed = [encode(name, ("tcvn3", "vni")[at % 2]) for at, name in enumerate(kontum)]
    strange = [encode(name, "tcvn3") for name in names("danang-2025")]
    assert surest(fits(mixed, kontum)) is None
    assert surest(fits(strange, kontum)) is None
    assert surest(fits([encode("Đăk Pék", "vni")], kontum)) is None
    assert surest(fits([b"\x81\x8d"] * 3, kontum)) is None


def test_fits_tell_how_much_could_not_be_read() -> None:
    raw = [encode(name, "vni") for name in ("Đăk Pék", "Đăk Môn", "Kroong")] + [b"\xff\xfe"]
    best, *others = fits(raw, names("kontum-2015"))
    assert (best.encoding, best.share, best.names, best.undecodable) == ("vni", 2 / 3, 3, 1)
    assert all(other.share == 0 for other in others)


@pytest.mark.parametrize("unit_list", ["kontum-2015", "quangnam-2020", "quangngai-2025", "danang-2025"])
def test_capitals_lost_by_tcvn3_come_back_for_every_unit(unit_list: str) -> None:
    for row in units(unit_list):
        for name in (row["name"], f"{row['kind'].capitalize()} {row['name']}"):
            assert restore_case(decode(encode(name, "tcvn3"), "tcvn3"), names(unit_list)) == name


@pytest.mark.parametrize(
    ("written", "restored"),
    [
        ("hoà bình", "Hoà Bình"),  # the tone stays where the file has it
        ("đắk pék", "Đắk Pék"),  # the spelling too
        ("Xã HOà BìNH", "XÃ HOÀ BÌNH"),
        ("Đăk PXi", "Đăk PXi"),
        ("áo dài", "áo dài"),
        ("", ""),
    ],
)
def test_only_the_case_is_restored_and_only_of_official_names(written: str, restored: str) -> None:
    assert restore_case(written, names("kontum-2015")) == restored
