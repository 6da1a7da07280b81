"""The dashboard and the alerts ask for metrics and labels that exist, in PromQL that parses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from streams.observability.metric_defs import METRICS, MetricDef, MetricKind
from streams.worker.config import Stage
from streams.worker.delays import ANY, NORMAL, URGENT
from streams.worker.pool import Fate
from streams.worker.watchdog import INPUTS_OF

ROOT = Path(__file__).resolve().parents[3]
# Given by whoever scrapes, not by us.
SCRAPED = {"job", "instance"}
VALUES = {
    "stage": {str(stage) for stage in Stage},
    "topic": {str(topic) for topics in INPUTS_OF.values() for topic in topics},
    "lane": {URGENT, NORMAL, ANY},
    "fate": {str(fate) for fate in Fate},
    "outcome": {"published", "linked", "held", "rejected"},
    "source": {"cached", "recognised"},
}


def series() -> dict[str, set[str]]:
    """Every series we serve, with its labels."""
    found: dict[str, set[str]] = {}
    for metric in METRICS:
        labels = {*metric.labels, *SCRAPED}
        if metric.kind is MetricKind.HISTOGRAM:
            found |= {f"{metric.name}_{end}": labels for end in ("sum", "count")}
            found[f"{metric.name}_bucket"] = labels | {"le"}
        else:
            found[metric.name] = labels
    return found


SERIES = series()


def alerts() -> list[dict[str, Any]]:
    rules = yaml.safe_load((ROOT / "deploy/observability/alerts.yml").read_text("utf-8"))
    return [rule for group in rules["groups"] for rule in group["rules"]]


def queries() -> Iterator[tuple[str, str]]:
    for rule in alerts():
        yield rule["alert"], rule["expr"]
    board = json.loads((ROOT / "deploy/observability/dashboard.json").read_text("utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            name = f"{panel['title']}-{target['refId']}"
            yield name, target["expr"].replace("$__rate_interval", "5m")


def parts(node: Any) -> Iterator[Any]:
    """An expression and everything in it."""
    yield node
    for inner in (
        *(getattr(node, name, None) for name in ("lhs", "rhs", "expr", "param", "vector_selector")),
        *getattr(node, "args", ()),
    ):
        if inner is not None:
            yield from parts(inner)


def selectors(node: Any) -> list[Any]:
    return [part for part in parts(node) if isinstance(part, promql_parser.VectorSelector)]


def complaints(query: str) -> list[str]:
    """What a query asks for that we do not serve."""
    tree = promql_parser.parse(query)
    found: list[str] = []
    for selector in selectors(tree):
        if selector.name not in SERIES:
            found.append(f"no metric {selector.name}")
            continue
        for matcher in selector.matchers.matchers:
            if matcher.name not in SERIES[selector.name]:
                found.append(f"{selector.name} has no label {matcher.name}")
            elif matcher.name in VALUES and matcher.value not in VALUES[matcher.name]:
                found.append(f"{matcher.name} is never {matcher.value}")
    for part in parts(tree):
        modifier = getattr(part, "modifier", None)
        matching = getattr(modifier, "matching", None) or modifier
        for label in getattr(matching, "labels", ()):
            found += [
                f"{selector.name} has no label {label}"
                for selector in selectors(part)
                if label not in SERIES.get(selector.name, {label})
            ]
    return found


@pytest.mark.parametrize(("name", "query"), list(queries()), ids=lambda value: str(value)[:40])
def test_a_query_asks_for_what_is_served(name: str, query: str) -> None:
    assert selectors(promql_parser.parse(query)), name
    assert complaints(query) == []


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("wireroom_worker_lag > 1", "no metric wireroom_worker_lag"),
        ("rate(wireroom_worker_batch_seconds[5m])", "no metric wireroom_worker_batch_seconds"),
        (
            'sum(rate(wireroom_desk_events_total{stage="desk"}[5m]))',
            "wireroom_desk_events_total has no label stage",
        ),
        ('wireroom_worker_lag_records{stage="dsk"}', "stage is never dsk"),
        (
            "1 - (sum by (lane) (wireroom_worker_lag_records offset 5m))",
            "wireroom_worker_lag_records has no label lane",
        ),
    ],
)
def test_a_query_for_what_is_not_served_is_found_out(query: str, complaint: str) -> None:
    assert complaints(query) == [complaint]


def test_each_alert_says_how_bad_what_and_what_to_do() -> None:
    page = (ROOT / "docs/runbook.md").read_text("utf-8")
    anchors = {anchor_of(title) for title in re.findall(r"^#+ (.+)$", page, re.MULTILINE)}
    names = [rule["alert"] for rule in alerts()]
    assert len(set(names)) == len(names) >= 15
    for rule in alerts():
        assert re.fullmatch(r"Wireroom([A-Z][a-z]+)+", rule["alert"])
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        file, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert file == "docs/runbook.md"
        assert anchor in anchors, rule["alert"]


def anchor_of(title: str) -> str:
    """The anchor that GitHub gives a title."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_a_summary_names_labels_that_its_alert_has() -> None:
    for rule in alerts():
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            served = [SERIES[each.name] for each in selectors(promql_parser.parse(rule["expr"]))]
            assert all(label in labels for labels in served), (rule["alert"], label)


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {selector.name for _, query in queries() for selector in selectors_of(query)}
    assert [metric.name for metric in METRICS if not shown & served_by(metric)] == []


def selectors_of(query: str) -> list[Any]:
    return selectors(promql_parser.parse(query))


def served_by(metric: MetricDef) -> set[str]:
    return {metric.name, f"{metric.name}_bucket"}


def test_panels_lie_side_by_side_and_have_ids_of_their_own() -> None:
    board = json.loads((ROOT / "deploy/observability/dashboard.json").read_text("utf-8"))
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells
