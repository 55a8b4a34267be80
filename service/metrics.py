"""``/metrics``: what the process has done and does, as Prometheus reads it.

Labels are templates of routes, methods that there are, and classes of status: what a client writes is never a label,
else anybody could fill the memory with names.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from base import settings
from service import live

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})
#: Seconds; what is kept answers in the first ones, a sheet is drawn in the last ones.
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts of one process, in a registry of their own."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "ntm_requests", "Answers given.", ["route", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "ntm_request_seconds",
            "Seconds from a request to the end of its answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._bytes = Counter("ntm_sent_bytes", "Bytes of answers, without headers.", ["route"], registry=self.registry)
        self._kinds: dict[tuple[str, str, int], Counter] = {}
        self._routes: dict[str, tuple[Histogram, Counter]] = {}
        self._gauges: dict[str, Gauge] = {}
        #: Requests being answered now, and pages of the dashboard that are open.
        self.in_flight = 0
        self.dashboards = 0
        self.register("ntm_requests_in_flight", "Requests being answered now.", lambda: self.in_flight)
        self.register("ntm_dashboards_open", "Open pages of the dashboard.", lambda: self.dashboards)
        ProcessCollector(registry=self.registry)

    def answered(self, route: str, method: str, status: int, seconds: float, sent: int) -> None:
        """Count an answer; ``status`` is 0 where the client went before there was one."""
        kind = (route, method if method in _METHODS else "other", status // 100)
        if kind not in self._kinds:
            self._kinds[kind] = self._requests.labels(*kind[:2], f"{kind[2]}xx" if kind[2] else "none")
        if route not in self._routes:
            self._routes[route] = (self._seconds.labels(route), self._bytes.labels(route))
        self._kinds[kind].inc()
        self._routes[route][0].observe(seconds)
        self._routes[route][1].inc(sent)

    def register(self, name: str, description: str, function: Callable[[], float]) -> None:
        """Add a number that is asked for whenever the metrics are read; a known name gets the new function."""
        if name not in self._gauges:
            self._gauges[name] = Gauge(name, description, registry=self.registry)
        self._gauges[name].set_function(lambda: _number(name, function))

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)


def _number(name: str, function: Callable[[], float]) -> float:
    """Return a number, or none: one that cannot be told must not hide the others."""
    try:
        return float(function())
    except Exception as error:  # noqa: BLE001 - whoever registered it may raise anything
        logging.getLogger(__name__).warning("%s: %s", name, error)
        return float("nan")


METRICS: Final = Metrics()
METRICS.register("ntm_facts_version", "Version of the facts that answers are made of.", lambda: live.stamp().facts)
METRICS.register("ntm_store_read_age_seconds", "Seconds since the store was last read well.", live.age)
METRICS.register("ntm_sample", "1 while the data are made up (sample store).", settings.is_sample)


def _answer(_: Request) -> Response:
    """Answer ``GET /metrics``; in a thread, as numbers may be asked of the store."""
    return Response(METRICS.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


ROUTES: Final = [Route("/metrics", _answer)]
