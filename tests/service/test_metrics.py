"""What Prometheus reads: true counts, and never a name that a client made up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import Ask, asking, layered
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from base.errors import StoreError
from service import live
from service.guard import closing
from service.metrics import METRICS, ROUTES, Metrics
from store import current

Labels = dict[str, str]


async def ten_bytes(request: Request) -> Response:
    return Response(b"0123456789", int(request.query_params.get("status", "200")), media_type="image/png")


async def lost(_: Request) -> Response:
    raise RuntimeError


PLACES = [Route("/maps/{layer}.{extension}", ten_bytes), Route("/ogc/lost", lost)]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def ask(metrics: Metrics) -> Iterator[Ask]:
    with asking(layered([*PLACES, *closing(PLACES)], metrics)) as found:
        yield found


def samples(text: bytes) -> dict[str, list[tuple[Labels, float]]]:
    """Read Prometheus' text by its own client's reader: values and labels by name."""
    found: dict[str, list[tuple[Labels, float]]] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def value(metrics: Metrics, name: str, **labels: str) -> float:
    """Return one number."""
    [found] = [number for has, number in samples(metrics.text())[name] if labels.items() <= has.items()]
    return found


def test_answers_are_counted_by_route_method_and_class(ask: Ask, metrics: Metrics) -> None:
    for path in ("/maps/a.png", "/maps/b.pdf", "/maps/c.png?status=304", "/maps/d.png?status=503"):
        ask(path)
    ask("/maps/a.png", "HEAD")
    ask("/ogc/lost")
    route = "/maps/{layer}.{extension}"
    assert value(metrics, "ntm_requests_total", route=route, method="GET", status="2xx") == 2
    assert value(metrics, "ntm_requests_total", route=route, method="GET", status="3xx") == 1
    assert value(metrics, "ntm_requests_total", route=route, method="GET", status="5xx") == 1
    assert value(metrics, "ntm_requests_total", route=route, method="HEAD", status="2xx") == 1
    assert value(metrics, "ntm_requests_total", route="/ogc/lost", status="5xx") == 1
    assert value(metrics, "ntm_request_seconds_count", route=route) == 5
    assert value(metrics, "ntm_request_seconds_bucket", route=route, le="+Inf") == 5
    assert value(metrics, "ntm_sent_bytes_total", route=route) >= 40


def test_what_clients_write_is_never_a_label(ask: Ask, metrics: Metrics) -> None:
    ask("/ogc")
    ask("/maps/x.png")
    ask("/anything")
    known = len(samples(metrics.text())["ntm_requests_total"])
    for number in range(50):
        ask(f"/ogc/{number}")
        ask(f"/ogc/{number}/deeper?x={number}")
        ask(f"/maps/{number}.png")
        ask(f"/page-{number}")
        ask("/ogc", f"METHOD{number}")
    routes = {labels["route"] for labels, _ in samples(metrics.text())["ntm_requests_total"]}
    assert routes == {"/maps/{layer}.{extension}", "/ogc", "/ogc/{rest:path}", "dashboard"}
    assert len(samples(metrics.text())["ntm_requests_total"]) <= known + 2, (
        "one more for the odd methods, and their 405"
    )


def test_requests_in_flight_are_those_now(metrics: Metrics) -> None:
    during: list[float] = []

    async def look(_: Request) -> Response:
        during.append(value(metrics, "ntm_requests_in_flight"))
        return Response()

    with asking(layered([Route("/ogc/look", look)], metrics)) as ask:
        ask("/ogc/look")
    assert during == [1]
    assert value(metrics, "ntm_requests_in_flight") == 0


def test_a_number_can_be_registered_and_replaced(metrics: Metrics) -> None:
    metrics.register("ntm_drawings_waiting", "Drawings that wait.", lambda: 3)
    assert value(metrics, "ntm_drawings_waiting") == 3
    metrics.register("ntm_drawings_waiting", "Drawings that wait.", lambda: 4)
    assert value(metrics, "ntm_drawings_waiting") == 4


def test_a_number_that_cannot_be_told_hides_no_other(metrics: Metrics, caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> float:
        raise StoreError("x")

    metrics.register("ntm_broken", "x", fails)
    assert value(metrics, "ntm_broken") != value(metrics, "ntm_broken"), "not a number"
    assert value(metrics, "ntm_requests_in_flight") == 0
    assert "ntm_broken" in caplog.text


def test_the_page_tells_facts_sample_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    live.look()
    version = current.ledger().version()
    with asking(layered(ROUTES, Metrics())) as ask:
        answer = ask("/metrics")
        monkeypatch.setenv("NTM_SAMPLE", "1")
        made_up = ask("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    found = samples(answer.content)
    assert found["ntm_facts_version"] == [({}, version)]
    assert found["ntm_sample"] == [({}, 0)]
    assert samples(made_up.content)["ntm_sample"] == [({}, 1)]
    assert found["process_resident_memory_bytes"][0][1] > 10**7
    assert METRICS.registry is not Metrics().registry
