"""Dead letters as one works with them: found, sent once more, put aside, counted.

It must not judge why a message could not be read.
"""

from __future__ import annotations

from streams.dead.counting import Tally, tally
from streams.dead.letters import Letter, Reach, Wanted, batches, body_of, find, letters
from streams.dead.marks import Mark, Marks, State
from streams.dead.retrying import Handled, Outcome, Retrier, drop

__all__ = [
    "Handled",
    "Letter",
    "Mark",
    "Marks",
    "Outcome",
    "Reach",
    "Retrier",
    "State",
    "Tally",
    "Wanted",
    "batches",
    "body_of",
    "drop",
    "find",
    "letters",
    "tally",
]
