"""What we write as ninjs, our own decoder reads back."""

from datetime import UTC, datetime

import orjson

from schemas.item import EdNote, Item, Paragraph, ParagraphKind, PubStatus
from schemas.raw import RawMessage

ITEM = Item(
    id="nordwire:urn:newsml:nordwire.example:20260312:7@x",
    item_key="nordwire:urn:newsml:nordwire.example:20260312:7",
    order_key="x",
    provider="nordwire",
    version="3",
    version_created=datetime(2026, 3, 12, 8, 30, tzinfo=UTC),
    first_created=datetime(2026, 3, 12, 7, 0, tzinfo=UTC),
    embargoed_until=datetime(2026, 3, 12, 9, 0, tzinfo=UTC),
    language="fr",
    urgency=2,
    slugline="PORT-GREVE",
    headline="Marseille: les dockers & l'État s'accordent",
    byline="Anne Delmas",
    paragraphs=(
        Paragraph(text='Les dockers ont dit "oui" à 3 < 4 conditions.'),
        Paragraph(text="Ce qui change", kind=ParagraphKind.CROSSHEAD),
        Paragraph(text="Les horaires", kind=ParagraphKind.LIST),
        Paragraph(text="Les primes", kind=ParagraphKind.LIST),
        Paragraph(text="Le port rouvre jeudi."),
    ),
    ednotes=(EdNote(text="Chiffres vérifiés"),),
)


def test_words_and_facts_survive() -> None:
    from streams.decode import decode
    from streams.decode.decoded import Decoded, Role

    body = orjson.dumps(ITEM.to_ninjs())
    (decoded,) = decode(RawMessage(body=body, provider="nordwire", position="a:1"))
    assert isinstance(decoded, Decoded)
    facts = decoded.facts
    assert facts.stable_id == "urn:newsml:nordwire.example:20260312:7"
    assert facts.version == "3"
    assert facts.version_created == ITEM.version_created
    assert facts.first_created == ITEM.first_created
    assert facts.embargoed_until == ITEM.embargoed_until
    assert (facts.language, facts.urgency, facts.byline) == ("fr", 2, "Anne Delmas")
    assert facts.slugline == "PORT-GREVE"
    assert [note.text for note in facts.ednotes] == ["Chiffres vérifiés"]
    article = [block for block in decoded.blocks if block.role in {Role.HEADLINE, Role.BODY}]
    blocks = [decoded.text[block.start : block.end] for block in article]
    roles = [block.role for block in article]
    assert blocks == [ITEM.headline, *(paragraph.text for paragraph in ITEM.paragraphs)]
    assert roles == [Role.HEADLINE, *[Role.BODY] * len(ITEM.paragraphs)]


def test_a_kill_survives() -> None:
    from streams.decode import decode
    from streams.decode.decoded import Decoded

    kill = ITEM.model_copy(update={"pubstatus": PubStatus.CANCELED, "paragraphs": ()})
    (decoded,) = decode(RawMessage(body=orjson.dumps(kill.to_ninjs()), position="a:2"))
    assert isinstance(decoded, Decoded)
    assert decoded.facts.pubstatus is PubStatus.CANCELED
