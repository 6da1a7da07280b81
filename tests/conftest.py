"""What every test can use: a clean environment, and real Kafka brokers.

It must not mock anything of ours.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]

_LIBS = pytest.StashKey[Path]()
_MISSING = pytest.StashKey[str]()

_GIVEN_BOOTSTRAP = os.environ.get("WIREROOM_TEST_BOOTSTRAP")
_REQUIRED = os.environ.get("WIREROOM_REQUIRE_KAFKA") == "1"


def _load_launcher() -> ModuleType:
    path = ROOT / "deploy" / "kafka" / "broker.py"
    spec = importlib.util.spec_from_file_location("wireroom_kafka_launcher", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


launcher = _load_launcher()


def pytest_configure() -> None:
    """Let Ctrl-C reach the processes that tests start.

    A shell has what it runs in the background ignore it, and children inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long forms out, unless they are asked for by ``-m`` or one by one."""
    if "faults" in config.option.markexpr or any("::" in given for given in config.args):
        return
    long = [item for item in items if item.get_closest_marker("faults")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("faults")]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch the broker's jars before the first test, whose time is limited."""
    if session.config.option.collectonly or not any(
        item.get_closest_marker("kafka") or item.get_closest_marker("fault")
        for item in session.items
    ):
        return
    try:
        launcher.java()
        session.config.stash[_LIBS] = launcher.libraries()
    except launcher.BrokerError as error:
        session.config.stash[_MISSING] = str(error).partition("\n")[0]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [
        report
        for report in terminalreporter.getreports("skipped")
        if "Kafka tests skipped" in str(report.longrepr)
    ]
    if skipped:
        # From the report: what was stashed is in another process when tests run in several.
        why = str(skipped[0].longrepr[-1]).partition("Kafka tests skipped: ")[2]
        terminalreporter.write_line(
            f"{len(skipped)} Kafka tests skipped: {why} (or name a broker in "
            "WIREROOM_TEST_BOOTSTRAP=host:port)",
            yellow=True,
        )


def _absent(config: pytest.Config) -> None:
    why = config.stash.get(_MISSING, "no broker")
    if _REQUIRED:
        pytest.fail(f"WIREROOM_REQUIRE_KAFKA=1, but: {why}", pytrace=False)
    pytest.skip(f"Kafka tests skipped: {why}")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith("WIREROOM_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def kafka_launcher() -> ModuleType:
    """``deploy/kafka/broker.py``."""
    return launcher


@pytest.fixture(scope="session")
def kafka_libs(request: pytest.FixtureRequest) -> Path:
    """The broker's jars; the test is skipped where they, or Java, cannot be had."""
    libs = request.config.stash.get(_LIBS, None)
    if libs is None:
        _absent(request.config)
    return libs


@pytest.fixture(scope="session")
def kafka_broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """host:port of a broker that all tests share; keep to topics under ``kafka_prefix``."""
    if _GIVEN_BOOTSTRAP:
        yield _GIVEN_BOOTSTRAP
        return
    libs = request.getfixturevalue("kafka_libs")
    broker = launcher.Broker(tmp_path_factory.mktemp("kafka"), libs=libs)
    broker.start()
    yield broker.bootstrap
    broker.stop()


@pytest.fixture
def kafka_prefix() -> str:
    """A prefix for topics and groups that no other test uses."""
    return f"t{uuid.uuid4().hex[:10]}."


@pytest.fixture(scope="session")
def _broker_for_faults(kafka_libs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    broker = launcher.Broker(tmp_path_factory.mktemp("faulty"), libs=kafka_libs)
    yield broker
    broker.resume()
    broker.kill()


@pytest.fixture
def own_broker(_broker_for_faults: Any) -> Any:
    """A broker no other test uses meanwhile: to be stopped, killed, paused and started again.

    It runs when the test begins, however the one before left it; keep to topics under
    ``kafka_prefix``. Its methods block: call them through ``asyncio.to_thread``.
    """
    broker = _broker_for_faults
    broker.resume()
    if broker.ended():
        broker.kill()
        broker.start()
    return broker
