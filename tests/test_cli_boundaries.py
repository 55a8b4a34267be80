"""The terminal for boundary files: reports, refusals that write nothing, versions, and names matched."""

from __future__ import annotations

import io
import json
import re
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import openpyxl
import pytest
import shapely
from monthly_files import new_ledger

import cli
from geo.boundaries import catalogue, load
from intake.boundary_folders import forget
from store import current

sys.path.insert(0, str(Path(__file__).parent / "intake"))

from field_files import CENSUS, circle, geojson, one, shapefile, stated, written, written_wkb, zipped
from survey_files import OFFICE, own_list, survey, tree
from survey_files import shapefile as surveyed

ROOT = Path(__file__).parent.parent
KONTUM, SURVEY = "kontum-2015", "kontum-2015-survey1"


class Told(NamedTuple):
    """What a command answered."""

    status: int
    out: str
    err: str


Run = Callable[..., Told]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def run(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Return what runs a command in this process on a store of its own, with an office named."""
    new_ledger(tmp_path, base).engine.dispose()
    monkeypatch.setenv("NTM_DATA", str(tmp_path))
    monkeypatch.setenv("NTM_SAMPLE", "")
    monkeypatch.setenv("NTM_OFFICE", OFFICE)
    (tmp_path / "files").mkdir()
    monkeypatch.chdir(tmp_path / "files")
    forget()

    def running(*words: object) -> Told:
        monkeypatch.setattr(sys, "argv", ["cli.py", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capfdbinary.readouterr()
        err = told.err.decode()
        assert "Traceback" not in err
        return Told(ended.value.code or 0, told.out.decode(), err)  # type: ignore[arg-type]

    yield running
    forget()


def file(name: str, content: bytes) -> Path:
    Path(name).write_bytes(content)
    return Path(name)


def kept() -> tuple[dict[str, bytes], int]:
    """Return everything outside the folder of the files, and the version of the ledger."""
    found = tree(Path.cwd().parent)
    return {
        name: content for name, content in found.items() if not name.startswith("files/")
    }, current.ledger().version()


def test_a_check_answers_as_text_and_as_one_document(run: Run) -> None:
    told = run("boundaries", "check", CENSUS, "--picture", "hinh.png")
    assert told.status == 0
    assert "khớp 102 trên 102 của danh mục kontum-2015" in told.out
    assert told.out.endswith("Có thể nạp.\n")
    assert re.search(r"\d+% \w", told.err), "how far it is"
    assert Path("hinh.png").read_bytes().startswith(b"\x89PNG")
    english = run("boundaries", "check", CENSUS, "--lang", "en", "--boundary", KONTUM, "--format", "json")
    document = json.loads(english.out)
    assert (document["units"]["matched"], document["importable"], document["reasons"]) == (102, True, [])
    assert kept() == ({}, 1)


def test_a_shapefile_may_lie_beside_its_parts(run: Run) -> None:
    for ending, part in written(survey("vni"), ".shp", encoding="ISO-8859-1").items():
        file(f"xa{ending}", part)
    told = run("boundaries", "check", "xa.shp", "--format", "json")
    document = json.loads(told.out)
    assert (document["crs"]["how"], document["crs"]["code"], document["encoding"]["encoding"]) == (
        *("prj", "EPSG:9216"),
        "vni",
    )
    Path("xa.dbf").unlink()
    told = run("boundaries", "check", "xa.shp")
    assert told.status == 3
    assert ".dbf" in told.err


def test_a_survey_is_asked_about_then_imported_chosen_and_taken_back(run: Run) -> None:
    path = file("xa.zip", surveyed(survey("tcvn3")))
    told = run("boundaries", "import", path, "--version", SURVEY, "--format", "json")
    assert told.status == 3
    document = json.loads(told.out)
    assert document["crs"]["candidates"][0]["code"] == "EPSG:9216"
    assert "Gợi ý 1: EPSG:9216" in told.err
    assert kept() == ({}, 1)

    words = [
        "--version",
        SURVEY,
        "--crs",
        "EPSG:9216",
        "--decree",
        "QĐ 12/QĐ-UBND",
        "--source",
        "Sở TNMT",
        "--make-default",
    ]
    told = run("boundaries", "import", path, *words)
    assert told.status == 0
    assert f"Đã nạp {SURVEY}: 102 đơn vị" in told.out
    assert f"Từ nay danh mục {KONTUM} vẽ theo {SURVEY}." in told.out
    entry = catalogue()[SURVEY]
    assert (entry.decree, entry.source_vi, entry.author) == ("QĐ 12/QĐ-UBND", "Sở TNMT", OFFICE)
    rows = {row["id"]: row for row in json.loads(run("boundaries", "list", "--format", "json").out)}
    assert rows[SURVEY]["default"]
    assert not rows[KONTUM]["default"]
    assert rows["danang-2025"]["default"]
    layer = json.loads(run("layer", "ntm-levels", "--period", "2024-12", "--format", "json").out)
    assert layer["boundary_version"] == SURVEY

    assert run("boundaries", "back", "--province", "kontum") == Told(
        0, f"Từ nay danh mục {KONTUM} vẽ theo {KONTUM}.\n", ""
    )
    assert (
        run("boundaries", "default", SURVEY, "--lang", "en").out
        == f"From now on the list {KONTUM} is drawn by {SURVEY}.\n"
    )
    assert "* kontum-2015-survey1" in run("boundaries", "list", "--province", "kontum").out

    again = run("boundaries", "import", path, "--version", SURVEY, "--crs", "EPSG:9216")
    assert again.status == 3
    assert "không ghi đè" in again.err


def test_a_restored_store_has_its_boundaries(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("boundaries", "import", CENSUS, "--version", SURVEY).status == 0
    before = tree(tmp_path / "boundaries")
    assert run("backup", "kho.zip").status == 0
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("NTM_DATA", str(other))
    assert run("restore", "kho.zip").status == 0
    assert tree(other / "boundaries") == before
    assert load(SURVEY).id == SURVEY


def test_a_confirmed_suggestion_is_taken(run: Run) -> None:
    frame = gpd.read_file(CENSUS)[["ward_name", "district_name", "geometry"]]
    frame.loc[0, "ward_name"] = "Phường Quang Trunh"
    path = file("xa.gpkg", one(frame, ".gpkg"))
    told = run("boundaries", "check", path)
    assert told.status == 3
    assert "Gợi ý: 23281 Phường Quang Trung" in told.out
    told = run("boundaries", "import", path, "--version", SURVEY)
    assert told.status == 3
    assert "Gợi ý: 23281 Phường Quang Trung" in told.err
    assert run("boundaries", "import", path, "--version", SURVEY, "--confirm", "0=23281").status == 0
    assert run("boundaries", "check", path).status == 0


def test_a_country_with_its_own_list_is_imported(run: Run) -> None:
    path = file("nuoc.gpkg", one(own_list(), ".gpkg"))
    words = [
        "--own-list",
        "--province",
        "vietnam",
        "--version",
        "nuoc-2025",
        "--decree",
        "NQ 202",
        "--valid-from",
        "2025-07",
    ]
    told = run("boundaries", "import", path, *words, "--format", "json")
    assert told.status == 0
    document = json.loads(told.out)
    assert (document["version"], document["changes"], document["units"]["expected"]) == ("nuoc-2025", [], 12)
    assert catalogue()["nuoc-2025"].national


BOX = shapely.box(107.8, 14.3, 107.9, 14.4)


def bomb() -> bytes:
    return zipped({"xa.shp": b"\0" * 80_000_000, "xa.shx": b"", "xa.dbf": b""})


def sheet() -> bytes:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def census(change: Callable[[gpd.GeoDataFrame], object] = lambda _: None) -> bytes:
    frame = gpd.read_file(CENSUS)[["ward_code", "ward_name", "district_name", "geometry"]]
    change(frame)
    return one(frame, ".gpkg")


def doubled(frame: gpd.GeoDataFrame) -> None:
    frame.loc[1, ["ward_code", "ward_name", "district_name"]] = frame.loc[
        0, ["ward_code", "ward_name", "district_name"]
    ]


def emptied(frame: gpd.GeoDataFrame) -> None:
    frame.loc[3, "geometry"] = shapely.Polygon()


def buried(frame: gpd.GeoDataFrame) -> None:
    frame.loc[0, "geometry"] = frame.geometry[40].buffer(-0.001).buffer(-0.01)
    frame.loc[1, "geometry"] = frame.loc[0, "geometry"]


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a zip bomb": ("xa.zip", bomb, "bung ra"),
    "a path out of the archive": ("xa.zip", lambda: zipped({"../../xa.shp": b"x"}), "đường dẫn nguy hiểm"),
    "no archive": ("xa.zip", lambda: b"PK\x03\x04 nothing", "hỏng"),
    "no dbf": ("xa.zip", lambda: shapefile(lambda parts: parts.pop(".dbf")), ".dbf"),
    "a lone shp": ("xa.shp", lambda: written(survey(), ".shp")[".shp"], ".shx"),
    "a cut shp": ("xa.zip", lambda: shapefile(lambda p: p.update({".shp": half(p[".shp"])})), "cắt cụt"),
    "a cut GeoPackage": ("xa.gpkg", lambda: half(census()), "hỏng"),
    "a cut GeoJSON": ("xa.geojson", lambda: half(CENSUS.read_bytes()), "hỏng"),
    "nothing at all": ("xa.geojson", lambda: b"", "trống"),
    "a workbook": ("xa.geojson", sheet, "Nội dung tệp là ZIP"),
    "points": ("xa.geojson", lambda: geojson(shapely.Point(107.8, 14.3)), "chứa điểm"),
    "lines": ("xa.geojson", lambda: geojson(shapely.LineString([(107.8, 14.3), (107.9, 14.4)])), "chứa đường"),
    "an empty shape": ("xa.gpkg", lambda: census(emptied), "không có hình"),
    "no shape": ("xa.geojson", lambda: geojson(BOX, None), "không có hình"),
    "absurd coordinates": ("xa.geojson", lambda: geojson(shapely.box(1e9, 1e9, 2e9, 2e9)), "vô lý"),
    "the same unit twice": ("xa.gpkg", lambda: census(doubled), "cùng một nơi"),
    "units upon others": ("xa.gpkg", lambda: census(buried), "không còn diện tích riêng"),
    "somewhere else": ("xa.geojson", lambda: geojson(shapely.box(0, 0, 1, 1)), "nằm trong địa bàn"),
    "other places": ("xa.geojson", lambda: geojson(BOX, ten="Tokyo"), "cột nào chứa mã hoặc tên xã"),
    "one unit of many": ("xa.geojson", lambda: geojson(BOX, ten="Xã Đăk Pék"), "thiếu 101 đơn vị"),
    "too many features": ("xa.fgb", lambda: stated(one(own_list(), ".fgb"), "<I", 0, 0x12345678), "Không nhận ra"),
    "curves that are no communes": (
        *("xa.gpkg", lambda: written_wkb([circle(530000, 1580000, 900)], ".gpkg", Path.cwd())),
        "cột nào chứa mã hoặc tên xã",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_ends_with_a_sentence_and_writes_nothing(run: Run, case: str) -> None:
    name, content, named = BAD[case]
    path = file(name, content())
    told = run("boundaries", "import", path, "--version", SURVEY, "--boundary", KONTUM)
    assert (told.status, told.out) == (3, "")
    assert named in told.err
    assert kept() == ({}, 1)


def test_self_crossing_and_three_dimensional_outlines_are_repaired_and_told(run: Run) -> None:
    frame = gpd.read_file(CENSUS)[["ward_code", "geometry"]]
    ring = shapely.get_coordinates(max(frame.geometry[30].geoms, key=shapely.area).exterior)
    ring[[2, 9]] = ring[[9, 2]]
    frame.loc[30, "geometry"] = shapely.Polygon(ring)
    frame["geometry"] = shapely.force_3d(frame.geometry.to_numpy(), 5)
    told = run("boundaries", "import", file("xa.gpkg", one(frame, ".gpkg")), "--version", SURVEY)
    assert told.status == 0
    assert "cao độ (Z)" in told.out
    assert load(SURVEY).units.is_valid_coverage()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["check", "missing.zip"], "missing.zip"),
        (["check", CENSUS, "--picture", "hinh.pdf"], ".png"),
        (["check", CENSUS, "--picture", "no/folder/hinh.png"], "no/folder/hinh.png"),
        (["check", CENSUS, "--lang", "fr"], "fr"),
        (["check", CENSUS, "--boundary", "nowhere"], "nowhere"),
        (["check", CENSUS, "--own-list"], "--province"),
        (["check", CENSUS, "--confirm", "12"], "12=23504"),
        (["import", CENSUS], "--version"),
        (["import", CENSUS, "--version", "A B"], "A B"),
        (["import", CENSUS, "--version", SURVEY, "--decree", ""], "--decree"),
        (["import", CENSUS, "--version", SURVEY, "--valid-from", "2015"], "2015"),
        (["import", CENSUS, "--version", SURVEY, "--boundary", KONTUM, "--valid-to", "2030-01"], "01/2030"),
        (["default", "nowhere"], "nowhere"),
        (["default", KONTUM], KONTUM),
        (["back", "--province", "kontum"], "ban đầu"),
        (["back", "--province", "nowhere"], "nowhere"),
    ],
    ids=lambda value: " ".join(map(str, value)).replace(str(CENSUS), "FILE") if isinstance(value, list) else value,
)
def test_what_cannot_be_asked_for_is_named_with_status_2(run: Run, words: list[object], named: str) -> None:
    told = run("boundaries", *words)
    assert told.status == 2
    assert named in told.err
    assert kept() == ({}, 1)


def test_nobody_imports_without_an_office(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_OFFICE", "")
    told = run("boundaries", "import", CENSUS, "--version", SURVEY)
    assert told.status == 3
    assert "NTM_OFFICE" in told.err
    assert kept() == ({}, 1)


TABLE = [
    ("row", "ten", "huyen"),
    ("7", "Dak Pek", "Dak Glei"),
    ("9", "X. Đắk Long", "Đắk Hà"),
    ("11", "Tokyo", "Kon Rẫy"),
]


def as_csv() -> bytes:
    return "\n".join(",".join(row) for row in TABLE).encode("utf-8-sig")


def as_xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Danh sách các xã"])
    for row in TABLE:
        book.active.append([int(row[0]) if row[0].isdigit() else row[0], *row[1:]])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "content"), [("xa.csv", as_csv), ("xa.xlsx", as_xlsx)])
@pytest.mark.parametrize("columns", [["--column", "ten", "--district-column", "huyen"], []])
def test_names_of_a_table_are_matched(run: Run, name: str, content: Callable[[], bytes], columns: list[str]) -> None:
    told = run("names", "match", file(name, content()), "--boundary", KONTUM, *columns, "--format", "json")
    assert (told.status, told.err) == (0, "")
    document = json.loads(told.out)
    assert set(document) == {"matches", "suggestions", "unmatched"}
    assert [(one["row"], one["code"]) for one in document["matches"]] == [(7, "23353"), (9, "23504")]
    assert set(document["matches"][0]) == {"row", "name", "district", "code", "official_name", "stage", "score"}
    assert [one["row"] for one in document["unmatched"]] == [11]


def test_rows_count_from_0_where_no_column_says_otherwise(run: Run) -> None:
    content = b"ten,huyen\n\nDak Pek,Dak Glei\nDak Man,Dak Glei\n"
    document = json.loads(run("names", "match", file("xa.csv", content)).out)
    assert [(one["row"], one["name"]) for one in document["matches"]] == [(0, "Dak Pek"), (1, "Dak Man")]


def test_names_of_a_boundary_file_are_matched(run: Run) -> None:
    words = ["--boundary", KONTUM, "--column", "commune_vn", "--district-column", "district_vn"]
    document = json.loads(run("names", "match", CENSUS, *words).out)
    assert len(document["matches"]) == 102
    file("xa.zip", surveyed(survey("tcvn3")))
    assert len(json.loads(run("names", "match", "xa.zip").out)["matches"]) == 102
    text = run("names", "match", CENSUS, "--format", "text")
    assert len(text.out.splitlines()) == 102


@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        (["xa.csv", "--column", "nope"], 3, "nope"),
        (["xa.csv", "--boundary", "nowhere"], 2, "nowhere"),
        (["missing.csv"], 2, "missing.csv"),
        (["xa.png"], 3, "Không nhận ra"),
    ],
    ids=str,
)
def test_names_that_cannot_be_matched(run: Run, words: list[str], status: int, named: str) -> None:
    file("xa.csv", as_csv())
    file("xa.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13))
    told = run("names", "match", *words)
    assert (told.status, told.out) == (status, "")
    assert named in told.err


def test_the_archive_of_a_version_is_the_same_whenever_it_is_packed(run: Run) -> None:
    assert run("boundaries", "import", CENSUS, "--version", SURVEY).status == 0
    [receipt] = current.ledger().receipts(kind="boundary")
    content = current.ledger().blob(receipt.file_hash)
    assert content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
