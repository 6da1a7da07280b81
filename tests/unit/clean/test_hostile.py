import json

import pytest

from schemas.item import Item
from streams.clean import clean, item_of, unaccounted
from streams.decode.decoded import Decoded, Facts
from tests.sources import a_plain_source

LONG = 200_000
HOSTILE = {
    "empty": "",
    "nul": "a\x00b\x00",
    "controls": "".join(map(chr, range(32))) + "Text that is long enough to be a headline",
    "lone surrogates": "\ud800 The council \udfff voted on Tuesday to close them, they said.",
    "bidi": "\u202eThe council\u202c voted \u2066on Tuesday\u2069 to close both of the bridges.",
    "one long line": "x" * LONG,
    "one long word of marks": "a" + "\u0301" * 5_000,
    "many short lines": "a\n" * 20_000,
    "many equal paragraphs": (
        "The same sentence again, long enough to be judged a repeat.\n" * 3_000
    ),
    "many links": "Home\nContact us\nPrivacy policy\nLogin\n" * 3_000,
    "brackets": "(" * 50_000,
    "dashes": "PARIS, " + "- " * 50_000,
    "spaces": "a" + " " * LONG + "b",
    "dots": "." * LONG,
    "slashes": "ab/" * 30_000,
    "columns": "a   b\t1\n" * 10_000,
    "wrapped lines without end": "the words go on and on over the end of every single line of it\n"
    * 5_000,
    "run of tabs": "a" + "\t" * LONG + " x\nand on\n",
    "run of dots in a line": "a" + "." * LONG + " x\nand on\n",
    "words to be composed among invisible characters": "e\u0301\u200b " * 40_000,
    "separators": "one\u2028two\u2029three\x85four\x1cfive\x0bsix\x0cseven",
    "emoji": "👩‍👩‍👧‍👦 " * 1_000,
    "chinese": "中国国家主席星期二在北京会见了来访的代表团并发表讲话。" * 50,
    "byline bomb": "By " + "Jean de la " * 5_000,
    "many bylines": "By Aa de la Bb in Cc Dd and Ee Ff " * 2_000,
    "many scores": "Arsenal 2 Chelsea 1\n" * 20_000,
    "scores without end": "Aa 1, " * 30_000,
    "figures without end": "Aa" + " 1,5" * 40_000,
    "credits without end": "(a, " * 20_000 + "édité par",
    "corrections": "Corrects paragraph 3\n" * 3_000,
    "places without end": "A, " * 30_000 + "- X",
    "place bomb": "A" * 60_000 + ", Feb 3 - x",
}


def decoded(text: str) -> Decoded:
    return a_plain_source(text, facts=Facts(slugline="a\ud800b"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_raises_and_all_is_accounted_for(text: str) -> None:
    source = decoded(text)
    for outcome in (clean(source), item_of(source)):
        if isinstance(outcome, Item):
            assert unaccounted(text, outcome) is None
            assert json.loads(outcome.model_dump_json())["slugline"] == "a\ufffdb"


def test_control_and_invisible_characters_do_not_pass() -> None:
    text = (
        "The\u200b coun\xadcil\x07 vo\x00ted \u202eon\u202c Tues\ufeffday to close it, they said."
    )
    item = clean(decoded(text))
    assert isinstance(item, Item)
    assert item.text == "The council voted on Tuesday to close it, they said."
    assert {edit.reason for edit in item.audit.edits} == {
        "invisible-character",
        "control-character",
        "bidi-control",
    }
