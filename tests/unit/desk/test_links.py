"""Texts that resemble others without belonging to them are linked, and join nothing."""

from datetime import UTC, datetime, timedelta

from schemas.item import Item, Paragraph
from streams.desk import Desk

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUAY = (
    (
        "The harbour council of Brestava voted on Tuesday night to close the northern quay after "
        "an engineer, Milena Torvald, found that its wall had moved since autumn."
    ),
    (
        "Fishermen said the decision would cost them the best weeks of the herring season and "
        "asked for a berth in the outer basin until divers had seen the foundations."
    ),
)
BREWER = (
    (
        "Kelda Foods said its pale ale had found new markets in southern Africa, where two "
        "breweries will make it under licence from the summer, and raised its forecast."
    ),
    (
        "Its chief executive, Joana Peixoto, told reporters in Vessa that the company wanted to "
        "sell half of its ale abroad within a few years, against a third today."
    ),
)
BULLETIN = (
    "Shares in Brestava rose {0} points to {1} in brisk dealings as shipping lines led the market "
    "higher, brokers said, and turnover reached {2} million crowns by mid-session, against {3} "
    "million at the same hour of the previous day, with {4} shares up and {5} down."
)


def an_item(key, minutes, *paragraphs, headline):
    return Item(
        id=f"p:{key}@{minutes}",
        item_key=f"p:{key}",
        order_key=str(minutes),
        provider="p",
        received_at=T0 + timedelta(minutes=minutes),
        headline=headline,
        paragraphs=tuple(Paragraph(text=text) for text in paragraphs),
    )


def decided(*items):
    desk = Desk()
    return [desk.decide(item)[0] for item in items]


def links(event):
    return [(link.rel, link.target) for link in event.item.links]


def test_round_up_is_linked_to_the_stories_it_tells_and_joins_none():
    quay = an_item("quay", 0, *QUAY, headline="Brestava quay closed")
    ale = an_item("ale", 5, *BREWER, headline="Kelda ale goes abroad")
    both = an_item("both", 60, *QUAY, *BREWER, headline="News of the day")
    *_, last = decided(quay, ale, both)
    assert last.kind == "new"
    assert last.story_key == "p:both"
    assert sorted(links(last)) == [("roundup_of", "p:ale@5"), ("roundup_of", "p:quay@0")]
    assert all(link.score and link.reason for link in last.item.links)


def test_longer_version_of_one_story_is_no_round_up():
    first = an_item("a", 0, *QUAY, headline="Brestava quay closed")
    second = an_item("b", 5, *QUAY, *BREWER, headline="Brestava quay closed")
    assert [event.kind for event in decided(first, second)] == ["new", "update"]


def test_bulletins_of_one_series_are_linked_and_stay_apart():
    def a_bulletin(key, minutes, *figures):
        headline = f"BRESTAVA SHARES RISE AT {minutes:04d} GMT"
        return an_item(key, minutes, BULLETIN.format(*figures), headline=headline)

    events = decided(
        a_bulletin("a", 900, 31, "4,812", 220, 198, 61, 17),
        a_bulletin("b", 919, 44, "4,825", 245, 207, 70, 12),
    )
    assert [event.kind for event in events] == ["new", "new"]
    assert links(events[1]) == [("series", "p:a@900")]


def test_million_copies_leave_few_links():
    items = [
        an_item(str(number), number, BULLETIN.format(number, number * 7, number * 3, 5, 6, number),
                headline="BRESTAVA SHARES RISE")
        for number in range(120)
    ]  # fmt: skip
    assert all(len(event.item.links) <= 4 for event in decided(*items))
