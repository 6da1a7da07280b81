from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.item import LifecycleKind, ParagraphKind
from schemas.raw import RawMessage
from streams.decode import Decoded, decode
from streams.decode.decoded import Role
from tests.telegrams import by_role, headline, lost_words, only, read

K = LifecycleKind
HEADINGS = (
    "^BC-EU--Harbor Strike, 2nd Ld-Writethru,416<\r\n"
    "^Dock workers end strike<\r\n"
    "^AP Photo ABC101, ABC102<\r\n"
    "^Eds: UPDATES with reaction in grafs 3-5. With AP Photos.<\r\n"
    "^By JANE DOE and JOHN ROE=\r\n"
    "^AP Business Writers=\r\n"
)
BODY = (
    "\t   KIEL, Germany (AP) _ Dock workers returned to their cranes on Monday after nine days -- a"
    " record, the union said, for a port that had never seen a strike of more than a week.\r\n"
    " \r\n"
    "\t   ``We are content,'' its leader said.\r\n"
    "Ships wait outside.\r\n"
    "\t   ___\r\n"
    "\t   AP writer Ann Poe contributed.\r\n"
)


def telegram(
    *,
    first: str = "W2870\x1fasian",
    second: str = "r i\x13\x11 BC-EU--HarborStrike 2ndLd-Writethru   03-04 0416",
    headings: str = HEADINGS,
    body: str = BODY,
    ending: str = "AP-WF-03-04-24 1215GMT<",
    soh: str = "\x16\x16\x01",
) -> str:
    return (
        f"{soh}{first}\r\n{second}\r\n\x02{headings}{body}\r\n\t   \x03{ending}\r\n\r\n\x0c\r\n\x04"
    )


def test_every_field_of_the_frame_is_read() -> None:
    decoded = only(telegram())
    facts = decoded.facts
    assert decoded.format == "anpa1312"
    assert decoded.provider == "ap"
    assert decoded.warnings == ()
    assert facts.stable_id == "anpa:AP:20240304:W2870"
    assert [(one.scheme, one.value) for one in facts.alt_ids] == [
        ("transmission", "W2870"),
        ("sequence", "W/2870"),
    ]
    assert facts.version == "2"
    assert facts.version_created == datetime(2024, 3, 4, 12, 15, tzinfo=UTC)
    assert facts.urgency == 4
    assert facts.slugline == "BC-EU--Harbor Strike, 2nd Ld-Writethru"
    assert facts.byline == "By JANE DOE and JOHN ROE"
    assert [(one.scheme, one.code) for one in facts.subjects] == [("anpa-category", "i")]
    assert facts.lifecycle.kinds == (K.WRITETHRU,)
    assert facts.lifecycle.ordinal == 2
    assert headline(decoded) == "Dock workers end strike"


def test_every_line_has_its_role_and_loses_only_its_marks() -> None:
    decoded = only(telegram())
    assert by_role(decoded, Role.NOTE) == [
        "AP Photo ABC101, ABC102",
        "Eds: UPDATES with reaction in grafs 3-5. With AP Photos.",
    ]
    assert by_role(decoded, Role.BYLINE) == ["By JANE DOE and JOHN ROE", "AP Business Writers"]
    body = by_role(decoded, Role.BODY)
    assert body[0].startswith("KIEL, Germany (AP) _ Dock workers")
    assert " -- a record" in body[0]
    assert body[1:] == [
        "``We are content,'' its leader said.",
        "Ships wait outside.",
        "AP writer Ann Poe contributed.",
    ]


def test_no_word_is_lost() -> None:
    source = telegram()
    assert not lost_words(source, read(source))


def test_an_alert_has_no_headline_and_is_a_flash() -> None:
    decoded = only(
        telegram(
            second="b a\x13\x11 BC-US--APNewsAlert     06-29 0358",
            headings="^BC-US--APNewsAlert,17<\r\n",
            body="\t   HONOLULU (AP) _ Island asks court to lift ban.\r\n",
        )
    )
    assert headline(decoded) is None
    assert decoded.facts.lifecycle.kinds == (K.FLASH,)
    assert decoded.facts.urgency == 2


@pytest.mark.parametrize(
    ("priority", "urgency"),
    [("f", 1), ("b", 2), ("u", 3), ("r", 4), ("d", 5), ("s", 6), ("a", 6), ("w", 6), ("x", None)],
)
def test_the_priority_letter_is_the_urgency(priority: str, urgency: int | None) -> None:
    decoded = only(telegram(second=f"{priority} i\x13\x11 BC-EU--Strike     03-04 0416"))
    assert decoded.facts.urgency == urgency


@pytest.mark.parametrize(
    ("ending", "moment", "provider", "day"),
    [
        ("AP-WF-11-03-13 1509GMT<", datetime(2013, 11, 3, 15, 9, tzinfo=UTC), "ap", "20131103"),
        ("AP-NY-11-03-99 1009EST<", datetime(1999, 11, 3, 15, 9, tzinfo=UTC), "ap", "19991103"),
        ("KWS-08:30-09-12-14", datetime(2014, 12, 8, 23, 30, tzinfo=UTC), "kyodo", "20141209"),
        ("16:35ET 31-10-14<", datetime(2014, 10, 31, 20, 35, tzinfo=UTC), "cp", "20141031"),
    ],
)
def test_each_agency_writes_its_own_date(
    ending: str, moment: datetime, provider: str, day: str
) -> None:
    decoded = only(telegram(ending=ending))
    assert decoded.facts.version_created == moment
    assert decoded.provider == provider
    assert (decoded.facts.stable_id or "").split(":")[2] == day


@pytest.mark.parametrize(
    ("first", "second", "provider"),
    [
        ("a0105KYODO\x1fkoko-", "r i\x13\x11 BC-Strike-Port   04-03 0416", "kyodo"),
        ("B 1488 cpstf", "r n\x13\x11 Strike-Port 7thWritethru  03-04 0416", "cp"),
    ],
)
def test_the_header_names_its_agency_where_the_date_is_missing(
    first: str, second: str, provider: str
) -> None:
    decoded = only(telegram(first=first, second=second, ending="?", headings=""))
    assert decoded.provider == provider
    assert decoded.facts.stable_id is None
    assert "date-invalid:etx" in decoded.warnings
    assert (decoded.facts.slugline or "").endswith("Strike-Port")
    assert decoded.facts.lifecycle.ordinal == (7 if provider == "cp" else None)


def test_tables_keep_their_lines_and_cells() -> None:
    decoded = only(
        telegram(
            second="r s\x14\x12 BC-BBO--Glance     08-18 ",
            headings=(
                "^BC-BBO--Glance<\r\n^Glance=\r\n^All Times EDT=\r\n^By The Associated Press=\r\n"
                "^NORTH=\r\n"
            ),
            body=(
                "\x08^\x1f\x1e W\x1e \x1e L\r\n"
                "\x08East\x10 Bay\x1f\x1e 73\x1e \x1e 52\r\n"
                "^Saturday's Games=\r\n"
                "\t   Kiel 6, Bremen 5\r\n"
                "\t   ___=\r\n"
            ),
        )
    )
    assert headline(decoded) == "Glance"
    kinds = [
        (block.kind, decoded.text[block.start : block.end])
        for block in decoded.blocks
        if block.role is Role.BODY
    ]
    assert kinds == [
        (ParagraphKind.CROSSHEAD, "All Times EDT"),
        (ParagraphKind.CROSSHEAD, "NORTH"),
        (ParagraphKind.TABLE, "W\tL\nEast Bay\t73\t52"),
        (ParagraphKind.CROSSHEAD, "Saturday's Games"),
        (ParagraphKind.TABLE, "Kiel 6, Bremen 5"),
    ]


def test_a_list_of_unmarked_lines_is_text() -> None:
    headings = "*9006< ^AP-Top-Headlines,0176<\r\n^Top News at Noon<\r\n"
    lines = "^Strike ends in the north after nine long days at sea\r\n^Storm nears\r\n"
    decoded = only(
        telegram(second="r e\x13\x11 AP-Top-Headlines  02-09 0121", headings=headings, body=lines)
    )
    assert headline(decoded) == "Top News at Noon"
    assert by_role(decoded, Role.BODY) == [
        "Strike ends in the north after nine long days at sea",
        "Storm nears",
    ]
    assert decoded.facts.slugline == "AP-Top-Headlines"


@pytest.mark.parametrize(
    ("slug", "kind", "ordinal"),
    [
        ("BC-EU--Strike, 1st Ld,300", K.LEAD, 1),
        ("BC-EU--Strike, 1st Add,300", K.ADD, 1),
        ("BC-EU--Strike, 8th Ld-Writethru,300", K.WRITETHRU, 8),
        ("BC-EU--Strike-KILL,30", K.KILL, None),
        ("BC-AP News Coverage Advisory", K.ADVISORY, None),
        ("BC-EU--Strike, ADV25,300", K.ADVANCE, None),
    ],
)
def test_take_keys_are_lifecycle_facts(slug: str, kind: LifecycleKind, ordinal: int | None) -> None:
    second = "r i\x13\x11 BC-EU--Strike     03-04 0416"
    decoded = only(telegram(second=second, headings=f"^{slug}<\r\n^Headline<\r\n"))
    assert decoded.facts.lifecycle.kinds == (kind,)
    assert decoded.facts.lifecycle.ordinal == ordinal


def test_a_film_is_no_kill() -> None:
    second = "r e\x13\x11 BC-US--Film-KillBill     03-04 0416"
    decoded = only(
        telegram(second=second, headings="^BC-US--Film-Kill Bill,90<\r\n^Kill Bill at 20<\r\n")
    )
    assert decoded.facts.lifecycle.kinds == ()


def test_hard_wrapped_paragraphs_are_whole() -> None:
    body = (
        "\tKIEL, Germany (AP) _ Dock workers returned to their cranes on\r\n"
        "Monday after nine days of a strike that had kept forty ships\r\n"
        "waiting, the Union said.\r\n"
        "\tThe first ship is due at noon, and the next one leaves on a\r\n"
        "Friday.\r\n"
    )
    assert [text.count("\n") for text in by_role(only(telegram(body=body)), Role.BODY)] == [2, 1]


def test_several_telegrams_are_several_parts() -> None:
    first, second = read(telegram() + telegram(first="W2871\x1fasian"))
    assert (first.facts.stable_id, second.facts.stable_id) == (
        "anpa:AP:20240304:W2870",
        "anpa:AP:20240304:W2871",
    )


@pytest.mark.parametrize(
    ("lost", "warning"), [("\x02", "telegram-no-stx"), ("\x03", "telegram-no-etx")]
)
def test_a_frame_that_was_stripped_is_a_warning(lost: str, warning: str) -> None:
    source = telegram().replace(lost, "")
    decoded = only(source)
    assert warning in decoded.warnings
    assert headline(decoded) == "Dock workers end strike"
    assert decoded.facts.stable_id == "anpa:AP:20240304:W2870"
    assert not lost_words(source, [decoded])


def test_headers_without_soh_are_still_known() -> None:
    decoded = only(telegram(soh=""))
    assert decoded.format == "anpa1312"
    assert "telegram-no-soh" in decoded.warnings


@pytest.mark.parametrize("length", range(0, 800, 31))
def test_a_telegram_cut_anywhere_is_read_as_far_as_it_came(length: int) -> None:
    whole = telegram()
    (answer,) = decode(RawMessage(body=whole[: len(whole) - length].encode()))
    assert isinstance(answer, Decoded)


def test_a_giant_header_line_does_no_harm() -> None:
    assert (
        only(telegram(headings=f"^BC-EU--Strike<\r\n^{'x ' * 100_000}<\r\n")).format == "anpa1312"
    )


def test_other_text_is_not_taken_for_a_telegram() -> None:
    for text in ("\x01SHDRACE: TOWN\x1f6\x1fN\r\n\r\n1. ALPHA", "a 1234\n\nb c d\n"):
        assert only(text).format == "plain-text"
