"""Counting, in a registry of each process's own.

It must not declare metrics: ``metric_defs`` does.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from streams.observability.metric_defs import METRICS, MetricDef, MetricKind

# A second series for each counter, which nothing of ours asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]  # theirs is not typed


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

    def begin(self, metric: MetricDef, /, **labels: str) -> None:
        """Show a counter from now on, at 0: what appears with its first 1 has not increased."""
        self._counters[metric.name].labels(**labels)

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
