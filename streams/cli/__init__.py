"""The command ``wireroom``: one program, one file a verb.

It must not hold what a program that imports Wireroom could need as well.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from cyclopts import App, CycloptsError, Group, Parameter

from streams.cli.examples import EXAMPLES
from streams.errors import WireroomError

__all__ = ["main"]

_HELP = "Clean, de-duplicated, versioned, entity-enriched news items from raw agency wires."

_USE = Group("Use", sort_key=1)
_OPERATE = Group("Operate", sort_key=2)
_LOOK = Group("Look inside", sort_key=3)

# Verbs are imported when they are called: spaCy and Faust take seconds, help must not.
_VERBS = (
    ("run", _USE, "Files in, events out; nothing is kept."),
    ("subscribe", _USE, "Follow items, enriched items or events."),
    ("ingest", _USE, "Put files into the raw topic."),
    ("replay", _USE, "Play an archive into a log, with its own times."),
    ("record", _USE, "A topic into files that last, and a check of such files."),
    ("export", _USE, "Items, events, entities and links as Parquet tables."),
    ("worker", _OPERATE, "Run the stages on the log, until stopped."),
    ("topics", _OPERATE, "Make the topics, list them, print their ACLs."),
    ("dead", _OPERATE, "What could not be read: see it, send it once more, put it aside."),
    ("purge", _OPERATE, "Take an item's text out of topics and archives."),
    ("kb", _OPERATE, "Edit the live knowledge base: who and what names mean."),
    ("config", _OPERATE, "Every setting, and where it came from."),
    ("lint", _OPERATE, "Check profiles, settings, learned lines; what a start needs."),
    ("boilerplate", _OPERATE, "Learn which lines of a source are never text."),
    ("distil", _OPERATE, "Train the fast recogniser on an archive."),
    ("story", _LOOK, "A story, version by version, with the words that changed."),
    ("why", _LOOK, "Why two items were, or were not, joined."),
    ("compare", _LOOK, "What other rules of the desk would make of an archive."),
    ("explain", _LOOK, "How one file is read, and why."),
    ("formats", _LOOK, "The formats that can be read."),
    ("bench", _LOOK, "This machine, measured against the budgets."),
)
# Those that have verbs of their own.
_FAMILIES = frozenset({"topics", "dead", "boilerplate", "kb", "record", "bench"})

# As a shell would report the signal.
_INTERRUPTED = 130
_WRONG = 2


def _version() -> str:
    try:
        return version("wireroom")
    except PackageNotFoundError:
        return "unknown (not installed)"


def _app(verb: str | None) -> App:
    """The program; of the verb that is called, the whole help rather than its one line."""
    app = App(
        name="wireroom",
        help=_HELP,
        help_epilogue=EXAMPLES[""],
        help_format="plaintext",
        version=_version,
        version_flags=["--version"],
        group_commands=Group("Help", sort_key=9),
        suppress_keyboard_interrupt=False,
        # "[default: ()]" teaches nothing.
        default_parameter=Parameter(show_default=lambda value: value or None),
    )
    for name, group, line in _VERBS:
        path = f"streams.cli.{name}:{name}"
        if name != verb:
            app.command(path, name=name, group=group, help=line)
        elif name in _FAMILIES:
            app.command(path, name=name, group=group)
        else:
            app.command(path, name=name, group=group, help_epilogue=EXAMPLES[name])
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit status.

    0 done, 2 a setting, an argument, an input or the log is wrong (one line says what), 130
    interrupted. A closed pipe ends quietly.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _app(given[0] if given else None)(
            given,
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more; the interpreter must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except CycloptsError as error:
        return _refuse(f"{error}\nSee wireroom --help, or the command's own --help.")
    except WireroomError as error:
        return _refuse(str(error))
    return status if isinstance(status, int) else 0


def _refuse(message: str) -> int:
    from streams.cli.render import printable  # noqa: PLC0415  (start quickly)

    print("wireroom:", printable(message), file=sys.stderr)
    return _WRONG
