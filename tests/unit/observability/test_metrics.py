from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from streams.errors import ConfigError
from streams.observability import generate, metric_defs
from streams.observability.health import Health, HealthServer
from streams.observability.metric_defs import METRICS, MetricKind
from streams.observability.metrics import Metrics


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_name_says_stage_what_and_unit(metric: metric_defs.MetricDef) -> None:
    assert re.fullmatch(r"wireroom_(intake|desk|enrich|worker)(_[a-z]+)+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind is MetricKind.COUNTER)
    assert metric.meaning


def test_metrics_are_shown_with_their_values() -> None:
    metrics = Metrics()
    metrics.add(metric_defs.DESK_EVENTS, 2, kind="new")
    metrics.set(metric_defs.DESK_EPOCH, 3)
    metrics.observe(metric_defs.WORKER_BATCH_SECONDS, 0.2, stage="desk")
    with HealthServer(metrics, 0) as server:
        status, page = get(server.port, "/metrics")
    assert status == 200
    assert 'wireroom_desk_events_total{kind="new"} 2.0' in page
    assert "wireroom_desk_epoch_number 3.0" in page


def test_two_processes_worth_of_metrics_do_not_meet() -> None:
    one, other = Metrics(), Metrics()
    one.add(metric_defs.DESK_IN, 5)
    assert "wireroom_desk_parts_total 0.0" in other.page().decode()


@pytest.mark.parametrize("path", ["/live", "/ready", "/startup"])
def test_health_is_what_the_process_says(path: str) -> None:
    why_not: dict[str, str] = {}
    health = Health(
        live=lambda: why_not.get("/live"),
        ready=lambda: why_not.get("/ready"),
        startup=lambda: why_not.get("/startup"),
    )
    with HealthServer(Metrics(), 0, health=health) as server:
        assert get(server.port, path) == (200, "yes\n")
        why_not[path] = "reading"
        assert get(server.port, path) == (503, "no: reading\n")
        assert get(server.port, "/elsewhere")[0] == 404


def test_a_probe_that_says_nothing_keeps_nobody_waiting() -> None:
    with HealthServer(Metrics(), 0) as server:
        mute = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
        try:
            assert get(server.port, "/live")[0] == 200
        finally:
            for each in mute:
                each.close()


def test_a_taken_port_is_one_clear_error() -> None:
    with (
        HealthServer(Metrics(), 0) as server,
        pytest.raises(ConfigError, match=str(server.port)),
    ):
        HealthServer(Metrics(), server.port)


def test_the_page_of_metrics_has_not_drifted() -> None:
    assert generate.main(["--check"]) == 0


def test_a_page_that_drifted_is_told_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "PAGE", tmp_path / "metrics.md")
    monkeypatch.setattr(generate, "BOARD", tmp_path / "dashboard.json")
    assert generate.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert "docs/metrics.md differs" in told
    assert "dashboard.json differs" in told
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_every_metric_is_counted_somewhere() -> None:
    sources = "".join(
        path.read_text("utf-8")
        for path in Path(metric_defs.__file__).parents[1].rglob("*.py")
        if path.name != "metric_defs.py"
    )
    names = [name for name, value in vars(metric_defs).items() if value in METRICS]
    assert len(names) == len(METRICS)
    assert [name for name in names if f"metric_defs.{name}" not in sources] == []
