"""What a journal record says once only is read as it was when it said it twice."""

from schemas.codec import decode, encode_short
from schemas.item import AltId
from schemas.journal import JournalRecord, Sighting
from streams.desk import Desk
from tests.unit.desk.building import MORE, STORY, a_kill, an_item, at

EARLIER = (
    an_item("one", alt_ids=(AltId(scheme="usn", value="nL5N1AB2CD"),), slugline="BRESTAVA-DOCK/"),
    an_item("two", provider="other", made=1),
    an_item("three", made=2, text=MORE, headline="Berth in the outer basin"),
    an_item("two", provider="other", made=3, text=(*STORY, MORE[0])),
    a_kill("three", made=4),
)
LATER = (
    an_item("four", provider="third", made=5),
    an_item("five", provider="third", made=6, text=MORE, headline="Berth in the outer basin"),
    an_item("six", made=7, slugline="BRESTAVA-DOCK/", text=(*STORY, *MORE)),
    a_kill("seven", made=8, alt_ids=(AltId(scheme="usn", value="nL5N1AB2CD"),)),
)


def said_twice(record: JournalRecord) -> JournalRecord:
    """As desks wrote it that repeated what another field says."""
    update: dict[str, object] = {}
    entry = record.indexed
    if entry is not None and entry.fingerprint.words:
        update["sighting"] = Sighting(
            exact=entry.fingerprint.exact,
            provider=entry.provider,
            item_key=entry.item_key,
            item_id=entry.item_id,
        )
    if record.named is not None and not record.named.item_key:
        key = record.states[-1].item_key
        update["named"] = record.named.model_copy(update={"item_key": key})
    return record.model_copy(update=update)


def test_both_forms_restore_the_desk_that_wrote_them():
    desk = Desk()
    for item in EARLIER:
        desk.decide(item)
    short = desk.drain().journal
    full = [said_twice(record) for record in short]
    assert sum(one != two for one, two in zip(short, full, strict=True)) >= len(EARLIER) - 1
    expected = [desk.decide(item) for item in LATER]
    for journal in (short, full):
        again = Desk()
        written = [decode(JournalRecord, encode_short(record)) for record in journal]
        again.restore((), (), written)
        assert [again.decide(item) for item in LATER] == expected


def test_what_is_indexed_is_not_said_to_be_seen_as_well():
    desk = Desk()
    desk.decide(an_item("one"))
    # Of the same agency, under another key and marked as held: nothing of it is indexed.
    desk.decide(an_item("two", embargoed_until=at(60), made=1))
    desk.decide(an_item("three", provider="other", made=2))
    new, held, reprint = desk.drain().journal
    assert new.indexed is not None
    assert new.sighting is None
    assert held.indexed is None
    assert reprint.sighting is None or reprint.indexed is None
    assert all(not record.named.item_key for record in (new, held, reprint) if record.named)
