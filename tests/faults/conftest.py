"""The ledger's table: each test of a fault writes its row, and all are shown at the end."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.scenario import Scenario, ScenarioOf, scenario
from tests.faults.table import TABLE, as_text, publish

_FAULT = "fault"


@pytest.fixture
def ledger_row(record_property: Callable[[str, object], None]) -> Callable[[dict[str, Any]], None]:
    """Writes a row of the table down; it travels with the test's report."""

    def write(cells: dict[str, Any]) -> None:
        record_property(_FAULT, cells)

    return write


@pytest.fixture
def scenario_of(
    request: pytest.FixtureRequest,
    kafka_prefix: str,
    tmp_path: Path,
    ledger_row: Callable[[dict[str, Any]], None],
) -> ScenarioOf:
    """A scenario in this test's folder, under its prefix, with its row in the ledger's table."""

    # Started here: a broker cannot be started from within the test's event loop.
    own = {"own_broker", "kafka_launcher"} & set(request.fixturenames)
    shared = None if own else request.getfixturevalue("kafka_broker")

    def of(fault: str, broker: Any = None, **options: Any) -> AbstractAsyncContextManager[Scenario]:
        bootstrap = shared if broker is None else broker.bootstrap
        return scenario(fault, bootstrap, kafka_prefix, tmp_path, row=ledger_row, **options)

    return of


def pytest_terminal_summary(terminalreporter: Any) -> None:
    rows = [
        cells
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, cells in report.user_properties
        if name == _FAULT and report.when == "call"
    ]
    if not rows:
        return
    terminalreporter.section("the ledger")
    for line in as_text(rows):
        terminalreporter.write_line(line)
    if where := os.environ.get(TABLE):
        publish(rows, Path(where))
