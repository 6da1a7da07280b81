"""The Grafana dashboard, made of the questions it answers.

It must not be imported by anything that runs; ``generate`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Grafana 11 reads it, and migrates it upwards by itself.
_SCHEMA = 39
_WIDTH, _HEIGHT = 8, 8
_COLUMNS = 24
_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """A graph: a title, the unit as Grafana calls it, and each query with its legend.

    In a query JOB stands for the matcher of the job chosen above, RATE for Grafana's own interval.
    """

    title: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    meaning: str = ""


def _quantile(share: float, metric: str, by: str, matcher: str = "JOB") -> str:
    return (
        f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket{{{matcher}}}[RATE])))"
    )


_DELAY = "wireroom_worker_delay_seconds"

ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Is it well",
        (
            Panel(
                "Records not yet committed",
                "short",
                (
                    (
                        "sum by (stage, topic) (wireroom_worker_lag_records{JOB})",
                        "{{stage}} {{topic}}",
                    ),
                ),
            ),
            Panel(
                "Reception to output, p99",
                "s",
                ((_quantile(0.99, _DELAY, "stage, lane"), "{{stage}} {{lane}}"),),
                "Replays do not count.",
            ),
            Panel(
                "Reception to output, p50",
                "s",
                ((_quantile(0.5, _DELAY, "stage, lane"), "{{stage}} {{lane}}"),),
            ),
            Panel(
                "Standing still",
                "s",
                (("max by (stage) (wireroom_worker_stood_seconds{JOB})", "{{stage}}"),),
                "Lag, and nothing committed. At worker.stall_s the process ends.",
            ),
            Panel(
                "Event loop late, p99",
                "s",
                ((_quantile(0.99, "wireroom_worker_loop_delay_seconds", "stage"), "{{stage}}"),),
            ),
            Panel(
                "Processes",
                "short",
                (
                    ("count by (stage) (wireroom_worker_assigned_partitions{JOB})", "{{stage}}"),
                    (
                        "sum by (stage) (wireroom_worker_assigned_partitions{JOB})",
                        "{{stage}} partitions",
                    ),
                    (
                        (
                            "sum by (stage) (changes(wireroom_worker_started_timestamp_seconds"
                            "{JOB}[1h]))"
                        ),
                        "{{stage}} restarts an hour",
                    ),
                ),
            ),
        ),
    ),
    (
        "Intake",
        (
            Panel(
                "In, kept, dropped, failed",
                "cps",
                (
                    (
                        "sum by (lane) (rate(wireroom_intake_records_total{JOB}[RATE]))",
                        "in, {{lane}}",
                    ),
                    ("sum by (type) (rate(wireroom_intake_parts_total{JOB}[RATE]))", "{{type}}"),
                    (
                        "sum(rate(wireroom_intake_dead_letters_total{JOB}[RATE]))",
                        "dead letters",
                    ),
                ),
            ),
            Panel(
                "Flashes",
                "cps",
                (
                    (
                        'sum(rate(wireroom_intake_records_total{JOB, lane="urgent"}[RATE]))',
                        "urgent records",
                    ),
                ),
            ),
            Panel(
                "Waiting for the desk",
                "short",
                (("max(wireroom_intake_ahead_records{JOB})", "decoded records ahead"),),
            ),
        ),
    ),
    (
        "Desk",
        (
            Panel(
                "In, kept, dropped, failed",
                "cps",
                (
                    ("sum(rate(wireroom_desk_parts_total{JOB}[RATE]))", "in"),
                    ("sum(rate(wireroom_desk_records_total{JOB}[RATE]))", "in, with ticks"),
                    (
                        "sum by (outcome) (rate(wireroom_desk_outcomes_total{JOB}[RATE]))",
                        "{{outcome}}",
                    ),
                    ("sum(rate(wireroom_desk_skipped_parts_total{JOB}[RATE]))", "met again"),
                ),
            ),
            Panel(
                "Events",
                "cps",
                (("sum by (kind) (rate(wireroom_desk_events_total{JOB}[RATE]))", "{{kind}}"),),
            ),
            Panel(
                "Copies among what came in",
                "percentunit",
                (
                    (
                        (
                            'sum(rate(wireroom_desk_outcomes_total{JOB, outcome="linked"}[RATE]))'
                            " / sum(rate(wireroom_desk_outcomes_total{JOB}[RATE]))"
                        ),
                        "linked: duplicates, stale, advisories",
                    ),
                ),
            ),
            Panel(
                "Missing numbers less those that came later",
                "short",
                (
                    (
                        (
                            "sum by (provider) (wireroom_desk_missing_numbers_total{JOB}) - "
                            "sum by (provider) (wireroom_desk_filled_numbers_total{JOB})"
                        ),
                        "{{provider}}",
                    ),
                    (
                        "sum by (provider) (increase(wireroom_desk_gaps_total{JOB}[1h]))",
                        "{{provider}} gaps, last hour",
                    ),
                ),
            ),
            Panel(
                "Last heard",
                "s",
                (
                    (
                        (
                            "time() - max by (provider) "
                            "(wireroom_desk_last_message_timestamp_seconds{JOB})"
                        ),
                        "{{provider}}",
                    ),
                ),
            ),
            Panel(
                "Rebuild and standby",
                "short",
                (
                    ("max(wireroom_desk_rebuild_seconds{JOB})", "last rebuild, seconds"),
                    ("max(wireroom_desk_rebuild_remaining_records{JOB})", "rebuild, remaining"),
                    ("max(wireroom_desk_standby_lag_records{JOB})", "standby, behind"),
                    ("max(wireroom_desk_epoch_number{JOB})", "epoch"),
                ),
            ),
        ),
    ),
    (
        "Enrichment",
        (
            Panel(
                "In, kept, failed",
                "cps",
                (
                    ("sum by (how) (rate(wireroom_enrich_records_total{JOB}[RATE]))", "{{how}}"),
                    (
                        (
                            "sum by (fate) (rate(wireroom_worker_given_up_total"
                            '{JOB, stage="enrich"}[RATE]))'
                        ),
                        "given up: {{fate}}",
                    ),
                ),
            ),
            Panel(
                "Paragraphs remembered",
                "percentunit",
                (
                    (
                        (
                            'sum(rate(wireroom_enrich_paragraphs_total{JOB, source="cached"}'
                            "[RATE])) / sum(rate(wireroom_enrich_paragraphs_total{JOB}[RATE]))"
                        ),
                        "cached",
                    ),
                ),
            ),
            Panel(
                "Knowledge base",
                "short",
                (
                    ("max(wireroom_enrich_kb_size_records{JOB})", "records in use"),
                    (
                        "sum by (result) (increase(wireroom_enrich_kb_records_total{JOB}[1h]))",
                        "{{result}}, last hour",
                    ),
                ),
            ),
        ),
    ),
    (
        "Processes",
        (
            Panel(
                "A batch, p99",
                "s",
                ((_quantile(0.99, "wireroom_worker_batch_seconds", "stage"), "{{stage}}"),),
                "From taking it to its last acknowledgement.",
            ),
            Panel(
                "In hand",
                "short",
                (("sum by (stage) (wireroom_worker_in_hand_records{JOB})", "{{stage}}"),),
            ),
            Panel(
                "Pools rebuilt, messages given up",
                "short",
                (
                    (
                        "sum by (stage) (increase(wireroom_worker_pool_rebuilds_total{JOB}[1h]))",
                        "{{stage}} rebuilt, last hour",
                    ),
                    (
                        "sum by (stage, fate) (increase(wireroom_worker_given_up_total{JOB}[1h]))",
                        "{{stage}} {{fate}}, last hour",
                    ),
                ),
            ),
        ),
    ),
)


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    return {
        "title": "Wireroom",
        "uid": "wireroom",
        "tags": ["wireroom"],
        "timezone": "utc",
        "schemaVersion": _SCHEMA,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [_datasource(), _job()]},
        "panels": list(_panels()),
    }


def _datasource() -> dict[str, Any]:
    return {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Source"}


def _job() -> dict[str, Any]:
    return {
        "name": "job",
        "type": "query",
        "label": "Job",
        "datasource": _DATASOURCE,
        "query": "label_values(wireroom_worker_assigned_partitions, job)",
        "refresh": 2,
        "includeAll": True,
        "multi": True,
    }


def _panels() -> Iterator[dict[str, Any]]:
    number, top = 0, 0
    for title, panels in ROWS:
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"x": 0, "y": top, "w": _COLUMNS, "h": 1},
        }
        top += 1
        for place, panel in enumerate(panels):
            number += 1
            row, column = divmod(place * _WIDTH, _COLUMNS)
            yield _graph(panel, number, x=column, y=top + row * _HEIGHT)
        top += -(-len(panels) * _WIDTH // _COLUMNS) * _HEIGHT


def _graph(panel: Panel, number: int, *, x: int, y: int) -> dict[str, Any]:
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.meaning,
        "datasource": _DATASOURCE,
        "gridPos": {"x": x, "y": y, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + place),
                "datasource": _DATASOURCE,
                "expr": query.replace("JOB", 'job=~"$job"').replace("RATE", "$__rate_interval"),
                "legendFormat": legend,
            }
            for place, (query, legend) in enumerate(panel.queries)
        ],
    }
