"""Counting, and the small server that shows the counts and the health of a process.

/metrics for Prometheus, /live and /ready for whoever supervises. It must not declare metrics:
``metric_defs`` does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from streams.errors import ConfigError
from streams.observability.metric_defs import METRICS, MetricDef, MetricKind

_LOOPBACK = "127.0.0.1"


class Metrics:
    """The values of every declared metric, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in METRICS:
            match metric.kind:
                case MetricKind.COUNTER:
                    self._counters[metric.name] = Counter(
                        metric.name, metric.meaning, metric.labels, registry=self.registry
                    )
                case MetricKind.GAUGE:
                    self._gauges[metric.name] = Gauge(
                        metric.name, metric.meaning, metric.labels, registry=self.registry
                    )
                case MetricKind.HISTOGRAM:
                    self._histograms[metric.name] = Histogram(
                        metric.name,
                        metric.meaning,
                        metric.labels,
                        registry=self.registry,
                        buckets=metric.buckets,
                    )

    def add(self, metric: MetricDef, amount: float = 1, /, **labels: str) -> None:
        """Raise a counter."""
        counter = self._counters[metric.name]
        (counter.labels(**labels) if labels else counter).inc(amount)

    def set(self, metric: MetricDef, value: float, /, **labels: str) -> None:
        """Set a gauge."""
        gauge = self._gauges[metric.name]
        (gauge.labels(**labels) if labels else gauge).set(value)

    def observe(self, metric: MetricDef, value: float, /, **labels: str) -> None:
        """Put a value into a histogram."""
        histogram = self._histograms[metric.name]
        (histogram.labels(**labels) if labels else histogram).observe(value)

    def page(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)


class HealthServer:
    """Answers /metrics, /live and /ready from a thread of its own."""

    def __init__(
        self,
        metrics: Metrics,
        port: int,
        *,
        host: str = _LOOPBACK,
        is_live: Callable[[], bool] = lambda: True,
        is_ready: Callable[[], bool] = lambda: True,
    ) -> None:
        """Bind the port; 0 takes a free one.

        Raises:
            ConfigError: the port is taken or not ours to take.
        """

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path == "/metrics":
                    self._answer(HTTPStatus.OK, metrics.page(), CONTENT_TYPE_LATEST)
                elif path in {"/live", "/ready"}:
                    fine = is_live() if path == "/live" else is_ready()
                    status = HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE
                    self._answer(status, b"yes\n" if fine else b"no\n", "text/plain")
                else:
                    self._answer(HTTPStatus.NOT_FOUND, b"not here\n", "text/plain")

            def _answer(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing: scrapes are no news."""

        try:
            self._server = ThreadingHTTPServer((host, port), Handler)
        except OSError as error:
            raise ConfigError(f"the metrics port {host}:{port} cannot be used: {error}") from None
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="health", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
