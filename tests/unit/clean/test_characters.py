"""Typography and language."""

import threading
import unicodedata

import pytest

from streams.clean import language, typography
from streams.clean.rules import LANGUAGES


def repaired(text: str) -> str:
    right_to_left = typography.writes_right_to_left(text)
    edits = typography.repairs(text, 0, len(text), right_to_left=right_to_left)
    return typography.apply(text, 0, len(text), edits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'Etat, l'oeuvre", "L'Etat, l'oeuvre"),
        ("« Non\u00a0! » 10\u202f000 “a” ’b’ …", "« Non\u00a0! » 10\u202f000 “a” ’b’ …"),
        ("zero\u200bwidth soft\xadhyphen \ufeffbom", "zerowidth softhyphen bom"),
        ("bell\x07 nul\x00 del\x7f", "bell nul del"),
        ("form\x0cfeed", "form feed"),
        ("\x93quoted\x94 \x80 5\x85 \x81", "“quoted” € 5… "),
        ("e\u0301te\u0301", "été"),
        ("e\u200b\u0301te\u0301", "été"),
        ("Latin\u200djoined \u200capart\u200cfrom", "Latinjoined \u200capartfrom"),
        ("word\u2060joiner", "wordjoiner"),
        ("d'État et d'Etat, coeur et cœur, ETAT", "d'État et d'Etat, coeur et cœur, ETAT"),
        (
            'to come ... \u00ab\u00a0oui\u00a0\u00bb "non" 5\u00a0%',
            'to come ... «\u00a0oui\u00a0» "non" 5\u00a0%',
        ),
        ("ﬁn Ⅳ １２ ½ ² ™", "ﬁn Ⅳ １２ ½ ² ™"),
        ("\x01\x02text\x03\x04 \x1bend", "text end"),
        ("क्\u200dष র\u200d্য", "क्\u200dष র\u200d্য"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u202eabc\u202c", "abc"),
        ("\u200fשלום\u200f abc", "\u200fשלום\u200f abc"),
        ("a\ud800b", "a\ufffdb"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_repairs(text: str, expected: str) -> None:
    assert repaired(text) == expected
    assert repaired(expected) == expected


def test_repairs_count_in_the_source() -> None:
    text = "xx e\u0301te\u0301 a\x07b xx"
    edits = typography.repairs(text, 3, len(text) - 3, right_to_left=False)
    assert [(text[edit.start : edit.end], edit.replacement) for edit in edits] == [
        ("e\u0301te\u0301", "été"),
        ("\x07", ""),
    ]
    assert unicodedata.is_normalized("NFC", typography.apply(text, 0, len(text), edits))


def test_facts_are_repaired_and_stripped() -> None:
    assert typography.plain(" a\u200b\x00b ") == "ab"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Le gouvernement annonce la fermeture des deux ponts de la ville", "fr"),
        ("The government announces that both bridges of the city are to close", "en"),
        ("El gobierno anuncia el cierre de los dos puentes de la ciudad", "es"),
        ("Die Regierung kündigt die Sperrung der beiden Brücken der Stadt an", "de"),
        ("", None),
        ("12 345 - 67", None),
    ],
)
def test_detect(text: str, code: str | None) -> None:
    assert language.detect(text, LANGUAGES) == code


def test_only_the_languages_asked_for_are_answered() -> None:
    text = "El gobierno anuncia el cierre de los dos puentes de la ciudad"
    assert language.detect(text, ("pt", "it", "es-not-a-code", "fr")) != "es"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr-FR", "fr"),
        ("FRA", "fr"),
        (" en ", "en"),
        ("zh_Hans_CN", "zh"),
        ("und", None),
        ("französisch!", None),
        ("", None),
        (None, None),
    ],
)
def test_declared(tag: str | None, code: str | None) -> None:
    assert language.declared(tag) == code


def test_many_threads_load_one_model() -> None:
    asked = ("en", "fr", "nl")
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda: answers.append(language._identifier(asked)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len({id(answer) for answer in answers}) == 1
