"""What a message may be called by later ones is found again, and nothing else is."""

import pytest

from schemas.item import AltId, Item
from streams.desk.linked import LinkedNumbers
from streams.desk.references import (
    MOST_FOUND,
    References,
    hash_name,
    names_of,
    pack_names,
    slugline_reference,
    spellings,
    unpack_names,
)
from streams.desk.standings import Standings


@pytest.mark.parametrize(
    ("slugline", "name"),
    [
        ("BC-EU--CANAL-LOCK, 2nd Ld", "canal lock"),
        ("CANAL-LOCK", "canal lock"),
        ("EU--Canal Lock, 1st Ld-Writethru,416", "canal lock"),
        ("CANAL-LOCK 1stLd-Writethru", "canal lock"),
        ("BC-EU--CANAL-LOCK-KILL", "canal lock"),
        ("USA-WEATHER/ (UPDATE 1, PIX, CORRECTED)", "usa weather"),
        ("METALS/LEAD", "metals lead"),
        ("France-procès-assises-drogues", "france proces assises drogues"),
        ("AP-US--Storm,ADV25", "storm"),
    ],
)
def test_slugline_without_what_says_which_version_it_is(slugline, name):
    assert slugline_reference(slugline) == f"slugline:{name}"


@pytest.mark.parametrize("slugline", [None, "", " / ", "2nd Ld", "KILL", "()", "416", "a" * 0])
def test_slugline_that_names_nothing(slugline):
    assert slugline_reference(slugline) is None


@pytest.mark.parametrize(
    "slugline", ["(" * 5000, "1st " * 900, "BC-" * 700, "\ud800/\x00", "-" * 999]
)
def test_hostile_slugline_is_answered(slugline):
    found = slugline_reference(slugline)
    assert found is None or len(found) < 300


@pytest.mark.parametrize(
    "said",
    ["bc eu canal lock", "canal lock", "canal lock 2nd ld", "bc canal lock 1st ld writethru"],
)
def test_slugline_as_copy_quotes_it_is_met(said):
    assert "slugline:canal lock" in spellings(f"slugline:{said}")


def an_item(key: str = "dpa:a1", **fields: object) -> Item:
    provider = key.partition(":")[0]
    return Item(id=f"{key}@1", item_key=key, order_key="1", provider=provider, **fields)


def test_names_of_an_item():
    item = an_item(
        "dpa:urn:x",
        headline="Gate of the lock breaks",
        slugline="Schleuse/",
        alt_ids=(
            AltId(scheme="agency-number", value="dpa:0123"),
            AltId(scheme="urn", value="urn:newsml:dpa.com:20260312:ab-1:4"),
            AltId(scheme="transmission", value="bdt0007"),
            AltId(scheme="transmission", value="17"),
            AltId(scheme="etag", value="ab_1"),
        ),
    )
    assert names_of(item) == (
        "urn:x",
        "dpa:0123",
        "urn:newsml:dpa.com:20260312:ab-1",
        "dpa:BDT0007",
        "headline:gate of the lock breaks",
        "slugline:schleuse",
    )


def test_reuters_story_is_known_by_its_usn():
    item = an_item("reuters:tag:reuters.com,2016:newsml_L1N14N0FF", headline="Two words")
    assert names_of(item) == ("tag:reuters.com,2016:newsml_L1N14N0FF", "usn:L1N14N0FF")


def test_names_are_few_however_many_ids_a_message_lists():
    ids = tuple(AltId(scheme="x", value=str(number)) for number in range(500))
    assert len(names_of(an_item(alt_ids=ids, headline="one two three"))) == 12


def test_packed_names_come_back():
    item = an_item(headline="one two three", slugline="A")
    expected = [hash_name("dpa", name) for name in names_of(item)[1:]]
    assert unpack_names(pack_names(item)) == expected
    assert unpack_names("") == []


class TestFinding:
    def test_newest_first_within_the_provider_and_the_days(self):
        known = References(30, Standings())
        for day, key in ((1, "dpa:a"), (1, "dpa:b"), (2, "dpa:c"), (2, "dpa:a")):
            known.add([hash_name("dpa", "dpa:0123")], key, day)
        known.add([hash_name("afp", "dpa:0123")], "afp:z", 2)
        assert list(known.find("dpa", "dpa:0123", 2, 30)) == ["dpa:a", "dpa:c", "dpa:b"]
        assert list(known.find("dpa", "dpa:0123", 2, 0)) == ["dpa:a", "dpa:c"]
        assert list(known.find("dpa", "dpa:0124", 2, 30)) == []
        assert list(known.find("afp", "dpa:0123", 2, 30)) == ["afp:z"]
        assert list(known.find(None, "dpa:0123", 2, 30)) == []

    def test_days_past_the_window_are_forgotten(self):
        known = References(30, Standings())
        known.add([7], "dpa:a", 1)
        known.add([8], "dpa:b", 40)
        known.add([hash_name("dpa", "n")], "dpa:c", 40)
        assert list(known.find("dpa", "n", 70, 30)) == ["dpa:c"]
        assert list(known.find("dpa", "n", 71, 30)) == []

    def test_name_that_everything_bears_gives_the_newest_only(self):
        known = References(30, Standings())
        for number in range(5_000):
            known.add([hash_name("dpa", "slugline:sport")], f"dpa:{number}", 3)
        found = list(known.find("dpa", "slugline:sport", 3, 30))
        assert found == [f"dpa:{number}" for number in range(4_999, 4_999 - MOST_FOUND, -1)]

    def test_item_that_says_its_name_again_is_listed_once(self):
        known = References(30, Standings())
        for _ in range(3):
            known.add([hash_name("dpa", "n")], "dpa:a", 3)
        assert list(known.find("dpa", "n", 3, 30)) == ["dpa:a"]


def test_hashes_that_share_a_half_are_told_apart():
    linked = LinkedNumbers()
    hashes = [upper << 32 | lower for upper in (0, 1, 5, 0xFFFFFFFF) for lower in (0, 1, 5, 9)]
    for number, hashed in enumerate(hashes):
        linked.add(hashed, number)
        linked.add(hashed, number + 100)
    # The table files half 0 under 1, so these two halves, and only these, are one.
    for number, hashed in enumerate(hashes):
        if hashed >> 32 > 1:
            assert list(linked.find(hashed)) == [number + 100, number]


def test_numbers_are_found_however_many_there_are():
    linked, plain = LinkedNumbers(), {}
    for number in range(20_000):
        hashed = hash_name("dpa", str(number % 7_000))
        linked.add(hashed, number)
        plain.setdefault(hashed, []).insert(0, number)
    assert all(list(linked.find(hashed)) == numbers for hashed, numbers in plain.items())
    assert len(linked) == 20_000
