"""The charsets that UTF-8 is mistaken for, and what text looks like then.

It must not decide what is repaired; ``mojibake`` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_CONTINUATIONS = range(0x80, 0xC0)


@dataclass(frozen=True, slots=True)
class Misreading:
    """UTF-8 read as another charset.

    Attributes:
        byte_of: the byte each character past ASCII stands for.
        sequence: a character of UTF-8 as it looks when so read.
        evidence: what nobody writes: the beginning of a sequence, where only a wrong charset puts
            it. Its first character is the sequence's.
        evidence_from: the same by its first character, which a text is searched for first.
        safe: a sequence that is one even in a line that holds rightly decoded characters too.
    """

    name: str
    byte_of: Mapping[str, int]
    sequence: re.Pattern[str]
    evidence: re.Pattern[str]
    evidence_from: Mapping[str, re.Pattern[str]]
    safe: re.Pattern[str]

    def meant(self, sequence: str) -> str:
        """The character that a sequence stands for; the sequence itself where it is none."""
        try:
            return bytes(map(self.byte_of.__getitem__, sequence)).decode("utf-8")
        except UnicodeDecodeError:
            return sequence  # an overlong form or half of a surrogate pair

    def strangers(self, text: str) -> bool:
        """Whether the text has characters past ASCII that are part of no sequence."""
        return not self.sequence.sub("", text).isascii()


def _table(codec: str) -> dict[str, int]:
    return {bytes([code]).decode(codec, "ignore"): code for code in range(0x80, 0x100)}


def _class(table: Mapping[str, int], codes: range) -> str:
    return "".join(sorted(re.escape(char) for char, code in table.items() if code in codes))


def _misreading(
    name: str, table: dict[str, int], leads: str, tail: str, safe: str | None = None
) -> Misreading:
    table.pop("", None)
    more = f"[{_class(table, _CONTINUATIONS)}]"
    two = f"[{_class(table, range(0xC2, 0xE0))}]"
    three = f"[{_class(table, range(0xE0, 0xF0))}]"
    four = f"[{_class(table, range(0xF0, 0xF5))}]"
    latin = f"[{_class(table, range(0xC2, 0xC6))}]"
    signs = f"[{_class(table, range(0xE2, 0xE3))}]"
    tail = tail.replace("@", more)
    return Misreading(
        name,
        table,
        re.compile(f"{four}{more}{{3}}|{three}{more}{{2}}|{two}{more}"),
        re.compile(f"[{leads}]{tail}"),
        {lead: re.compile(f"{lead}{tail}") for lead in leads},
        re.compile((safe or f"{signs}@@|{latin}@").replace("@", more)),
    )


# cp1252 and latin-1 differ in 0x80 to 0x9F only, and texts that were broken twice, or pasted
# together, have both. Followers: what continuation bytes become, without what may follow a letter
# in print: quotation marks, dashes, dots, signs of currency, no-break space; and without marks
# that may follow a name in capitals.
_FOLLOWERS = "\x80-\x84\x86-\x9fƒ†‡ˆ‰ŠŒŽ˜šœžŸ¡-¨¬\xad¯-±´-¶¸¼-¿"
_MARKS = "©®™ªº¹²³·"
_WINDOWS_TAIL = (
    f"(?:(?<=[ÂÃÄÅÎÏÐÑØÙãð])[{_FOLLOWERS}]|(?<=[Ââð])[{_MARKS}]"
    # "âœ… Open": French has both letters and all the marks.
    f"|(?<=â)(?!œ)[{_FOLLOWERS}]|(?<=â)œ(?:(?!œ)[{_FOLLOWERS}{_MARKS}‘“”„‚•—€]"
    "|(?<!\\wâœ)[«»’…–](?= [A-Z0-9]))"
    f"|(?<=[ÃÄÅÎÏÐÑØÙ])[{_MARKS}](?=[^\\W\\d_])"
    "|(?<=â)(?:€|‚(?=¬)|„(?=¢))|(?<=[0-9]Ã)—(?=[0-9])|(?<=[\\s)]Ã)[—·](?=\\s)"
    f"|(?<=â)[‘’“”•–—„](?!œ)(?=[{_FOLLOWERS}©®™ª²³‚€])"
    # "aprÃ s", "motÂ »": no word goes on with one of these capitals; "SÃO" does, in capitals.
    "|(?<=[a-zß-ÿ][ÂÃÄÅ])@"
    # "Ã  Paris", "Ã€ Paris": alone they are no words.
    "|(?<=Ã)(?<!\\w.)(?:\xa0(?=[\\w ,.\\n]|\\Z)|  (?=\\w)|€)"
    # "Â«Non", "Ã–sterreich", "Å“uvre": what opens a quotation follows a space.
    "|(?<=[ÂÃÄÅ])(?<!\\w.)[‘“„‚](?=[^\\W\\d_])|(?<=[ÂÃÄ])(?<!\\w.)[–—…](?=[^\\W\\d_])"
    "|(?<=[a-zß-ÿ.,;:!?]Â) |(?<=[^\\sA-ZÀ-Þ«“‘(\"'\\[]Â)\xa0|(?<= Â)\xa0(?=[\\w($])"
    "|(?<=Â)(?<!\\w.)«|(?<=[^«“]\\sÂ)»"
    "|(?<=[A-Za-z][ÃÅ])[‘“„](?=[A-Za-z])"
    "|(?<=×)@×@)"
)
# In a line with rightly decoded characters, "MAÇÃ”" may be a word in capitals and a mark.
_WINDOWS_SAFE = (
    f"[âã]@@|ð@@@|[ÎÏÐÑØÙ]@|È[\x98-\x9b˜™š›]|[ÂÃÄÅ](?:[{_FOLLOWERS}{_MARKS}]"
    "|(?<![A-ZÀ-Þ].)@|(?<=[A-Z][ÃÅ])[‘“„](?=[A-Za-z]))"
)
# Mathematics has roots, negations, and functions of a variable; none of them inside a word.
_MAC_TAIL = (
    "(?:(?<=√)(?:[^\\W\\d_a-zA-ZπΩµ]|[†¢£§•¶®©™´¨≠±≤≥¥∂∑∏∫ªº])"
    "|(?<=√)(?<!\\w.)°(?=[a-z]{2})|(?<=[a-z]√)[°∞](?=[\\s.,;:)]|\\Z)|(?<=[a-z]√)@(?=[a-z])"
    "|(?<=[A-Z]√)@(?=[a-z]{2})|(?<=\\so√)π(?=\\s)"
    "|(?<=[A-Za-z]≈)@(?=[a-z])|(?<=[A-Za-z]≈)[À-ÿ]|(?<=≈)(?<!\\w.)ì(?=[a-z])"
    "|(?<=[a-z]ƒ)@(?=[a-z\\s.,;:)]|\\Z)"
    "|(?<=¬)[´ª†©®°](?=\\w)|(?<=¬)£(?=[0-9])|(?<=[\\w.!?)]¬)[ª†©®Æ≤≥πΩ]|(?<=\\d¬)∞"
    "|(?<=‚)[À-ÿ]@|(?<=\uf8ff)ü@)"
)
# Boxes are drawn of these; followed by a letter or a sign, or following a letter, they are none.
_BOXES = (
    "(?<=[├┬])[^\\s─-╿├┬]|(?<=[^\\W\\d_][├┼])@|(?<=[\\w.!?]┬)@|(?<=├)@(?=[a-z]{2})"
    "|(?<=[a-z]─)(?:[ß-ÿ]|@(?=[a-z\\s.,;:)]|\\Z))|(?<=┼)[^\\W\\d_](?=[a-z])"
)
WINDOWS = _misreading(
    "cp1252",
    _table("latin-1") | _table("cp1252"),
    "ÂÃÄÅÎÏÐÑØÙ×âãð",
    _WINDOWS_TAIL,
    _WINDOWS_SAFE,
)
MISREADINGS = (
    _misreading("mac_roman", _table("mac_roman"), "√¬≈ƒ‚\uf8ff", _MAC_TAIL),
    _misreading("cp437", _table("cp437"), "├┬┼─Γ≡", f"(?:{_BOXES}|(?<=Γ)[À-ÿ£¡¢¥]@|(?<=≡)ƒ@)"),
    _misreading("cp850", _table("cp850"), "├┬┼─Ôð", f"(?:{_BOXES}|(?<=Ô)[ÇéäëêåÿÜ£¡]@|(?<=ð)ƒ@)"),
    WINDOWS,
)
"""Last is the one whose evidence, accented letters and signs, may be part of the others'."""
