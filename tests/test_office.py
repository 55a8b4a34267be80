"""The desk: who may write, forms out, files in, and what comes of odd input."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from http_client import Answer, Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from base.errors import ConflictError, DuplicateError, StoreError
from intake.forms import FORMS
from intake.start import prepare
from intake.submit import TITLES
from jobs import executor
from layers.registry import compute
from layers.view import ViewState
from service import office as office_module
from service.office import LIMIT
from service.pending import KEPT_SECONDS, Pending
from store import current

OFFICE = "Văn phòng Điều phối tỉnh"
HOST = {"Host": "127.0.0.1:8501"}
DESK = HOST | {"X-NTM-Desk": "1"}
SA_THAY, DAK_HA, RO_KOI = "616", "615", "23530"
DAK_LONG, DAK_GLEI = "23368", "610"
HEADER_ROW = 5


class Desk:
    """The client as our own page: it names this machine and carries the desk's header."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, **query: str) -> Answer:
        return self.client.get(with_query(path, query), HOST)

    def post(self, path: str, body: bytes = b"", **query: str) -> Answer:
        return self.client.post(with_query(path, query), body, DESK)

    def form(self, kind: str, values: dict[str, str], **query: str) -> Answer:
        return self.post(f"/office/form/{kind}", json.dumps(values).encode(), **query)

    def check(self, content: bytes, name: str = "bao-cao.xlsx", **query: str) -> Answer:
        return self.post("/office/check", content, name=name, **query)

    def template(self, district: str = SA_THAY, period: str = "2025-05", **query: str) -> bytes:
        answer = self.get("/office/template/monthly.xlsx", district=district, period=period, **query)
        assert answer.status_code == 200
        return answer.content


def with_query(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path


@pytest.fixture(scope="module")
def desk(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk with a store of its own and a worker that knows it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_DATA", str(tmp_path_factory.mktemp("office")))
        patch.setenv("NTM_OFFICE", OFFICE)
        prepare()
        executor.cache_clear()
        yield Desk(client)
        executor.cache_clear()


def filled(content: bytes, word: str = "Đạt", **cells: str) -> bytes:
    """Write a word into every open cell of the main sheet, then single cells."""
    book = load_workbook(io.BytesIO(content))
    sheet = book["Tiêu chí"]
    for row in sheet.iter_rows(min_row=HEADER_ROW + 1, min_col=3):
        for cell in row:
            cell.value = cell.value or word
    for name, value in cells.items():
        sheet[name] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def detail(answer: Answer) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["detail"])


DECISION = {
    "code": f"{RO_KOI} – Rờ Kơi – huyện Sa Thầy",
    "action": "Công nhận",
    "level": "Đạt chuẩn",
    "year": "2024",
    "number": "77/QĐ-UBND",
    "date": "2025-01-20",
}


# Who may write

POSTS = ("/office/attachment", "/office/check?name=a.xlsx", "/office/form/decisions", "/office/submit/abc")
WRITING = pytest.mark.parametrize("path", POSTS)
ORIGINALS = pytest.mark.parametrize("path", ["/office/file/1", "/office/file/1/scan", "/office/marked/abc.xlsx"])
ELSEWHERE = pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("192.168.1.20", {}),
        ("203.0.113.9", {"Host": "127.0.0.1"}),
        ("::ffff:192.168.1.20", {}),
        ("fe80::1", {}),
        ("localhost", {}),  # a name is no address
        (None, {}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9, 127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}),
        ("127.0.0.1", {"X-Real-IP": "203.0.113.9"}),
        ("127.0.0.1", {"Via": "1.1 gateway"}),
    ],
)
FOREIGN_PAGE = pytest.mark.parametrize(
    "headers",
    [
        {"Host": "ntm.example.vn"},  # a name that was made to point here
        {"Host": "127.0.0.1.example.vn:8501"},
        {"Host": "127.0.0.1@example.vn"},
        {"Host": "[::1"},
        {"Host": ""},
        {"Origin": "https://example.vn"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "https://127.0.0.1:8501"},
    ],
)


@WRITING
@ELSEWHERE
def test_nobody_writes_from_another_machine(desk: Desk, path: str, peer: str | None, headers: dict[str, str]) -> None:
    answer = desk.client.post(path, b"x", DESK | headers, peer)
    assert answer.status_code == 403
    assert "trên chính máy" in detail(answer)


@ORIGINALS
@ELSEWHERE
def test_originals_stay_on_this_machine(desk: Desk, path: str, peer: str | None, headers: dict[str, str]) -> None:
    assert desk.client.get(path, HOST | headers, peer).status_code == 403


@WRITING
@FOREIGN_PAGE
def test_a_foreign_page_in_a_browser_here_cannot_write(desk: Desk, path: str, headers: dict[str, str]) -> None:
    answer = desk.client.post(path, b"x", DESK | headers)
    assert answer.status_code == 403
    assert "trang nhập số liệu" in detail(answer)


@ORIGINALS
@FOREIGN_PAGE
def test_a_foreign_page_in_a_browser_here_reads_no_originals(desk: Desk, path: str, headers: dict[str, str]) -> None:
    assert desk.client.get(path, HOST | headers).status_code == 403


@WRITING
@pytest.mark.parametrize("value", [None, "", "0", "true"])
def test_a_plain_form_post_is_not_enough(desk: Desk, path: str, value: str | None) -> None:
    headers = HOST | ({} if value is None else {"X-NTM-Desk": value})
    assert desk.client.post(path, b"x", headers).status_code == 403


@WRITING
@pytest.mark.parametrize("office", ["", "   "])
def test_without_an_office_nobody_writes(desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str, office: str) -> None:
    monkeypatch.setenv("NTM_OFFICE", office)
    answer = desk.client.post(path, b"x", DESK)
    assert answer.status_code == 403
    assert "NTM_OFFICE" in detail(answer)
    assert desk.client.get("/office/file/1", HOST).status_code == 403


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("127.0.0.1", {"Host": "localhost:8501"}),
        ("127.8.9.1", {"Host": "127.0.0.1"}),
        ("::1", {"Host": "[::1]:8501"}),
        ("::ffff:127.0.0.1", {"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1:8501"}),
    ],
)
def test_whoever_sits_here_may_write(desk: Desk, peer: str, headers: dict[str, str]) -> None:
    answer = desk.client.post("/office/attachment", b"%PDF-1.7 scan", {"X-NTM-Desk": "1"} | headers, peer)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("peer", "office", "may", "why"),
    [
        ("127.0.0.1", OFFICE, True, ""),
        ("127.0.0.1", "", False, "NTM_OFFICE"),
        ("192.168.1.20", OFFICE, False, "127.0.0.1"),
    ],
)
def test_everybody_reads_and_is_told_why_not_to_write(  # noqa: PLR0913, PLR0917 - a row of the table
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    peer: str,
    office: str,
    may: bool,  # noqa: FBT001 - a column of the table
    why: str,
) -> None:
    monkeypatch.setenv("NTM_OFFICE", office)
    found = desk.client.get("/office/desk", HOST, peer).json()
    assert (found["may_write"], found["office"]) == (may, office)
    assert why in found["why_not"]
    assert bool(found["why_not"]) != may
    assert desk.client.get("/office/history", HOST, peer).json()["rows"]
    assert desk.client.get("/office/template/decisions.xlsx", HOST, peer).status_code == 200


# Forms


def test_the_desk_offers_every_form_in_both_languages(desk: Desk) -> None:
    vietnamese, english = (desk.get("/office/desk", lang=lang).json() for lang in ("vi", "en"))
    assert set(vietnamese["kinds"]) == set(TITLES)
    assert set(vietnamese["forms"]) == set(FORMS)
    for kind, form in vietnamese["forms"].items():
        columns = {column["key"]: column for column in form["columns"]}
        assert columns
        assert [c["key"] for c in english["forms"][kind]["columns"]] == list(columns)
        assert all(column["heading"] for column in columns.values())
    codes = next(c for c in vietnamese["forms"]["decisions"]["columns"] if c["key"] == "code")
    assert len(codes["choices"]) == 85
    assert (codes["required"], codes["closed"]) == (True, False)
    assert "name" not in {c["key"] for c in vietnamese["forms"]["decisions"]["columns"]}
    assert "district" in {c["key"] for c in vietnamese["forms"]["targets"]["columns"]}
    assert {name for _, name in vietnamese["sets"]} >= {"Bộ tiêu chí 2016–2020", "Bộ tiêu chí 2021–2025"}


def test_the_monthly_form_is_named_after_month_and_district(desk: Desk) -> None:
    answer = desk.get("/office/template/monthly.xlsx", district=DAK_HA, period="2025-05")
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=\"bao-cao-2025-05-dak-ha.xlsx\"; filename*=UTF-8''")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = load_workbook(io.BytesIO(answer.content))
    assert "Chỉ tiêu" not in book.sheetnames
    whole = desk.get("/office/template/monthly.xlsx", period="2025-05")
    assert 'filename="bao-cao-2025-05.xlsx"' in whole.headers["content-disposition"]
    assert load_workbook(io.BytesIO(whole.content)).worksheets[0].max_row == HEADER_ROW + 85
    longer = desk.template(DAK_HA, indicators="1")
    assert "Chỉ tiêu" in load_workbook(io.BytesIO(longer)).sheetnames


def test_from_july_2025_on_the_form_is_a_communes(desk: Desk) -> None:
    answer = desk.get("/office/template/monthly.xlsx", district=DAK_LONG, period="2025-08")
    assert 'filename="bao-cao-2025-08-xa-dak-long.xlsx"' in answer.headers["content-disposition"]
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert (sheet.max_row, sheet["A6"].value, sheet["A2"].value) == (6, DAK_LONG, "Xã Đăk Long, Tỉnh Quảng Ngãi")
    whole = desk.get("/office/template/monthly.xlsx", period="2025-08")
    assert load_workbook(io.BytesIO(whole.content)).worksheets[0].max_row == HEADER_ROW + 37


def test_who_reports_is_offered_for_each_list_of_units(desk: Desk) -> None:
    lists = desk.get("/office/desk").json()["reporters"]
    assert [(found["first"], found["communes"], len(found["places"])) for found in lists] == [
        ("2015-03", False, 10),
        ("2025-07", True, 37),
    ]
    assert lists[0]["places"][0] == ["608", "Thành phố Kon Tum"]
    assert [DAK_LONG, "Xã Đăk Long"] in lists[1]["places"]
    quangngai = desk.get("/office/desk", province="quangngai").json()["reporters"]
    assert [(found["first"], len(found["places"])) for found in quangngai] == [("2025-07", 86)]


@pytest.mark.parametrize("kind", [kind for kind in TITLES if kind != "monthly"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_small_forms_open(desk: Desk, kind: str, lang: str) -> None:
    answer = desk.get(f"/office/template/{kind}.xlsx", lang=lang)
    assert answer.status_code == 200
    assert load_workbook(io.BytesIO(answer.content)).sheetnames


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/office/template/nothing.xlsx", 404, "nothing"),
        ("/office/template/programme.xlsx", 404, "programme"),
        ("/office/template/monthly.xlsx?district=616", 400, "tháng"),
        ("/office/template/monthly.xlsx?district=616&period=2025-13", 400, "2025-13"),
        ("/office/template/monthly.xlsx?district=999&period=2025-05", 400, "999"),
        ("/office/template/monthly.xlsx?district=616&period=1999-01", 400, "1999"),
        ("/office/template/monthly.xlsx?district=616&period=2025-08", 400, "xã nào của chương trình mang mã “616”"),
        ("/office/template/monthly.xlsx?district=23368&period=2025-05", 400, "huyện mang mã “23368”"),
        ("/office/template/monthly.xlsx?province=hue&period=2025-05", 400, "hue"),
        ("/office/template/decisions.xlsx?province=hue", 400, "hue"),
        ("/office/template/criteria-set.xlsx?set=none-such", 400, "none-such"),
        ("/office/desk?province=hue", 400, "hue"),
        ("/office/history?province=hue", 400, "hue"),
        ("/office/history?kinds=figures,nothing", 400, "nothing"),
        ("/office/history?before=x", 400, "x"),
        ("/office/history?before=99999999999999999999", 400, "999"),
        ("/office/marked/none.xlsx", 404, "30 phút"),
        ("/office/file/999999", 404, "999999"),
        ("/office/file/99999999999999999999999", 404, "9999"),
        ("/office/file/1/scan", 404, "1"),
    ],
)
def test_what_cannot_be_had_is_told(desk: Desk, path: str, status: int, word: str) -> None:
    answer = desk.client.get(path, HOST)
    assert answer.status_code == status, answer.content
    assert word in detail(answer)


# Files


def test_a_file_is_previewed_stored_once_and_kept(desk: Desk) -> None:
    content = filled(desk.template(), C6="Chưa đạt")
    before = current.ledger().version()
    answer = desk.check(content, "Báo cáo tháng 5.xlsx", kind="monthly", sent_by="UBND huyện", received="2025-05-13")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["kind"], found["district"], found["period"]) == ("monthly", SA_THAY, "2025-05")
    assert len(found["preview"]["changes"]) == 10 * 19
    assert current.ledger().version() == before, "a preview stores nothing"
    receipt = desk.post(f"/office/submit/{found['token']}").json()
    assert receipt["number"] == before + 1 == current.ledger().version()
    assert receipt["hash"] == hashlib.sha256(content).hexdigest() == found["file"]["hash"]
    assert (receipt["actor"], receipt["sent_by"], receipt["received"]) == (OFFICE, "UBND huyện", "13/05/2025")
    assert receipt["words"] == "Báo cáo tháng"
    assert (receipt["place"], receipt["month"]) == ("Huyện Sa Thầy", "05/2025")
    again = desk.post(f"/office/submit/{found['token']}")
    assert again.status_code == 404, "a confirmation counts once"
    assert current.ledger().version() == before + 1
    view = compute(ViewState(layer="reporting"))
    assert view.frame.loc[SA_THAY, "class_id"] == "in-time"
    original = desk.get(f"/office/file/{receipt['number']}")
    assert original.content == content
    assert quote("Báo cáo tháng 5.xlsx") in original.headers["content-disposition"]
    assert original.headers["x-content-type-options"] == "nosniff"
    same = desk.check(content, "bao-cao-khac-ten.xlsx")
    assert same.status_code in {200, 409}
    if same.status_code == 200:
        same = desk.post(f"/office/submit/{same.json()['token']}")
    assert same.status_code == 409
    assert f"biên nhận số {receipt['number']}" in detail(same)


def test_the_history_of_a_merged_province_goes_on_in_the_other_one(desk: Desk) -> None:
    """Kon Tum's own files, then those of its communes and its area within Quảng Ngãi; not the rest's."""

    def store(district: str, period: str, province: str = "kontum") -> int:
        found = desk.check(filled(desk.template(district, period, province=province)), province=province)
        return int(desk.post(f"/office/submit/{found.json()['token']}").json()["number"])

    old, area = store(DAK_GLEI, "2025-06"), store("", "2025-10")
    commune, other, whole = (
        store(DAK_LONG, "2025-10"),
        store("21034", "2025-10", "quangngai"),
        store("", "2025-10", "quangngai"),
    )
    rows = {row["number"]: row for row in desk.get("/office/history").json()["rows"]}
    assert {old, area, commune, whole} <= rows.keys()
    assert other not in rows
    assert list(rows) == sorted(rows, reverse=True)
    assert {number: rows[number]["place"] for number in (old, area, commune, whole)} == {
        old: "Huyện Đăk Glei",
        area: "Địa bàn tỉnh Kon Tum cũ",
        commune: "Xã Đăk Long",
        whole: "",
    }
    # A former district has the files of both: its own, and those of its communes.
    chosen = [row["number"] for row in desk.get("/office/history", district=DAK_GLEI).json()["rows"]]
    assert {old, commune} <= set(chosen)
    assert not {area, other, whole} & set(chosen)
    there = {row["number"] for row in desk.get("/office/history", province="quangngai").json()["rows"]}
    assert {area, commune, other, whole} <= there
    assert old not in there
    preview = desk.check(filled(desk.template(DAK_LONG, "2025-10"), "Chưa đạt"), district=DAK_LONG, period="2025-10")
    assert preview.json()["district"] == DAK_LONG
    wrong = desk.check(filled(desk.template(DAK_LONG, "2025-10")), district="616", period="2025-10")
    assert (wrong.status_code, "Hãy chọn xã trong danh sách" in detail(wrong)) == (400, True)


def test_a_corrected_file_replaces_the_first_which_stays(desk: Desk) -> None:
    form = desk.template(DAK_HA)
    numbers = []
    for word in ("Đạt", "Chưa đạt"):
        found = desk.check(filled(form, word), received="2025-05-13").json()
        numbers.append(desk.post(f"/office/submit/{found['token']}").json()["number"])
    rows = {row["number"]: row for row in desk.get("/office/history", district=DAK_HA).json()["rows"]}
    assert list(rows) == numbers[::-1]
    assert (rows[numbers[0]]["replaced_by"], rows[numbers[1]]["replaced_by"]) == (numbers[1], None)
    assert (rows[numbers[1]]["revision"], rows[numbers[1]]["supersedes"]) == (2, numbers[0])
    for number, row in rows.items():
        assert row["size"] == len(desk.get(f"/office/file/{number}").content)
    older = desk.get("/office/history", district=DAK_HA, before=str(numbers[1])).json()
    assert [row["number"] for row in older["rows"]] == [numbers[0]]
    assert older["more"] is False


def test_two_at_once_one_wins_and_the_other_is_told(desk: Desk) -> None:
    form = desk.template(SA_THAY, "2025-04")
    first, second = (desk.check(filled(form, word)).json()["token"] for word in ("Đạt", "Chưa đạt"))
    assert desk.post(f"/office/submit/{first}").status_code == 200
    late = desk.post(f"/office/submit/{second}")
    assert late.status_code == 409
    assert "Chưa ghi gì" in detail(late)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_faults_come_with_cells_and_a_marked_workbook(desk: Desk, lang: str) -> None:
    before = current.ledger().version()
    answer = desk.check(filled(desk.template(), D7="có lẽ", E8="không rõ"), lang=lang)
    assert answer.status_code == 422
    found = answer.json()
    assert {(fault["sheet"], fault["cell"]) for fault in found["faults"]} == {("Tiêu chí", "D7"), ("Tiêu chí", "E8")}
    assert all(fault["text"] and fault["place"] for fault in found["faults"])
    marked = desk.client.get(found["marked"], HOST)
    assert marked.status_code == 200
    sheet = load_workbook(io.BytesIO(marked.content))["Tiêu chí"]
    assert sheet["D7"].comment
    assert sheet["D7"].value == "có lẽ"
    assert not sheet["D8"].comment
    assert current.ledger().version() == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b""),
        ("a.xlsx", b"%PDF-1.7"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", "Mã xã,Tên xã\n".encode()),
        ("a.exe", b"MZ"),
        ("a", b"PK\x03\x04"),
        ("..\\..\\a.xlsx", b"PK\x05\x06" + b"\0" * 18),
        ("=cmd|' /C calc'!A0.csv", b"x"),
        ("\ud7ff\u0301.xlsx", b"x"),
    ],
)
def test_what_is_no_form_is_refused_with_a_sentence(desk: Desk, name: str, content: bytes) -> None:
    before = current.ledger().version()
    answer = desk.check(content, name)
    assert answer.status_code == 422, answer.content
    assert all(fault["text"] for fault in answer.json()["faults"])
    assert answer.json()["faults"]
    assert current.ledger().version() == before


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"name": ""}, "tên tệp"),
        ({"name": "folder/"}, ""),
        ({"kind": "programme"}, "programme"),
        ({"kind": "x"}, "x"),
        ({"district": "1"}, "1"),
        ({"period": "2025"}, "2025"),
        ({"received": "13/05/2025"}, "13/05/2025"),
        ({"received": "2999-01-01"}, "sau hôm nay"),
        ({"received": "2025-02-30"}, "2025-02-30"),
        ({"attachment": "none"}, "Bản quét"),
        ({"province": "hue"}, "hue"),
    ],
)
def test_a_query_that_cannot_be_used_is_named(desk: Desk, query: dict[str, str], word: str) -> None:
    answer = desk.post("/office/check", b"x", **{"name": "a.xlsx"} | query)
    assert answer.status_code in {400, 422}
    if answer.status_code == 400:
        assert word in detail(answer)


@pytest.mark.parametrize("path", ["/office/check?name=a.xlsx", "/office/attachment"])
def test_what_is_too_large_is_not_even_read(desk: Desk, path: str) -> None:
    declared = desk.client.post(path, b"%PDF-", DESK | {"Content-Length": str(LIMIT + 1)})
    huge = desk.client.post(path, b"%PDF-", DESK | {"Content-Length": "9" * 5000})
    sent = desk.client.post(path, b"%PDF-" + bytes(LIMIT), DESK)
    assert [answer.status_code for answer in (declared, huge, sent)] == [413, 413, 413]
    assert "20 MB" in detail(sent)


def test_an_upload_that_breaks_off_leaves_nothing(desk: Desk) -> None:
    before = current.ledger().version()
    answer = desk.client.post("/office/check?name=a.xlsx", b"x" * 100, DESK, broken=True)
    assert answer.status_code == 400
    assert current.ledger().version() == before


# One-row forms


def test_a_typed_decision_changes_the_map_and_keeps_its_scan(desk: Desk) -> None:
    scan = b"%PDF-1.7\nscan of a decision"
    kept = desk.post("/office/attachment", scan).json()
    assert (kept["hash"], kept["size"]) == (hashlib.sha256(scan).hexdigest(), len(scan))
    assert compute(ViewState()).frame.loc[RO_KOI, "class_id"] != "standard"
    found = desk.form("decisions", DECISION, attachment=kept["attachment"])
    assert found.status_code == 200, found.content
    [change] = found.json()["preview"]["changes"]
    assert change["unit"] == RO_KOI
    receipt = desk.post(f"/office/submit/{found.json()['token']}").json()
    assert compute(ViewState()).frame.loc[RO_KOI, "class_id"] == "standard"
    answer = desk.get(f"/office/file/{receipt['number']}/scan")
    assert answer.content == scan
    assert answer.headers["content-type"] == "application/pdf"
    [row] = [row for row in desk.get("/office/history").json()["rows"] if row["number"] == receipt["number"]]
    assert row["scan"]


def test_a_cluster_comes_with_the_scan_of_its_plan(desk: Desk) -> None:
    scan = b"%PDF-1.7\nscan of a plan"
    kept = desk.post("/office/attachment", scan).json()
    values = {"cluster_id": "RK-1", "cluster_name": "Cụm 1", "kind": "Điểm dân cư mới", "code": RO_KOI}
    values |= {"step": "Đang rà soát", "as_of": "30/06/2025"}
    found = desk.form("clusters", values, attachment=kept["attachment"])
    assert found.status_code == 200, found.content
    receipt = desk.post(f"/office/submit/{found.json()['token']}").json()
    assert desk.get(f"/office/file/{receipt['number']}/scan").content == scan
    [row] = [row for row in desk.get("/office/history").json()["rows"] if row["number"] == receipt["number"]]
    assert row["scan"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_fault_of_a_form_names_its_field(desk: Desk, lang: str) -> None:
    answer = desk.form("decisions", DECISION | {"year": "1999", "number": ""}, lang=lang)
    assert answer.status_code == 422
    faults = answer.json()["faults"]
    assert {fault["field"] for fault in faults} == {"year", "number"}
    assert answer.json()["marked"] is None
    assert all(".csv" not in fault["place"] and not fault["cell"] for fault in faults)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"code": 1}',
        b'{"code": null}',
        b'{"nothing": "x"}',
        b'{"name": "for files only"}',
        b"[" * 60_000,
        b"\xff",
        b'{"code": NaN}',
    ],
)
def test_a_form_that_is_none_is_refused(desk: Desk, body: bytes) -> None:
    answer = desk.post("/office/form/decisions", body)
    assert answer.status_code == 400
    assert detail(answer)


def test_a_form_that_does_not_exist_or_is_too_large(desk: Desk) -> None:
    assert desk.form("monthly", {}).status_code == 404
    assert desk.form("nothing", {}).status_code == 404
    assert desk.post("/office/form/decisions", b'{"code": "%s"}' % (b"x" * 600_000)).status_code == 413


@pytest.mark.parametrize("value", ["\x00", "\ud800", "=1+1", "'=1", '\r\n;,"', "﷽" * 800, "１９９９", "1e400", "-1"])
@pytest.mark.parametrize("kind", sorted(FORMS))
def test_odd_text_in_every_field_gets_a_sentence(desk: Desk, kind: str, value: str) -> None:
    keys = [c["key"] for c in desk.get("/office/desk").json()["forms"][kind]["columns"]]
    answer = desk.form(kind, dict.fromkeys(keys, value))
    assert answer.status_code in {400, 422}, answer.content
    if answer.status_code == 422:
        assert all(fault["text"] for fault in answer.json()["faults"])


def test_only_scans_are_kept(desk: Desk) -> None:
    for content in (b"", b"<html>", b"PK\x03\x04", b"MZ"):
        answer = desk.post("/office/attachment", content)
        assert answer.status_code == 422
        assert "PDF" in detail(answer)


# What holds it together


def test_a_store_that_cannot_be_written_leaves_the_confirmation_valid(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = desk.form("figures", figure("2024")).json()["token"]
    before = current.ledger().version()

    def fails(*_: object) -> None:
        raise StoreError("Kho số liệu còn trống. Hãy khởi động lại chương trình để nạp bộ số liệu công bố.")

    with monkeypatch.context() as patch:
        patch.setattr(type(current.ledger()), "submit", fails)
        assert desk.post(f"/office/submit/{token}").status_code == 503
    assert current.ledger().version() == before
    assert desk.post(f"/office/submit/{token}").status_code == 200


def figure(year: str) -> dict[str, str]:
    return {
        "area": "Toàn tỉnh",
        "metric": "Số thôn kiểu mẫu",
        "period": f"12/{year}",
        "value": "41",
        "source": "Báo cáo của Sở",
    }


def test_a_worker_that_dies_takes_nobody_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(office_module.checking, "small_form", die)
        answer = desk.get("/office/template/decisions.xlsx")
    assert answer.status_code == 422
    assert "dừng giữa chừng" in detail(answer)
    assert desk.get("/office/template/decisions.xlsx").status_code == 200


def die(*_: object) -> None:
    import os  # noqa: PLC0415 - runs in the worker

    os._exit(1)


@pytest.mark.parametrize("error", [DuplicateError("Số {number}", number=3), ConflictError("{what}", what="x")])
def test_refusals_come_out_of_the_worker_whole(error: DuplicateError | ConflictError) -> None:
    found = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (type(found), found.text("vi")) == (type(error), error.text("vi"))


def test_a_shelf_is_bounded_in_time_and_number() -> None:
    time = [0.0]
    shelf: Pending[str] = Pending(kept=2, clock=lambda: time[0])
    first, second, third = (shelf.put(name) for name in ("a", "b", "c"))
    assert [shelf.get(token) for token in (first, second, third)] == [None, "b", "c"]
    assert shelf.take(second) == "b"
    assert shelf.take(second) is None
    time[0] = KEPT_SECONDS - 1
    assert shelf.get(third) == "c"
    time[0] = KEPT_SECONDS
    assert shelf.get(third) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_query_makes_the_reading_routes_fail(client: Client, name: str, value: str) -> None:
    query = urlencode({name: value, "lang": value}, quote_via=quote, errors="replace")
    for path in ("/office/desk", "/office/history"):
        assert client.get(f"{path}?{query}").status_code in {200, 400}


def test_a_page_with_kinds_of_its_own_tells_of_them_alone(desk: Desk) -> None:
    values = {"area": "Toàn tỉnh", "metric": "Số xã nâng cao", "period": "2024", "value": "7", "source": "Báo cáo 12"}
    found = desk.form("figures", values).json()
    number = desk.post(f"/office/submit/{found['token']}").json()["number"]
    everything = {row["kind"] for row in desk.get("/office/history").json()["rows"]}
    assert {"programme", "figures"} <= everything
    rows = desk.get("/office/history", kinds="figures,dossiers").json()["rows"]
    assert number in {row["number"] for row in rows}
    assert {row["kind"] for row in rows} <= {"figures", "dossiers"}
    assert desk.get("/office/history", kinds="criteria-set").json()["rows"] == []


# Clusters: what is known fills the form

#: Everything that the form of a cluster asks for; the place was surveyed in the zone of the province.
WHOLE_CLUSTER = {
    "cluster_id": "DC/64",
    "cluster_name": "Điểm dân cư số 64",
    "number": "64",
    "kind": "điểm dân cư mới",
    "code": "23538 – Ia Tơi – huyện Ia H'Drai",
    "villages": "Thôn 1, Thôn 7",
    "village_count": "2",
    "arrangement": "tập trung",
    "reason": "dân di cư tự do",
    "ethnic_groups": "Kinh, Thái",
    "households_now": "22",
    "people_now": "81",
    "households_planned": "100",
    "people_planned": "360",
    "moved": "2019-06-30",
    "step": "Đang thực hiện",
    "plan_type": "đề án bố trí dân cư",
    "plan_document": "285/QĐ-UBND",
    "plan_date": "2018-03-23",
    "issuing_body": "UBND tỉnh",
    "plan_from": "2018-04-01",
    "plan_to": "2027-12-31",
    "due": "2026-12-31",
    "road": "có",
    "water": "chưa có",
    "telecom": "đang xây dựng",
    "area_ha": "1234,5",
    "residential_ha": "25,125",
    "budget_million": "12500",
    "in_belt": "không",
    "road_m": "0",
    "crs": "VN-2000 (mét, múi chiếu của tỉnh)",
    "planned_x": "489456,78",
    "planned_y": "1552345,67",
    "lead_agency": "Sở Xây dựng",
    "as_of": "2025-03-31",
    "note": "Theo đề án bố trí dân cư",
}


@pytest.fixture(scope="module")
def cluster(desk: Desk) -> dict[str, str]:
    """Hand in a cluster in two records; return what was typed for the newer one."""
    for changed in ({"as_of": "2024-12-31", "step": "Đã phê duyệt", "households_now": "20"}, {}):
        found = desk.form("clusters", WHOLE_CLUSTER | changed)
        assert found.status_code == 200, found.json()
        receipt = desk.post(f"/office/submit/{found.json()['token']}").json()
        assert receipt["shown_from"] == (WHOLE_CLUSTER | changed)["as_of"][:7]
    return WHOLE_CLUSTER


def test_known_clusters_are_listed_once(desk: Desk, cluster: dict[str, str]) -> None:
    listed = desk.get("/office/records/clusters").json()["records"]
    mine = [one for one in listed if one["id"] == cluster["cluster_id"]]
    assert mine == [{"id": cluster["cluster_id"], "text": "DC/64 – Điểm dân cư số 64 – Ia Tơi"}]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_newest_record_fills_the_form_and_changes_nothing_on_its_day(
    desk: Desk, cluster: dict[str, str], lang: str
) -> None:
    day = cluster["as_of"]
    known = desk.get("/office/record/clusters", id=cluster["cluster_id"], day=day, lang=lang).json()
    assert known["as_of"] == "31/03/2025"
    values = known["values"]
    assert "as_of" not in values
    assert "void" not in values
    filled_in = desk.form("clusters", values | {"as_of": day}, lang=lang).json()["preview"]
    assert filled_in["changes"] == []
    one_more = desk.form("clusters", values | {"as_of": day, "households_now": "23"}, lang=lang).json()["preview"]
    assert len(one_more["changes"]) == 1
    if lang == "vi":
        surveyed = {"crs", "planned_x", "planned_y"}
        assert {key: values[key] for key in cluster.keys() - surveyed - {"as_of"}} == {
            key: text for key, text in cluster.items() if key not in {*surveyed, "as_of"}
        }
        assert values["crs"] == "WGS 84 (kinh độ, vĩ độ)"
        assert values["households_moved"] == values["existing_x"] == ""
        assert values["data_status"] == "dự thảo"
    else:
        assert values["kind"] != cluster["kind"]


def test_a_record_of_before_is_continued_in_the_commune_of_today(desk: Desk, cluster: dict[str, str]) -> None:
    values = desk.get("/office/record/clusters", id=cluster["cluster_id"]).json()["values"]
    assert values["code"] == "23538 – Ia Tơi – huyện Ia H'Drai (cũ)"
    assert values["old_code"] == "23538 – Ia Tơi – huyện Ia H'Drai"
    later = desk.form("clusters", values | {"as_of": "2025-09-30"}).json()["preview"]
    assert [change["kind"] for change in later["changes"]] == ["new"]
    early = desk.get("/office/record/clusters", id=cluster["cluster_id"], day="2010-01-31")
    assert early.status_code == 400


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [({"id": "nothing"}, 400, "nothing"), ({"id": "DC/64", "day": "31/03/2025"}, 400, "31/03/2025"), ({}, 400, "mã")],
)
def test_odd_questions_after_a_record_are_told(desk: Desk, query: dict[str, str], status: int, says: str) -> None:
    answer = desk.get("/office/record/clusters", **query)
    assert answer.status_code == status
    assert says in detail(answer)


@pytest.mark.parametrize("path", ["/office/records/clusters", "/office/record/clusters?id=DC/64"])
@pytest.mark.parametrize("peer", ["192.168.1.20", "127.0.0.1"])
def test_exact_places_are_for_who_may_write(desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str, peer: str) -> None:
    if peer == "127.0.0.1":
        monkeypatch.delenv("NTM_OFFICE")
    assert desk.client.get(path, HOST, peer).status_code == 403


def test_points_of_a_map_file_are_rows_and_no_workbook_comes_back(desk: Desk, cluster: dict[str, str]) -> None:
    point = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [107.402, 14.037]},
        "properties": {
            "Mã cụm": "DC-70",
            "Tên cụm": "Điểm dân cư số 70",
            "Loại cụm": cluster["kind"],
            "Mã xã": cluster["code"],
            "Bước": "Đang rà soát",
            "Ngày số liệu": "31/03/2025",
        },
    }
    collection = {"type": "FeatureCollection", "features": [point]}
    sound = desk.check(json.dumps(collection).encode(), "diem.geojson", kind="clusters")
    assert sound.status_code == 200, sound.json()
    point["geometry"] = {"type": "Point", "coordinates": [105.8, 21.0]}
    faulty = desk.check(json.dumps(collection).encode(), "diem.geojson", kind="clusters")
    assert faulty.status_code == 422
    assert faulty.json()["marked"] is None
    assert faulty.json()["faults"]
