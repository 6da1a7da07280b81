"""``import wireroom`` is quick, and works beside a foreign package of the same name as ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def python(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=50,
    )


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A user's folder that has packages called schemas and streams."""
    for name in ("schemas", "streams"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("FOREIGN = True\n")
    return tmp_path


def test_names_are_ours_in_a_folder_with_foreign_packages(foreign: Path) -> None:
    ran = python(
        "from wireroom import Item, WireEvent\n"
        "import schemas, streams.errors\n"
        "print(Item.__module__, WireEvent.__module__, schemas.__file__, streams.__file__)",
        foreign,
    )
    assert ran.stderr == ""
    homes = [str(ROOT / name / "__init__.py") for name in ("schemas", "streams")]
    assert ran.stdout.split() == ["schemas.item", "schemas.event", *homes]


def test_a_message_is_read_in_a_folder_with_foreign_packages(foreign: Path) -> None:
    ran = python(
        "from wireroom import read, Subscription\n"
        "events = read('Harbour reopens\\n\\nThe harbour of Split reopened on Thursday.')\n"
        "print(len(events), events[0].kind)",
        foreign,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["1", "new"]


def test_a_foreign_package_imported_first_gives_one_clear_error(foreign: Path) -> None:
    ran = python("import schemas\nimport wireroom", foreign)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith(
        "ImportError: wireroom needs its own package 'schemas', but "
    )


def test_our_packages_imported_first_are_fine(tmp_path: Path) -> None:
    ran = python(
        "import schemas.item as i, streams, wireroom\nassert wireroom.Item is i.Item", tmp_path
    )
    assert ran.stderr == ""


def test_import_loads_nothing_heavy(tmp_path: Path) -> None:
    ran = python(
        "import sys, wireroom\n"
        "heavy = {'pydantic', 'numpy', 'spacy', 'faust', 'aiokafka', 'lxml', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)))",
        tmp_path,
    )
    assert ran.stdout.strip() == "[]"


def test_unknown_names_are_attribute_errors(tmp_path: Path) -> None:
    ran = python("import wireroom\nwireroom.nothing", tmp_path)
    assert ran.stderr.splitlines()[-1] == (
        "AttributeError: module 'wireroom' has no attribute 'nothing'"
    )
