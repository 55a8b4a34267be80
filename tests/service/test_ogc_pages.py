"""The pages of ``/ogc``: in the reader's language, whole without any other host, and plain about made-up data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from asking import Ask, asking
from http_client import Answer
from starlette.applications import Starlette

import server
from base.settings import ROOT
from layers.view import SAMPLE_NOTE
from service.guard import closing
from service.ogc_documents import CONFORMANCE
from service.ogc_pages import FOLDER, outline
from service.ogc_words import WORDS

KON_TUM = "ntm-levels-kontum-2015"
COLLECTION = f"/ogc/collections/{KON_TUM}"
PAGES = (
    "/ogc",
    "/ogc/conformance",
    "/ogc/collections",
    "/ogc/openapi",
    COLLECTION,
    f"{COLLECTION}/queryables",
    f"{COLLECTION}/schema",
    f"{COLLECTION}/items",
    f"{COLLECTION}/items?limit=5&offset=5&properties=name,level",
    f"{COLLECTION}/items?class=no-such-class",
    f"{COLLECTION}/items/23356",
    "/ogc/collections/district-progress-kontum-2015/items",
    "/ogc/collections/boundaries-quangngai-2025-kontum",
)
HOST = {"host": "testserver"}
#: Words that no Vietnamese sentence has, but for licences and sources, which are quoted as they are.
ENGLISH = re.compile(r"(?<![\w-])(the|this|documents?|and|for|of|definition|with)(?![\w-])", re.IGNORECASE)
QUOTED = ("MIT", "NOTICE")


class Page(HTMLParser):
    """What a page says and refers to; text in ``<code>`` and scripts is not said."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "img", "br", "rect", "path", "circle"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "code" not in self._open and data.strip():
            self.said.append(data.strip())

    def addresses(self) -> list[str]:
        named = [attrs[name] for _, attrs in self.tags for name in ("href", "src", "action") if attrs.get(name)]
        return [str(one) for one in named]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    app = Starlette(routes=[*server.ROUTES, *closing(server.ROUTES)], middleware=server.MIDDLEWARE)
    with asking(app) as asked:
        yield asked


def page(ask: Ask, path: str, lang: str = "vi") -> Answer:
    joint = "&" if "?" in path else "?"
    answer = ask(f"{path}{joint}lang={lang}", headers=HOST | {"accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 200, answer.content
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_page_needs_nothing_but_this_server(ask: Ask, path: str, lang: str) -> None:
    text = page(ask, path, lang).content.decode()
    found = Page(text)
    assert all(not urlsplit(one).netloc and one.startswith(("/", "#")) for one in found.addresses())
    assert not [tag for tag, attrs in found.tags if tag in {"script", "style", "iframe"} or "style" in attrs]
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
    [style] = [attrs["href"] for tag, attrs in found.tags if tag == "link" and attrs["rel"] == "stylesheet"]
    sheet = ask(str(style), headers=HOST)
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "url(" not in sheet.content.decode()
    assert "import" not in sheet.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(ask: Ask, path: str) -> None:
    found = sorted(set(Page(page(ask, path).content.decode()).addresses()))
    for one in found[:: 1 + len(found) // 30]:  # every collection is not computed here
        first = urlsplit(one).path.split("/")[1] if one.startswith("/") else ""
        if first == "ogc":
            assert ask(one, headers=HOST).status_code == 200, one
        elif first == "maps":
            json = re.sub(r"\.\w+\?", ".json?", one)  # as a sheet it would have to be drawn
            assert ask(json, headers=HOST).status_code == 200, one


@pytest.mark.parametrize("path", PAGES)
def test_a_vietnamese_page_is_vietnamese(ask: Ask, path: str) -> None:
    text = page(ask, path).content.decode()
    assert '<html lang="vi">' in text
    said = [one for one in Page(text).said if not any(word in one for word in QUOTED)]
    assert len(said) > 10
    assert not [one for one in said if ENGLISH.search(one)]


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_is_english_and_leads_to_the_vietnamese_one(ask: Ask, path: str) -> None:
    text = page(ask, path, "en").content.decode()
    assert '<html lang="en">' in text
    vietnamese = {WORDS[key] for key in ("collections", "conformance", "service", "formats", "home", "legend")}
    assert not vietnamese & set(Page(text).said)
    other = next(attrs for tag, attrs in Page(text).tags if tag == "a" and attrs.get("hreflang") == "vi")
    answer = ask(str(other["href"]), headers=HOST)
    assert b'<html lang="vi">' in answer.content
    kept = [part for part in urlsplit(path).query.split("&") if part]
    assert all(part.replace(",", "%2C") in str(other["href"]) for part in kept)


@pytest.mark.parametrize("path", PAGES)
def test_made_up_data_say_so_at_the_top_of_every_page(ask: Ask, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SAMPLE_NOTE not in Page(page(ask, path).content.decode()).said
    for module in ("ogc_pages", "ogc_documents", "openapi"):
        monkeypatch.setattr(f"service.{module}.is_sample", lambda: True)
    # Kept answers know nothing of the change: another order of the same languages makes a new one.
    answer = ask(path, headers=HOST | {"accept": "text/html", "host": "sample"})
    found = Page(answer.content.decode())
    assert found.said[0].startswith(SAMPLE_NOTE)  # the title
    assert SAMPLE_NOTE in found.said[1:4]


def test_no_text_hides_in_a_template() -> None:
    """What a page says is in ``service/ogc_words.py``, where ``tests/test_i18n.py`` finds it."""
    said = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.html"))
    assert not re.search(r"[^\x00-\x7f–‹›]", said)


def test_every_word_is_used() -> None:
    files = [*FOLDER.glob("*.html"), ROOT / "service" / "ogc_pages.py", ROOT / "service" / "openapi_page.py"]
    text = "".join(path.read_text("utf-8") for path in files)
    named = {key for key in WORDS if f'"{key}"' in text or f"'{key}'" in text}
    assert set(WORDS) - named - {key for key in WORDS if key.startswith("type_")} == {
        "queryables_about",
        "schema_about",
    }
    kinds = {key for key in WORDS if key.startswith("type_")}
    known = {"string", "integer", "number", "boolean", "object", "binary", "date", "geometry", "any", "list"}
    assert kinds == {f"type_{kind}" for kind in known}


def test_the_address_to_paste_into_qgis_is_on_the_first_page(ask: Ask) -> None:
    assert '<code class="address">http://testserver/ogc</code>' in page(ask, "/ogc").content.decode()


def test_the_public_address_is_used_where_it_is_set(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_PUBLIC_URL", "https://ntm.example.vn/ban-do-ntm")
    text = page(ask, "/ogc").content.decode()
    assert "https://ntm.example.vn/ban-do-ntm/ogc</code>" in text
    ours = [one for one in Page(text).addresses() if not one.startswith("#")]
    assert all(one.startswith("/ban-do-ntm/") for one in ours)


def test_a_table_of_features_has_the_rows_and_colours_of_the_document(ask: Ask) -> None:
    found = Page(page(ask, f"{COLLECTION}/items").content.decode())
    document = ask(f"{COLLECTION}/items?f=json", headers=HOST).json()
    codes = [feature["id"] for feature in document["features"]]
    rows = [attrs["href"] for tag, attrs in found.tags if tag == "a" and f"{COLLECTION}/items/" in str(attrs["href"])]
    assert [urlsplit(str(one)).path.rpartition("/")[2] for one in rows] == codes
    assert len(codes) == 102
    fills = [attrs["fill"] for tag, attrs in found.tags if tag == "rect"]
    classes = [item["color"] for item in document["legend"]]
    assert fills == classes + [feature["properties"]["color"] for feature in document["features"]]


def test_pages_of_a_long_list_are_linked(ask: Ask) -> None:
    text = page(ask, f"{COLLECTION}/items?limit=40").content.decode()
    assert "1–40 trong 102" in text
    offsets = [0]
    while nexts := [attrs["href"] for tag, attrs in Page(text).tags if tag == "a" and attrs.get("rel") == "next"]:
        offsets.append(int(re.findall(r"offset=(\d+)", str(nexts[0]))[0]))
        text = ask(str(nexts[0]), headers=HOST).content.decode()
    assert offsets == [0, 40, 80]
    assert "81–102 trong 102" in text


def test_a_collection_shows_its_own_map(ask: Ask) -> None:
    found = Page(page(ask, COLLECTION).content.decode())
    [picture] = [attrs for tag, attrs in found.tags if tag == "img"]
    assert picture["alt"]
    address = urlsplit(str(picture["src"]))
    assert address.path == "/maps/ntm-levels.svg"
    assert "boundary=kontum-2015" in address.query
    assert "period=2025-06" in address.query


def test_links_of_documents_are_named_in_the_language_and_none_is_dead(ask: Ask) -> None:
    for path in ("/ogc", "/ogc/collections", COLLECTION, f"{COLLECTION}/items?limit=1", f"{COLLECTION}/items/23356"):
        document = ask(f"{path}{'&' if '?' in path else '?'}f=json&lang=vi", headers=HOST).json()
        links = document["links"] + [link for one in document.get("collections", ())[:2] for link in one["links"]]
        for link in links:
            assert link["title"], link
            assert "MIT" in link["title"] or not ENGLISH.search(link["title"]), link
            parts = urlsplit(link["href"])
            assert parts.netloc == "testserver"
            map_path = re.sub(r"\.(png|svg|pdf)$", ".json", parts.path)
            answer = ask(f"{map_path}?{parts.query}", headers=HOST | {"accept": link.get("type", "*/*")})
            assert answer.status_code == 200, link
            if map_path == parts.path and "type" in link:
                assert answer.headers["content-type"].partition(";")[0] == link["type"].partition(";")[0], link


def test_a_collection_leads_to_its_table_its_picture_its_style_and_its_licence(ask: Ask) -> None:
    links = ask(f"{COLLECTION}?f=json", headers=HOST).json()["links"]
    rels = {(link["rel"].rpartition("/")[2], link["type"]) for link in links}
    wanted = {
        ("items", "text/csv"),
        ("preview", "image/png"),
        ("stylesheet", "application/xml"),
        ("items", "text/html"),
    }
    assert wanted <= rels
    assert any(link["rel"] == "license" for link in links)


def test_queryables_are_named_as_on_the_page(ask: Ask) -> None:
    for lang, heading in (("vi", "Đơn vị"), ("en", "Unit")):
        for kind in ("queryables", "schema"):
            found = ask(f"{COLLECTION}/{kind}?f=json&lang={lang}", headers=HOST).json()["properties"]
            assert found["name"]["title"] == heading
            assert all(part["title"] for part in found.values())


def test_conformance_names_only_what_is_there(ask: Ask) -> None:
    classes = ask("/ogc/conformance?f=json", headers=HOST).json()["conformsTo"]
    assert classes == list(CONFORMANCE)
    assert not [one for one in classes if "cql" in one or "tiles" in one or "create-replace" in one]


def test_csv_has_its_columns_even_without_a_row(ask: Ask) -> None:
    full = ask(f"{COLLECTION}/items?f=csv&limit=1", headers=HOST).content.decode("utf-8-sig").splitlines()
    none = ask(f"{COLLECTION}/items?f=csv&class=none", headers=HOST).content.decode("utf-8-sig").splitlines()
    assert len(full) == 2
    assert none == full[:1]
    assert full[0].endswith(",lon,lat")
    zone = "http://www.opengis.net/def/crs/EPSG/0/9216"
    metres = ask(f"{COLLECTION}/items?f=csv&limit=1&crs={zone}", headers=HOST).content.decode("utf-8-sig")
    assert metres.splitlines()[0].endswith(",x,y")


def test_an_outline_is_drawn_to_scale() -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    box, path = outline(square).split("|")
    assert box == "-4 -4 408 408"
    assert path.startswith("M0.0,400.0 400.0,400.0 400.0,0.0 0.0,0.0")
    wide = {"type": "MultiPolygon", "coordinates": [[[[0, 0], [2, 0], [2, 1], [0, 1], [0, 0]]]]}
    assert outline(wide).startswith("-4 -4 408 208|")
