"""The desk for boundaries: files in, reports, versions, and what comes of odd input and dying workers."""

from __future__ import annotations

import io
import json
import os
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from http_client import Answer, Client
from hypothesis import given
from hypothesis import strategies as st
from survey_parts import CENSUS, VERSION, survey_parts
from test_office import DESK, ELSEWHERE, FOREIGN_PAGE, HOST, OFFICE, detail

from base.errors import StateError
from geo.boundaries import catalogue
from intake.boundary_asked import Asked, Progress
from intake.boundary_defaults import current_default
from intake.boundary_folders import forget
from intake.start import prepare
from jobs import executor
from layers.registry import compute
from layers.view import ViewState
from render.screen.assets import setup_file
from service import boundary_office, boundary_uploads, boundary_work
from service.boundary_asked import check_of, import_of
from service.boundary_uploads import Upload
from service.pending import KEPT_SECONDS, Pending
from store import current

#: Two wards of the city, and how somebody wrote them.
WARDS = {"c23290": "Trường Trinh", "c23302": "Lê Lay"}
PATIENCE = 120
SHELVES = (boundary_office._works, boundary_office._uploads)


class Desk:
    """The client as our own page; follows jobs to their end."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, **query: str) -> Answer:
        return self.client.get(with_query(f"/office/boundaries/{path}", query), HOST)

    def post(self, path: str, body: bytes = b"", **query: str) -> Answer:
        return self.client.post(with_query(f"/office/boundaries/{path}", query), body, DESK)

    def sent(self, files: dict[str, bytes]) -> str:
        """Hand in files and return the name of the upload."""
        token = ""
        for name, content in files.items():
            token = self.post("file", content, name=name, **({"upload": token} if token else {})).json()["upload"]
        return token

    def ended(self, token: str, lang: str = "vi") -> dict[str, Any]:
        """Wait for the end of a job and return what became of it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found: dict[str, Any] = self.get(token, lang=lang).json()
            if found["state"] != "running":
                return found | {"token": token}
            assert 0 <= found["share"] <= 1
        raise AssertionError("the job does not end")

    def checked(self, files: dict[str, bytes], **asked: object) -> dict[str, Any]:
        return self.asked({"upload": self.sent(files), **asked})

    def asked(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self.ended(self.post("check", json.dumps(asked).encode(), province="kontum").json()["token"])

    def imported(self, checked: dict[str, Any], **wanted: object) -> dict[str, Any]:
        body = json.dumps({"version": "", **wanted}).encode()
        return self.ended(self.post(f"{checked['token']}/import", body).json()["token"])


def with_query(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path


@pytest.fixture(scope="module")
def desk(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk with a store of its own and workers that know it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_DATA", str(tmp_path_factory.mktemp("boundary-office")))
        patch.setenv("NTM_OFFICE", OFFICE)
        for shelf in SHELVES:  # one report is looked at by many tests
            patch.setattr(shelf, "_kept", 100)
        prepare()
        executor.cache_clear()
        yield Desk(client)
        executor.cache_clear()
    forget()


@pytest.fixture(scope="module")
def census(desk: Desk) -> dict[str, Any]:
    """Return what a check of the real messy file found."""
    return desk.checked({CENSUS.name: CENSUS.read_bytes()})


@pytest.fixture(scope="module")
def receipt(desk: Desk, census: dict[str, Any]) -> dict[str, Any]:
    """Return the receipt of the real messy file, imported as ``kontum-thu``."""
    found = desk.imported(census, version="kontum-thu", source="Tổng điều tra 2009")
    assert found["state"] == "imported", found
    document: dict[str, Any] = found["receipt"]
    return document


# Who may write

POSTS = ("file?name=a.gpkg", "check", "abc/import", "default/kontum-2015", "back")
WRITING = pytest.mark.parametrize("path", POSTS)
PRIVATE = pytest.mark.parametrize("path", ["abc", "abc/picture.png", "version/kontum-2015/original"])


@WRITING
@ELSEWHERE
def test_nobody_writes_from_another_machine(desk: Desk, path: str, peer: str | None, headers: dict[str, str]) -> None:
    answer = desk.client.post(f"/office/boundaries/{path}", b"{}", DESK | headers, peer)
    assert answer.status_code == 403
    assert "trên chính máy" in detail(answer)


@WRITING
@FOREIGN_PAGE
def test_a_foreign_page_in_a_browser_here_cannot_write(desk: Desk, path: str, headers: dict[str, str]) -> None:
    answer = desk.client.post(f"/office/boundaries/{path}", b"{}", DESK | headers)
    assert (answer.status_code, "trang nhập số liệu" in detail(answer)) == (403, True)


@WRITING
def test_a_plain_form_post_is_not_enough(desk: Desk, path: str) -> None:
    assert desk.client.post(f"/office/boundaries/{path}", b"{}", HOST).status_code == 403


@PRIVATE
@ELSEWHERE
def test_reports_and_originals_stay_on_this_machine(
    desk: Desk, path: str, peer: str | None, headers: dict[str, str]
) -> None:
    assert desk.client.get(f"/office/boundaries/{path}", HOST | headers, peer).status_code == 403


@WRITING
def test_without_an_office_nobody_writes(desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.delenv("NTM_OFFICE")
    answer = desk.post(path.split("?", maxsplit=1)[0], b"{}", name="a.gpkg")
    assert (answer.status_code, "NTM_OFFICE" in detail(answer)) == (403, True)


@WRITING
def test_the_sample_store_takes_no_boundaries(desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(current.ledger(), "purpose", "sample")
    answer = desk.post(path.split("?", maxsplit=1)[0], b"{}", name="a.gpkg")
    assert (answer.status_code, "minh họa" in detail(answer)) == (403, True)


def test_everybody_sees_the_versions_and_is_told_why_not_to_write(
    desk: Desk, receipt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert receipt["version"] == "kontum-thu"
    assert desk.get("desk").json()["may_write"]
    monkeypatch.delenv("NTM_OFFICE")
    found = desk.get("desk").json()
    assert (found["may_write"], "NTM_OFFICE" in found["why_not"]) == (False, True)
    assert [group["list"] for group in found["groups"]] == ["kontum-2015", "quangngai-2025"]
    assert {one["id"] for one in found["groups"][0]["versions"]} == {"kontum-2015", "kontum-thu"}


def test_an_unknown_province_is_a_sentence(desk: Desk) -> None:
    answer = desk.get("desk", province="hue")
    assert (answer.status_code, "hue" in detail(answer)) == (400, True)


# Files on their way in


def test_parts_of_a_shapefile_become_one_archive_with_the_same_bytes_each_time() -> None:
    parts = survey_parts()
    contents = []
    for names in (list(parts), list(reversed(parts))):
        upload = Upload()
        for index, name in enumerate(names):
            upload._path(index).write_bytes(parts[name])
            upload.names.append(name)
        name, path = upload.file()
        assert name == "xa.zip"
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    with zipfile.ZipFile(io.BytesIO(contents[0])) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == parts


def test_an_upload_leaves_nothing_behind() -> None:
    upload = Upload()
    folder = upload._folder
    assert folder.is_dir()
    del upload
    assert not folder.exists()


@pytest.mark.parametrize("names", [["a.gpkg", "b.gpkg"], ["a.shp", "b.dbf"], ["a.shp", "a.dbf", "b.shp"]])
def test_files_that_are_no_single_layer_are_refused(desk: Desk, names: list[str]) -> None:
    upload = desk.sent(dict.fromkeys(names, b"x"))
    answer = desk.post("check", json.dumps({"upload": upload}).encode())
    assert (answer.status_code, "một lớp ranh giới" in detail(answer)) == (422, True)


def test_odd_uploads_are_sentences(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = desk.sent({"a.shp": b"x"})
    assert "được chọn hai lần" in detail(desk.post("file", b"y", name="a.shp", upload=upload))
    assert "Thiếu tên tệp" in detail(desk.post("file", b"y"))
    assert "30 phút" in detail(desk.post("file", b"y", name="a.shp", upload="gone"))
    for number in range(boundary_uploads.MOST_FILES - 1):
        desk.post("file", b"y", name=f"{number}.dbf", upload=upload)
    assert "Quá nhiều tệp" in detail(desk.post("file", b"y", name="last.dbf", upload=upload))
    declared = DESK | {"Content-Length": str(boundary_uploads.LIMIT + 1)}
    assert "300 MB" in detail(desk.client.post("/office/boundaries/file?name=a.zip", b"x", declared))
    monkeypatch.setattr(boundary_uploads, "LIMIT", 1024 * 1024)
    assert "1 MB" in detail(desk.post("file", bytes(1024 * 1024 + 1), name="a.zip"))


def test_a_broken_connection_keeps_no_file(desk: Desk) -> None:
    upload = desk.sent({"a.shp": b"x"})
    address = f"/office/boundaries/file?name=a.dbf&upload={upload}"
    desk.client.post(address, b"half of it", DESK, broken=True)
    assert desk.post("file", b"all", name="a.dbf", upload=upload).json()["files"] == ["a.shp", "a.dbf"]


def test_a_name_cannot_lead_anywhere(desk: Desk) -> None:
    for name in ("../../etc/passwd.zip", "C:\\Users\\a\\passwd.zip", "/etc/passwd.zip"):
        assert desk.post("file", b"x", name=name).json()["files"] == ["passwd.zip"]


# Checks


def test_the_real_messy_file_is_reported_and_nothing_is_written(desk: Desk, census: dict[str, Any]) -> None:
    assert census["state"] == "checked"
    report = census["report"]
    assert report["units"]["matched"] == 102
    assert report["importable"]
    assert sum(report["geometry"]["counts"].values()) == len(report["geometry"]["faults"]) > 100
    assert desk.get(census["picture"].split("boundaries/")[1]).content.startswith(b"\x89PNG")
    assert census["proposed"]["version"].startswith("kontum-20")
    assert census["proposed"]["valid_from"] == "2015-03"
    english = desk.ended(census["token"], "en")["report"]
    assert english["areas"] == report["areas"]
    assert english["notes"] != report["notes"]


def test_a_survey_without_prj_is_refused_until_somebody_says_the_zone(desk: Desk) -> None:
    version = current.ledger().version()
    refused = desk.checked(survey_parts())
    assert (refused["state"], refused["file"]) == ("refused", "xa.zip")
    assert any(".prj" in text for text in refused["reasons"])
    assert not any("Gợi ý" in text for text in refused["reasons"]), "candidates stand in the table"
    assert refused["crs"][0]["code"] == "EPSG:9216"
    assert refused["crs"][0]["share_inside"] > 0.99 > refused["crs"][1]["share_inside"]
    found = desk.asked({**refused["asked"], "crs": "EPSG:9216"})
    assert found["state"] == "checked"
    assert (found["report"]["encoding"]["encoding"], found["report"]["units"]["matched"]) == ("tcvn3", 102)
    wrong = desk.asked({**refused["asked"], "crs": "EPSG:5899"})
    assert wrong["state"] == "refused"
    assert current.ledger().version() == version


def test_an_unsure_encoding_is_asked_for_with_samples(desk: Desk) -> None:
    refused = desk.checked(survey_parts("tcvn3", "vni"), crs="EPSG:9216")
    assert refused["state"] == "refused"
    offered = {one["encoding"]: one for one in refused["encodings"]}
    assert {"tcvn3", "vni"} == {one["encoding"] for one in refused["encodings"][:2]}
    assert offered["tcvn3"]["sample"] or offered["vni"]["sample"]
    assert not any("Gợi ý" in text for text in refused["reasons"])
    chosen = desk.checked(survey_parts("vni"), crs="EPSG:9216", encoding="vni")
    assert (chosen["report"]["encoding"]["how"], chosen["report"]["units"]["matched"]) == ("chosen", 102)


def test_a_suggestion_counts_only_when_a_person_confirms_it(desk: Desk) -> None:
    found = desk.checked(survey_parts(**WARDS), crs="EPSG:9216")
    units = found["report"]["units"]
    assert (units["matched"], len(units["unmatched"]), found["report"]["importable"]) == (100, 2, False)
    assert {one["code"] for one in units["suggestions"]} >= {"23290", "23302"}
    refused = desk.imported(found, version="kontum-sai-ten")
    assert (refused["state"], refused["check"]) == ("failed", found["token"])
    rows = {one["name"]: one["row"] for one in units["unmatched"]}
    confirmed = [[rows["Trường Trinh"], "23290"], [rows["Lê Lay"], "23302"]]
    settled = desk.asked({**found["asked"], "confirmed": confirmed})
    assert settled["report"]["importable"]
    assert settled["asked"]["confirmed"] == confirmed
    made = desk.imported(settled, version="kontum-ten")["receipt"]
    assert made["confirmed"] >= 2
    again = desk.checked(survey_parts(**WARDS), crs="EPSG:9216")["report"]
    stages = {one["code"]: one["stage"] for one in again["units"]["matches"]}
    assert (again["importable"], stages["23290"], stages["23302"]) == (True, "alias", "alias")


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xa.shp", bytes(40 * 1024 * 1024))
    return packed.getvalue()


def _traversal() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for ending in (".shp", ".shx", ".dbf"):
            archive.writestr(f"../../xa{ending}", b"x")
    return packed.getvalue()


def _points() -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"ten": "Đăk Pék"},
            "geometry": {"type": "Point", "coordinates": [107.7, 15.1]},
        }
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"xa.zip": b"no archive"}, "nén"),
        ({"xa.zip": _bomb()}, "bất thường"),
        ({"xa.zip": _traversal()}, "nguy hiểm"),
        ({"xa.shp": struct.pack(">i", 9994) + bytes(96)}, ".dbf"),
        ({"xa.geojson": _points()}, "điểm"),
        ({"xa.geojson": CENSUS.read_bytes()[:50_000]}, "Hãy"),
        ({"xa.gpkg": b""}, "trống"),
        ({"xa.docx": b"PK\x03\x04"}, "ZIP"),
    ],
    ids=["text", "bomb", "traversal", "lone", "points", "truncated", "empty", "renamed"],
)
def test_bad_files_are_sentences_and_nothing_is_written(desk: Desk, files: dict[str, bytes], says: str) -> None:
    version, known = current.ledger().version(), set(catalogue())
    found = desk.checked(files)
    assert (found["state"], found["crs"]) == ("refused", [])
    assert any(says in text for text in found["reasons"]), found["reasons"]
    assert desk.ended(found["token"], "en")["reasons"] != found["reasons"]
    assert (current.ledger().version(), set(catalogue())) == (version, known)


def test_a_result_is_kept_for_half_an_hour_after_the_last_look(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    for name in ("_works", "_uploads"):
        monkeypatch.setattr(boundary_office, name, Pending(clock=lambda: now))
    found = desk.checked({"xa.gpkg": b"x"})
    for minutes in (25, 25, 25):
        now += minutes * 60
        again = desk.asked(found["asked"])
        assert again["state"] == desk.ended(found["token"])["state"] == "refused"
    now += KEPT_SECONDS + 1
    for answer in (desk.get(found["token"]), desk.post("check", json.dumps(found["asked"]).encode())):
        assert (answer.status_code, "30 phút" in detail(answer)) == (404, True)
    assert desk.get("none-such/picture.png").status_code == 404
    assert desk.post("none-such/import", b'{"version": "abc"}').status_code == 404


# Versions


def test_an_import_is_recorded_drawn_and_handed_out(desk: Desk, receipt: dict[str, Any]) -> None:
    assert receipt["version"] in catalogue()
    changed = {one["code"]: one["percent"] for one in receipt["changes"]}
    assert "23287" in changed
    assert all(abs(percent) > 1 for percent in changed.values())
    assert not receipt["default"]
    view = compute(ViewState(layer="boundaries", boundary="kontum-thu"))
    assert view.boundary_version == "kontum-thu"
    for extension in ("json", "png"):  # the second is drawn by a worker of another kind
        address = f"/maps/boundaries.{extension}?boundary=kontum-thu&period=2024-12"
        assert desk.client.get(address).status_code == 200
    files = {one["key"]: one["address"] for one in receipt["files"]}
    original = desk.client.get(files["original"], HOST)
    assert original.content == CENSUS.read_bytes()
    assert CENSUS.name in original.headers["content-disposition"]
    report = desk.client.get(files["report"], HOST).json()
    assert report["changes"] == receipt["changes"]
    assert desk.get("version/kontum-2015/original").status_code == 404
    assert desk.get("version/none-such/report").status_code == 404


def test_nothing_is_ever_overwritten(desk: Desk, census: dict[str, Any], receipt: dict[str, Any]) -> None:
    before = current.ledger().version()
    for version, says in ((receipt["version"], "không ghi đè"), ("Kon Tum!", "không dùng được"), ("", "đặt mã")):
        body = json.dumps({"version": version}).encode()
        answer = desk.post(f"{census['token']}/import", body)
        told = detail(answer) if answer.status_code != 200 else desk.ended(answer.json()["token"])["detail"]
        assert says in told
    assert current.ledger().version() == before


def test_months_outside_the_list_are_told(desk: Desk, census: dict[str, Any]) -> None:
    found = desk.imported(census, version="kontum-muon", valid_to="2025-12")
    assert (found["state"], found["check"]) == ("failed", census["token"])
    assert "2025" in found["detail"]


def test_the_default_is_chosen_and_taken_back_by_recorded_acts(desk: Desk, receipt: dict[str, Any]) -> None:
    ledger, version = current.ledger(), receipt["version"]
    assert not desk.get("desk").json()["groups"][0]["since"]
    assert compute(ViewState(layer="boundaries")).boundary_version == VERSION
    act = desk.post(f"default/{version}").json()
    assert act == {"version": version, "number": ledger.version()}
    assert compute(ViewState(layer="boundaries")).boundary_version == version
    found = desk.get("desk").json()
    group = found["groups"][0]
    assert found["may_go_back"]
    assert [one["id"] for one in group["versions"] if one["default"]] == [version]
    assert group["since"]["by"] == OFFICE
    assert "đang là mặc định" in detail(desk.post(f"default/{version}"))
    back = desk.post("back", province="kontum").json()
    assert back["version"] == VERSION == current_default(VERSION, ledger)
    assert compute(ViewState(layer="boundaries")).boundary_version == VERSION
    assert not desk.get("desk").json()["may_go_back"]
    assert "không có gì để trở lại" in detail(desk.post("back", province="danang"))
    assert "none-such" in detail(desk.post("default/none-such"))


def test_a_file_with_its_own_list_brings_a_province_to_choose(desk: Desk) -> None:
    squares = [
        {
            "type": "Feature",
            "properties": {"ward_code": f"{90000 + n}", "ward_name": f"Xã Ấp {n}", "province_code": f"{1 + n // 2:02}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[106 + n, 15], [107 + n, 15], [107 + n, 16], [106 + n, 16], [106 + n, 15]]],
            },
        }
        for n in range(4)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": squares}).encode()
    assert '"key":"vietnam"' not in setup_file("kontum", VERSION, "vi").content.decode()
    found = desk.checked({"ca-nuoc.geojson": content}, own_list=True, province="vietnam")
    assert found["state"] == "checked", found
    assert found["report"]["importable"], found["report"]["reasons"]
    assert "chưa có" not in found["proposed"]["version"]
    without = desk.imported(found, version="vietnam-thu", decree="Nghị quyết thử")
    assert "hiệu lực" in without["detail"]
    made = desk.imported(found, version="vietnam-thu", decree="Nghị quyết thử", valid_from="2026-01")
    assert made["state"] == "imported", made
    assert made["receipt"]["default"]
    assert '"key":"vietnam"' in setup_file("kontum", VERSION, "vi").content.decode()
    assert desk.get("desk", province="vietnam").json()["groups"][0]["versions"][0]["id"] == "vietnam-thu"


# What goes wrong inside


def dies(_path: Path, _name: str, _asked: Asked, _last: object, *, progress: Progress) -> None:
    """Be killed in the middle, as a worker is that takes too much memory."""
    progress(0.5, "Đọc tệp")
    os._exit(9)


def fails(_path: Path, _name: str, _asked: Asked, _last: object, *, progress: Progress) -> None:
    """Fail as only our own mistakes do."""
    progress(0.5, "Đọc tệp")
    raise RuntimeError


@pytest.mark.parametrize(("work", "says"), [(dies, "dừng giữa chừng"), (fails, "báo người quản trị")])
def test_a_worker_that_dies_or_fails_is_told_and_the_next_file_is_read(
    desk: Desk,
    census: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[..., None],
    says: str,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(boundary_work, "check_upload", work)
        patch.setattr(boundary_work, "import_upload", work)
        found = desk.checked({"xa.gpkg": b"x"})
        assert (found["state"], found["check"]) == ("failed", None)
        assert says in found["detail"]
        assert "hưa ghi gì" in found["detail"]
        stopped = desk.imported(census, version="kontum-chet")
        assert (stopped["state"], stopped["check"]) == ("failed", census["token"])
        assert "thẻ Phiên bản" in stopped["detail"]
    assert desk.checked({"xa.gpkg": b"x"})["state"] == "refused"


# Odd requests

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CHECK_KEYS = st.sampled_from(["upload", "crs", "encoding", "own_list", "confirmed", "province", "boundary", "odd"])
IMPORT_KEYS = st.sampled_from(["version", "decree", "valid_from", "valid_to", "source", "make_default", "actor"])


@given(st.dictionaries(CHECK_KEYS, json_values, max_size=4) | json_values)
def test_choices_are_read_or_refused(found: object) -> None:
    with suppress(StateError):
        upload, asked = check_of(json.dumps(found).encode(), "kontum")
        assert (type(upload), type(asked.own_list)) == (str, bool)
        assert asked.province or asked.boundary


@given(st.dictionaries(IMPORT_KEYS, json_values, max_size=4) | json_values)
def test_an_order_is_read_or_refused(found: object) -> None:
    with suppress(StateError):
        wanted = import_of(json.dumps(found).encode())
        assert wanted.order.version
        assert wanted.order.decree != ""


@given(st.binary(max_size=200))
def test_bytes_are_no_choices(content: bytes) -> None:
    with pytest.raises(StateError):
        check_of(content, "kontum")
