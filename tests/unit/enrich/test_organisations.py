from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from streams.enrich import organisations
from streams.enrich.organisations import lexicon
from streams.folding import fold


def found(text: str, language: str = "en") -> list[tuple[str, str]]:
    return [(name.text, name.key) for name in lexicon(language).find(text)]


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("The UN said", "en", [("UN", "organisation/united-nations")]),
        ("The U.N. said", "en", [("U.N.", "organisation/united-nations")]),
        ("un homme", "fr", []),
        ("Un homme", "fr", []),
        ("who WHO said", "en", [("WHO", "organisation/who")]),
        ("MAN WHO FELL", "en", []),
        ("the world bank", "en", []),
        ("the World Bank", "en", [("World Bank", "organisation/world-bank")]),
        (
            "the UN Security Council",
            "en",
            [("UN Security Council", "organisation/un-security-council")],
        ),
        ("l’Union européenne", "fr", [("Union européenne", "organisation/eu")]),
        ("l'UE", "fr", [("UE", "organisation/eu")]),
        ("Union, européenne", "fr", []),
        ("The Fed Cup and the UEFA Cup", "en", []),
        ("The Fed raised", "en", [("Fed", "organisation/us-federal-reserve")]),
        ("The Fed Chairman", "en", [("Fed", "organisation/us-federal-reserve")]),
        ("UNION EUROPEENNE", "fr", [("UNION EUROPEENNE", "organisation/eu")]),
    ],
)
def test_an_organisation_is_found_as_it_is_written(
    text: str, language: str, names: list[tuple[str, str]]
) -> None:
    assert found(text, language) == names


def test_each_name_of_a_language_means_one_organisation() -> None:
    table = tomllib.loads(
        Path(organisations.__file__).with_name("organisations.toml").read_text("utf-8")
    )
    for language in ("en", "fr", "es", "de"):
        owners: dict[str, str] = {}
        for key, names in table.items():
            assert names["en"], key
            for name in names.get(language, ()):
                assert owners.setdefault(fold(name), key) == key, name
        for key, names in table.items():
            for name in names.get(language, names["en"]):
                assert (name, f"organisation/{key}") in found(f"x, {name} y.", language), name
            assert lexicon(language).shown(f"organisation/{key}")
