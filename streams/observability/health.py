"""The small server that shows what a process counts and whether it is well.

/metrics for Prometheus; /live, /ready and /startup for whoever supervises. It must not judge.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from prometheus_client import CONTENT_TYPE_LATEST

from streams.errors import ConfigError
from streams.observability.metrics import Metrics

_LOOPBACK = "127.0.0.1"
# A probe that connects and asks nothing must not keep a thread for ever.
_REQUEST_S = 10.0


def _fine() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Health:
    """What is asked of a process; each answers None, or why not. Asked from other threads.

    Attributes:
        live: it makes progress, or has nothing to do; if not, it is to be restarted.
        ready: it does its part.
        startup: it has started.
    """

    live: Callable[[], str | None] = _fine
    ready: Callable[[], str | None] = _fine
    startup: Callable[[], str | None] = _fine

    def by_path(self) -> Mapping[str, Callable[[], str | None]]:
        """The questions by the paths they are asked under."""
        return {"/live": self.live, "/ready": self.ready, "/startup": self.startup}


class HealthServer:
    """Answers from threads of its own: whatever else stands still, it can be asked.

    200 and "yes", or 503 and "no: " with the reason.
    """

    def __init__(
        self, metrics: Metrics, port: int, *, host: str = _LOOPBACK, health: Health | None = None
    ) -> None:
        """Bind the port; 0 takes a free one.

        Raises:
            ConfigError: the port is taken or not ours to take.
        """
        questions = (health or Health()).by_path()

        class Handler(BaseHTTPRequestHandler):
            timeout = _REQUEST_S

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path == "/metrics":
                    self._answer(HTTPStatus.OK, metrics.page(), CONTENT_TYPE_LATEST)
                elif path in questions:
                    self._answer_question(questions[path]())
                else:
                    self._answer(HTTPStatus.NOT_FOUND, b"not here\n", "text/plain")

            def _answer_question(self, why_not: str | None) -> None:
                if why_not is None:
                    self._answer(HTTPStatus.OK, b"yes\n", "text/plain")
                else:
                    body = f"no: {why_not}\n".encode()
                    self._answer(HTTPStatus.SERVICE_UNAVAILABLE, body, "text/plain")

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
