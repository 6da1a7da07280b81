"""The page of metrics, made of their declarations, and the dashboard.

``python -m streams.observability.generate`` writes both; with ``--check`` it writes nothing and
ends with status 1 if a committed one has drifted. It must not be imported by anything that runs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from streams.observability.dashboard import dashboard
from streams.observability.metric_defs import METRICS, MetricDef

_ROOT = Path(__file__).resolve().parents[2]
PAGE = _ROOT / "docs/metrics.md"
BOARD = _ROOT / "deploy/observability/dashboard.json"

# Where each stage's sum is counted: in = kept + dropped + failed.
_STAGES = (
    (
        "intake, by part",
        "`wireroom_intake_records_total`: records, of one part or more",
        "`wireroom_intake_parts_total`: cleaned",
        "the same: dropped",
        "the same: failed",
    ),
    (
        "desk, by part",
        "`wireroom_desk_parts_total`",
        "`wireroom_desk_outcomes_total`: published, held",
        "the same: linked; `wireroom_desk_skipped_parts_total`",
        "the same: rejected",
    ),
    (
        "enrich, by item",
        "`wireroom_enrich_records_total`, all of it",
        "the same: enriched, copied",
        "the same: overtaken",
        "`wireroom_worker_given_up_total`: published as they came, so among the enriched, too",
    ),
)


def page() -> str:
    """The whole page."""
    rows = "\n".join(_row(metric) for metric in METRICS)
    stages = "\n".join(f"| {' | '.join(cells)} |" for cells in _STAGES)
    return f"""# Metrics

Generated from `streams/observability/metric_defs.py` by `python -m streams.observability.generate`.
Each stage of the worker on Kafka serves its own under `/metrics`, in Prometheus' text format, when
`metrics_port` is set; the worker on SQLite serves none. The [runbook](runbook.md#what-to-watch)
says which to watch, and where the dashboard and the alerts are. Labels come from closed sets, never
from the wire.

| stage | in | kept | dropped | failed |
| --- | --- | --- | --- | --- |
{stages}

| metric | kind | labels | meaning |
| --- | --- | --- | --- |
{rows}
"""


def _row(metric: MetricDef) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.meaning} |"


def board() -> str:
    """The whole dashboard."""
    return json.dumps(dashboard(), indent=1) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or check them; answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m streams.observability.generate")
    parser.add_argument("--check", action="store_true", help="write nothing, report drift")
    is_check = parser.parse_args(arguments).check
    status = 0
    for name, path, text in (
        ("docs/metrics.md", PAGE, page()),
        ("deploy/observability/dashboard.json", BOARD, board()),
    ):
        if not is_check:
            path.write_text(text, "utf-8")
        elif not path.is_file() or path.read_text("utf-8") != text:
            sys.stderr.write(f"{name} differs: run python -m streams.observability.generate\n")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
