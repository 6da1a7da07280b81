"""``wireroom worker``: the stages on the log the settings name, until stopped.

It must not know how the stages run: the hosts do.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from streams.cli.common import WithRules
from streams.cli.output import terminal
from streams.errors import ConfigError

if TYPE_CHECKING:
    from types import FrameType

    from streams.settings import Settings

_Stages = Annotated[
    tuple[Literal["intake", "desk", "enrich"], ...], Parameter(negative="", consume_multiple=False)
]


def worker(
    *,
    stage: _Stages = (),
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> int:
    """Run the stages until SIGTERM or Ctrl-C, finishing what is in hand.

    On kafka:// one process a stage; on sqlite:///path one process for all.

    Args:
        stage: only this one; may be given several times. On Kafka only.
        common: settings.
    """
    from streams.log import sqlite_path  # noqa: PLC0415  (start quickly)

    settings = common.settings()
    path = sqlite_path(settings.broker)
    if path is None:
        from streams.worker.config import Stage  # noqa: PLC0415  (brings the stages)
        from streams.worker.supervise import main  # noqa: PLC0415  (brings Faust)

        wanted = tuple(Stage(name) for name in stage) or tuple(Stage)
        return main(settings.worker_config(), wanted)
    if stage:
        raise ConfigError(f"{settings.broker} runs every stage in one process: leave --stage out")
    return _serve(settings, path)


def _serve(settings: Settings, path: str) -> int:
    from streams.embedded.runner import EmbeddedRunner  # noqa: PLC0415  (the stages)
    from streams.log import SqliteStore  # noqa: PLC0415  (start quickly)

    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {name: signal.signal(name, ask_to_stop) for name in (signal.SIGTERM, signal.SIGINT)}
    report = terminal(stderr=True)
    try:
        with SqliteStore(path, max_body_bytes=settings.max_body_bytes) as store:
            runner = EmbeddedRunner(
                store,
                settings.pipeline_config(),
                prefix=settings.prefix,
                spool_dir=settings.spool_dir,
                catalogue=settings.catalogue(),
            )
            report.print(f"wireroom: working on {settings.broker}, stop with Ctrl-C")
            counts = runner.serve(stop)
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    report.print(counts.line(), soft_wrap=True)
    return 0
