"""Numbers in a text, in one plain spelling each, and which of two texts' numbers agree.

"17,100,000" is "17100000"; "17.1 mln" is "17.1e6", which says how far it is known, and agrees with
every number that rounds to it. It must not know what a number counts.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

import numpy as np

from streams.desk.words import U32, distinct

FIGURE_BIT = np.uint32(1)
"""Set in the hash of two numbers, never in that of three words: one array holds both."""

NUMBERS_READ = 512
"""A longer table is told from others by its first numbers: signing stays bounded."""

_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?")
_SIMPLE = re.compile(r"\d+(?:\.\d+)?(?:e\d+)?")

SCALES = {
    "thousand": 3, "mille": 3, "mil": 3, "tausend": 3,
    "mln": 6, "million": 6, "millions": 6, "mio": 6, "millionen": 6, "millon": 6, "millones": 6,
    "bln": 9, "bn": 9, "billion": 9, "billions": 9, "milliard": 9, "milliards": 9, "mrd": 9,
    "milliarde": 9, "milliarden": 9, "trillion": 12, "trillions": 12, "billionen": 12,
}  # fmt: skip
"""Powers of ten by the words that stand behind a number, as news in en, fr, de and es writes them.

"billion" is the English one; Spanish "billones" is left out, for it is written for both.
"""

# Written out, and once more for those that follow, the search skips to the next digit in a third of
# the time that it takes with one "\d+".
_DIGITS = "".join(filter(str.isdecimal, map(chr, range(0x10000))))
_NUMBER = re.compile(
    rf"([{_DIGITS}][{_DIGITS}]*(?:[.,:/-]\d+)*)(?:[\s-]{{0,3}}([bBmMtT][a-zA-Zó\u0301]{{1,9}})\b)?"
)
# Three digits are what "17.1 mln" leaves of 17,148,000.
_ROUNDED_FROM = 1000
_SHORT_NUMBER = 3
_FEWEST_DIGITS = 2


def read_numbers(text: str) -> list[str]:
    """The numbers of a text that are written in digits, plain, in order."""
    found = []
    for match in islice(_NUMBER.finditer(text), NUMBERS_READ):
        number, word = match.groups()
        scale = SCALES.get(_plain_word(word)) if word else None
        found.append(plain_number(number) if scale is None else scaled_number(number, scale))
    return found


def _plain_word(word: str) -> str:
    return word.lower().replace("ó", "o").replace("\u0301", "")


def plain_number(written: str) -> str:
    """A number without thousands separators: "17,100,000" and "17.100.000" are "17100000"."""
    if ("," in written or "." in written) and _THOUSANDS.fullmatch(written):
        if written.count(".") > 1:
            return written.replace(".", "").replace(",", ".")
        return written.replace(",", "")
    return written


def scaled_number(written: str, scale: int) -> str:
    """A number before "million" and the like: "17.1" with 6 is "17.1e6"."""
    plain = plain_number(written)
    if "," in plain:
        # Three digits behind one comma were thousands already.
        plain = plain.replace(",", ".")
    return f"{plain}e{scale}"


def rounded_numbers(numbers: Iterable[str]) -> list[str]:
    """The numbers to three digits: "12.1e6" and "12141000" are the same."""
    return [
        number if len(number) <= _SHORT_NUMBER and number.isdecimal() else _rounded(number)
        for number in numbers
    ]


def figure_phrases(rounded: Sequence[str]) -> U32:
    """Hashes of each rounded number with the one after it, ascending.

    What word phrases are to prose these are to a table: the same whether it writes "12.1 mln" or
    "12,141,000".
    """
    hashes = [zlib.crc32(f"{one} {after}".encode()) for one, after in pairwise(rounded)]
    return distinct(np.array(hashes, np.uint32) | FIGURE_BIT)


def figures_key(rounded: Iterable[str]) -> int:
    """One hash of all the rounded numbers, whatever their order and unit."""
    return zlib.crc32(" ".join(sorted(rounded)).encode())


def _rounded(number: str) -> str:
    if not number.isdecimal() and _SIMPLE.fullmatch(number) is None:
        return number
    value = float(number)
    # Python's own digits, the same on every machine.
    return str(int(value)) if value < _ROUNDED_FROM and value % 1 == 0 else f"{value:.2e}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the numbers of two texts agree.

    Attributes:
        common: how many are in both.
        only_new: those of the new text alone.
        only_old: those of the old text alone.
    """

    common: int
    only_new: tuple[str, ...]
    only_old: tuple[str, ...]

    @property
    def share_of_smaller(self) -> float:
        """Share of the smaller set found in the other; 1 when either has none."""
        smaller = self.common + min(len(self.only_new), len(self.only_old))
        if not self.common and not (self.only_new and self.only_old):
            return 1.0
        return self.common / smaller if smaller else 1.0

    @property
    def replaced(self) -> int:
        """How many numbers stand where others stood."""
        return min(len(self.only_new), len(self.only_old))


def agreement(new: Collection[str], old: Collection[str]) -> Agreement:
    """Which numbers two texts share, each as often as it occurs, rounded ones with what they round.

    Work is bounded by what a fingerprint keeps (96 numbers).
    """
    common, only_new, only_old = _shared(new, old)
    left: list[str] = []
    if not any("e" in number for number in (*only_new, *only_old)):
        return Agreement(common, tuple(only_new), tuple(only_old))
    for number in only_new:
        match = next((other for other in only_old if _agree(number, other)), None)
        if match is None:
            left.append(number)
        else:
            only_old.remove(match)
            common += 1
    return Agreement(common, tuple(left), tuple(only_old))


def _shared(new: Collection[str], old: Collection[str]) -> tuple[int, list[str], list[str]]:
    """How many are in both, and those of each alone, ascending."""
    first, second = set(new), set(old)
    if len(first) == len(new) and len(second) == len(old):
        # A third of the time that counting takes.
        return len(first & second), sorted(first - second), sorted(second - first)
    counted, others = Counter(new), Counter(old)
    both = counted & others
    only_new, only_old = (sorted((counts - both).elements()) for counts in (counted, others))
    return both.total(), only_new, only_old


def _agree(one: str, other: str) -> bool:
    """One is the other, rounded to the digits that it is known to."""
    if "e" not in one and "e" not in other:
        return False
    first, second = _known(one), _known(other)
    if first is None or second is None:
        return False
    if one.partition("e")[0] == other.partition("e")[0]:
        # "49.1 mln against 48.0": the unit is said once, and once left out.
        return len(one.partition("e")[0]) >= _FEWEST_DIGITS
    # Half a unit, and a hair for numbers that lie on the edge.
    return abs(first[0] - second[0]) <= max(first[1], second[1]) * 0.501


# The same few numbers are compared with those of every candidate.
@lru_cache(maxsize=1 << 12)
def _known(number: str) -> tuple[float, float] | None:
    """Value, and the worth of the last digit written: 0 for a number that is written out."""
    if _SIMPLE.fullmatch(number) is None:
        return None
    mantissa, _, scale = number.partition("e")
    if not scale:
        return float(number), 0.0
    if len(mantissa.replace(".", "")) < _FEWEST_DIGITS:
        # "two billion" is not what is left of 1.5 billion.
        return float(number), 0.0
    return float(number), 10.0 ** (int(scale) - len(mantissa.partition(".")[2]))
