"""Two processes on one PostgreSQL behind nginx as it ships: nobody notices which one answers, or that one died."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import docker_context
import pytest
from cluster import FAST, NoServerError, cluster
from nginx_server import NoNginxError, free_port, nginx
from playwright.sync_api import expect

from .conftest import Visitor
from .process import expected
from .two_processes import Process, Site, ask

#: What Streamlit tells the console when somebody clicks while there is no connection.
DISCONNECTED = "Cannot send rerun backMessage when disconnected from server."
PAGE = {"Accept": "text/html"}
PICTURE = "/maps/no-such-layer.png"
MONTHS = [f"2023-{month:02}" for month in range(1, 7)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return the site. Its processes run from what the image would hold, and may write at the machine itself."""
    folder = tmp_path_factory.mktemp("site")
    root = docker_context.copy(folder / "ntm-map")
    (folder / "nginx").mkdir()
    try:
        with ExitStack() as open_until_the_end:
            url = open_until_the_end.enter_context(cluster(FAST)).database()
            settings = {"DATABASE_URL": url, "NTM_DATA": str(folder / "data"), "NTM_OFFICE": "Văn phòng"}
            processes = [Process(root, free_port(), settings) for _ in range(2)]
            for process in processes:
                open_until_the_end.callback(process.end)
                process.start()  # both at once, on an empty database
            for process in processes:
                process.wait()
            front = nginx(folder / "nginx", [process.name for process in processes])
            yield Site(open_until_the_end.enter_context(front), processes)
    except (NoServerError, NoNginxError) as error:
        pytest.fail(str(error))


def items(site: Site) -> str:
    """Return the address of a collection's features."""
    found = json.loads(ask(site.address, "/ogc/collections?f=json").body)["collections"]
    return f"/ogc/collections/{next(one['id'] for one in found if one['id'].startswith('ntm-levels-'))}/items?f=json"


# What passes through


def test_a_reader_stays_with_one_process_and_readers_share_both(site: Site) -> None:
    used = set()
    for number in range(8):
        first = ask(site.address, "/ban-do", User_Agent=f"reader-{number}", **PAGE)
        cookie = first.headers["Set-Cookie"]
        assert re.fullmatch(r"ntm_route=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Lax", cookie)
        for month in MONTHS:
            path, mine = f"/maps/ntm-levels.json?period={month}", {"Cookie": cookie.split(";")[0]}
            again = ask(site.address, path, User_Agent=f"reader-{number}", **mine, **PAGE)
            assert (again.status, again.headers["Set-Cookie"]) == (200, None)
        asked = site.answered(lambda line, who=f"reader-{number}": line["agent"] == who, 1 + len(MONTHS))
        assert len(set(asked)) == 1, asked
        used.add(asked[0])
    for number in range(24):
        ask(site.address, "/live", User_Agent="spread", Cookie=f"ntm_route={number:032x}")
    used |= set(site.answered(lambda line: line["agent"] == "spread", 24))
    assert used == {process.name for process in site.processes}


def test_a_cookie_that_is_none_of_ours_is_replaced(site: Site) -> None:
    answer = ask(site.address, "/ban-do", Cookie="ntm_route=anything", **PAGE)
    assert "ntm_route=" in answer.headers["Set-Cookie"]


def test_unchanged_answers_are_not_sent_again_whichever_process_is_asked(site: Site) -> None:
    for path in (items(site), "/maps/ntm-levels.json?period=2023-12"):
        same = {"Host": urlsplit(site.address).netloc, "Accept_Encoding": "gzip"}  # addresses in answers begin with it
        tags = {ask(process.address, path, **same).headers["ETag"] for process in site.processes}
        answer = ask(site.address, path, Accept_Encoding="gzip")
        assert tags == {answer.headers["ETag"]}
        assert (answer.status, answer.headers["Set-Cookie"]) == (200, None)
        for tag in (answer.headers["ETag"], f"W/{answer.headers['ETag']}"):
            known = ask(site.address, path, If_None_Match=tag, Accept_Encoding="gzip")
            assert (known.status, known.body) == (304, b"")


def test_everything_is_compressed_once(site: Site) -> None:
    page = ask(site.address, "/ban-do", Accept_Encoding="gzip", **PAGE)
    text = gzip.decompress(page.body).decode()
    script = re.search(r'"\.?(/static/js/index\.[^"]+\.js)"', text)
    assert script is not None
    style = re.search(r'href="(/assets/\w+/main\.css)"', text)
    assert style is not None
    for path, start in ((script[1], b""), (style[1], b""), (items(site), b"{")):
        plain, packed = ask(site.address, path), ask(site.address, path, Accept_Encoding="gzip")
        assert (packed.headers.get_all("Content-Encoding"), plain.headers["Content-Encoding"]) == (["gzip"], None)
        assert gzip.decompress(packed.body) == plain.body
        assert plain.body.startswith(start)


def test_files_with_a_hash_are_kept_for_ever_and_carry_no_cookie(site: Site) -> None:
    page = ask(site.address, "/ban-do", **PAGE).body.decode()
    for path in re.findall(r'href="(/(?:assets|geometry)/[^"]+)"', page):
        answer = ask(site.address, path, **PAGE)
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.status == 200
        gone = ask(site.address, re.sub(r"[0-9a-f]{8,}", "0" * 12, path))
        assert gone.status == 404
    asked = site.answered(lambda line: line["status"] == 404 and line["uri"].startswith("/assets/000"), 1)
    assert len(asked[0].split(", ")) == 2, "during an update the other process may know the file"


def test_the_request_has_one_id_in_both_logs_and_in_the_answer(site: Site) -> None:
    answer = ask(site.address, "/healthz/ready", User_Agent="named")
    assert answer.status == 200
    site.answered(lambda line: line["agent"] == "named", 1)
    line = next(line for line in site.nginx.log() if line["agent"] == "named")
    assert answer.headers["X-Request-ID"] == line["request_id"]
    assert answer.headers["Server"] == "nginx"


# What does not


def test_nobody_writes_through_nginx(site: Site) -> None:
    desk = {"X_NTM_Desk": "1", "Host": "127.0.0.1"}
    for path in ("/office/check?name=a.xlsx", "/office/form/decisions", "/office/boundaries/upload"):
        refused = ask(site.address, path, "POST", body=b"x", **desk)
        assert (refused.status, refused.headers["Content-Type"]) == (403, "application/problem+json; charset=utf-8")
    assert site.answered(lambda line: line["method"] == "POST" and line["uri"] == "/office", 3) == ["", "", ""]
    # The program itself refuses as well, whatever a client pretends to be.
    records = "/office/records/clusters"
    assert ask(site.address, records, X_Forwarded_For="127.0.0.1", **desk).status == 403
    assert ask(site.processes[0].address, records, **desk).status == 200
    assert json.loads(ask(site.address, "/office/desk").body)["may_write"] is False


def test_a_foreign_page_cannot_open_our_websocket(site: Site) -> None:
    own = urlsplit(site.address).netloc
    wish = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
    wish["Sec_WebSocket_Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    for origin in ("http://evil.example", f"http://{own}.evil.example", f"http://evil.example/{own}", "null"):
        assert ask(site.address, "/_stcore/stream", Origin=origin, User_Agent="foreign", **wish).status == 403
    assert set(site.answered(lambda line: line["agent"] == "foreign", 4)) == {""}


def test_numbers_of_a_process_are_not_for_readers(site: Site) -> None:
    assert ask(site.address, "/metrics").status == 403
    assert b"ntm_requests_total" in ask(site.processes[1].address, "/metrics").body


def test_whoever_asks_for_too_many_pictures_is_told_when_to_come_again(site: Site) -> None:
    with ThreadPoolExecutor(8) as many:
        hasty = list(many.map(lambda _: ask(site.address, PICTURE, client="127.0.0.9"), range(160)))
    seen = Counter(answer.status for answer in hasty)
    assert set(seen) == {404, 429}
    assert seen[404] > 40
    late = next(answer for answer in hasty if answer.status == 429)
    assert (late.headers["Retry-After"], json.loads(late.body)["status"]) == ("5", 429)
    assert ask(site.address, PICTURE, client="127.0.0.8").status == 404


# When a process ends


@dataclass
class Crowd:
    """Clients that ask again and again, each request on a connection of its own."""

    site: Site
    paths: list[str]
    seen: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.threads = [threading.Thread(target=self._ask, args=(path,)) for path in self.paths]
        for thread in self.threads:
            thread.start()
        self.more(50)
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def more(self, count: int) -> None:
        """Wait for so many further answers."""
        end, wanted = time.monotonic() + 60, len(self.seen) + count
        while len(self.seen) < wanted:
            assert time.monotonic() < end, Counter(self.seen)
            time.sleep(0.01)

    def _ask(self, path: str) -> None:
        while not self.over.wait(0.01):
            try:
                answer = ask(self.site.address, path, User_Agent="crowd")
                json.loads(answer.body)
                self.seen.append(str(answer.status))
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.seen.append(repr(error))


def crowd(site: Site) -> Crowd:
    return Crowd(site, [items(site), "/maps/ntm-levels.json?period=2023-12"])


def test_a_process_is_replaced_by_a_new_one_and_no_request_fails(site: Site) -> None:
    old = site.processes[0]
    with crowd(site) as asking:
        old.end()
        asking.more(100)
        old.start()
        old.wait()
        before = len(site.nginx.log())
        end = time.monotonic() + 20
        while old.name not in {line["process"] for line in site.nginx.log()[before:]}:
            assert time.monotonic() < end, "nginx does not come back to the new process"
            asking.more(10)
    assert set(asking.seen) == {"200"}


def test_people_and_programs_go_on_when_their_process_is_killed(site: Site, visitor: Visitor) -> None:
    dashboard = visitor(at=site.address)
    dashboard.open("ban-do", period="2023-12").select("district", "610")
    asked = site.answered(lambda line: line["uri"] == "/ban-do" and "Chrome" in line["agent"], 1)
    mine = site.process(asked[-1])
    with crowd(site) as asking:
        mine.end(at_once=True)
        dashboard.select("district", "611")
        asking.more(200)
    failed = [said for said in asking.seen if said != "200"]
    assert len(failed) <= len(asking.threads), "more than what the process was answering when it was killed"
    assert dashboard.query == {"period": "2023-12", "district": "611"}
    document = expected("ntm-levels", period="2023-12", district="611")
    expect(dashboard.at("headline")).to_have_text(document["headline"])
    expect(dashboard.at("silent")).to_be_hidden()
    dashboard.go("xa-muc-tieu").page.reload()
    dashboard.settled()
    dashboard.expect_query(period="2023-12", district="611")
    sockets = site.answered(lambda line: line["uri"] == "/_stcore/stream" and line["status"] == 101, 2)
    other = next(process for process in site.processes if process is not mine)
    assert (sockets[0], sockets[-1].split(", ")[-1]) == (mine.name, other.name)
    dashboard.watch.faults = [fault for fault in dashboard.watch.faults if DISCONNECTED not in fault]


def test_when_nobody_is_left_a_sentence_says_so(site: Site) -> None:
    for process in site.processes:
        process.end(at_once=True)
    page = ask(site.address, "/ban-do", **PAGE)
    assert (page.status, page.headers["Retry-After"]) == (502, "10")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Chương trình đang khởi động lại" in page.body.decode()
    document = json.loads(ask(site.address, "/maps/ntm-levels.json").body)
    assert document["status"] == 502
