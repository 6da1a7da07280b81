"""The worker command with a fault planted in it: ``python -m tests.faults.sabotaged worker ...``.

``FAULTS_SABOTAGE`` names what is planted, by commas: ``kill:POINT:HITS``, ``mutant:NAME`` or
``broken:NAME``. Its children, which import this module as their main one, get it too.
"""

from __future__ import annotations

import os
import sys

SABOTAGE = "FAULTS_SABOTAGE"
"""The variable that says what is planted."""


def plant(sabotage: str, *, is_child: bool) -> None:
    """Plant what ``FAULTS_SABOTAGE`` says."""
    for one in filter(None, sabotage.split(",")):
        kind, _, rest = one.partition(":")
        if kind == "kill" and not is_child:
            from tests.faults import kill_points

            point, _, hits = rest.partition(":")
            kill_points.plant(point, int(hits))
        elif kind == "mutant":
            from tests.faults import mutants

            mutants.MUTANTS[rest].plant()
        elif kind == "broken":
            from tests.faults import broken

            broken.BROKEN[rest](is_child=is_child)


if __name__ in ("__main__", "__mp_main__"):
    plant(os.environ.get(SABOTAGE, ""), is_child=__name__ == "__mp_main__")

if __name__ == "__main__":
    from streams.cli import main

    sys.exit(main())
