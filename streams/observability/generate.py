"""The page of metrics, made of their declarations.

``python -m streams.observability.generate`` writes it; with ``--check`` it writes nothing and ends
with status 1 if the committed page has drifted. It must not be imported by anything that runs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from streams.observability.metric_defs import METRICS, MetricDef

PAGE = Path(__file__).resolve().parents[2] / "docs/metrics.md"


def page() -> str:
    """The whole page."""
    rows = "\n".join(_row(metric) for metric in METRICS)
    return f"""# Metrics

Generated from `streams/observability/metric_defs.py` by `python -m streams.observability.generate`.
Each stage of the worker on Kafka serves its own under `/metrics`, in Prometheus' text format, when
`metrics_port` is set; the [runbook](runbook.md) says which to watch. Labels come from closed sets,
never from the wire.

| metric | kind | labels | meaning |
| --- | --- | --- | --- |
{rows}
"""


def _row(metric: MetricDef) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.meaning} |"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or check it; answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m streams.observability.generate")
    parser.add_argument("--check", action="store_true", help="write nothing, report drift")
    if not parser.parse_args(arguments).check:
        PAGE.write_text(page(), "utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text("utf-8") == page():
        return 0
    sys.stderr.write(f"docs/{PAGE.name} differs: run python -m streams.observability.generate\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
