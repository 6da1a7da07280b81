from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.item import LifecycleKind, PubStatus
from schemas.raw import RawMessage
from streams.decode import DEFAULT_PROFILES, Decoded, Profiles, ProviderProfile, decode

K = LifecycleKind


def an_item(
    *,
    identifier: str = "",
    label: str = "",
    management: str = "",
    lines: str = "",
    described: str = "",
    more: str = "",
    envelope: str = "",
    item: str = "<NewsItem>",
) -> str:
    return (
        f"<NewsML><NewsEnvelope>{envelope}</NewsEnvelope>{item}<Identification>"
        f"<NewsIdentifier>{identifier}</NewsIdentifier>{label}</Identification>"
        f"<NewsManagement>{management}</NewsManagement><NewsComponent>"
        f"<NewsLines>{lines}</NewsLines>{more}"
        f"<DescriptiveMetadata>{described}</DescriptiveMetadata>"
        "<ContentItem><DataContent><p>Text.</p></DataContent></ContentItem></NewsComponent>"
        "</NewsItem></NewsML>"
    )


def read(markup: str, profiles: Profiles = DEFAULT_PROFILES) -> Decoded:
    (decoded,) = decode(RawMessage(body=markup.encode()), profiles)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def identity(provider: str, day: str, item: str, revision: str, urn: str | None = None) -> str:
    public = f"<PublicIdentifier>{urn}</PublicIdentifier>" if urn else ""
    return (
        f"<ProviderId>{provider}</ProviderId><DateId>{day}</DateId><NewsItemId>{item}</NewsItemId>"
        f'<RevisionId PreviousRevision="0" Update="N">{revision}</RevisionId>{public}'
    )


@pytest.mark.parametrize(
    ("identifier", "stable", "version"),
    [
        (
            identity("a.example", "20240305", "TX1", "1", "urn:newsml:a.example:20240305:TX1:1"),
            "urn:newsml:a.example:20240305:TX1",
            "1",
        ),
        (identity("a.example", "20240305", "TX1", "3"), "urn:newsml:a.example:20240305:TX1", "3"),
        (
            identity("BAP", "20240305", "BX-v2", "2", "urn:newsml:bap.example:20240305:BX:2"),
            "urn:newsml:bap.example:20240305:BX",
            "2",
        ),
        (
            identity("c", "20240305", "bsf153", "1", "urn:newsml:c:20240305:bsf153:1N"),
            "urn:newsml:c:20240305:bsf153",
            "1",
        ),
        (
            identity("d e", "20240305", "DS01", "DS02", "urn:newsml:d e:20240305:DS01:DS02"),
            "urn:newsml:d e:20240305:DS01",
            "DS02",
        ),
        (
            identity("f", "20240305", "x:y:6-no", "1", "urn:newsml:f:20240305:x:y:6-no:1"),
            "urn:newsml:f:20240305:x:y:6-no",
            "1",
        ),
        (
            identity(
                "g", "20240305T103600+0000", "25", "1", "urn:newsml:g:20240305T103600+0000:25:1"
            ),
            "urn:newsml:g:20240305T103600+0000:25",
            "1",
        ),
        (
            identity("h", "20240305", "7", "7", "urn:newsml:h:20240305:7"),
            "urn:newsml:h:20240305:7",
            "7",
        ),
        (
            identity("i", "20240305", "N1", "4", "urn:newsml:i:20240305:N1:3"),
            "urn:newsml:i:20240305:N1",
            "4",
        ),
        (
            "<PublicIdentifier>urn:newsml:j:20240305:N1:2U</PublicIdentifier>",
            "urn:newsml:j:20240305:N1",
            "2",
        ),
        ("<PublicIdentifier>odd</PublicIdentifier>", "odd", None),
        ("<ProviderId>k</ProviderId>", None, None),
        ("", None, None),
    ],
    ids=[
        "urn",
        "no-urn",
        "house-number",
        "letter",
        "not-a-number",
        "colons",
        "time-in-day",
        "urn-without-revision",
        "urn-of-another-revision",
        "urn-alone",
        "odd",
        "provider",
        "none",
    ],
)
def test_the_stable_id_is_the_urn_without_its_revision(
    identifier: str, stable: str | None, version: str | None
) -> None:
    decoded = read(an_item(identifier=identifier))
    assert (decoded.facts.stable_id, decoded.facts.version) == (stable, version)
    assert ("newsml-no-id" in decoded.warnings) == (stable is None)


def test_revisions_share_the_id_and_the_other_ids_are_kept() -> None:
    urn = "urn:newsml:afp.com:20240305T101112Z:TX-1:{}"
    envelope = "<TransmissionId>1672</TransmissionId>"
    first, second = (
        read(
            an_item(
                identifier=identity("afp.com", "20240305T101112Z", "TX-1", n, urn.format(n)),
                management='<AssociatedWith NewsItem="urn:newsml:afp.com:20240305:doc-1cg0j2"/>',
                envelope=envelope,
            )
        ).facts
        for n in ("1", "2")
    )
    assert first.stable_id == second.stable_id == "urn:newsml:afp.com:20240305T101112Z:TX-1"
    assert {(one.scheme, one.value) for one in first.alt_ids} == {
        ("urn", urn.format(1)),
        ("newsitem", "TX-1"),
        ("transmission", "1672"),
        ("afp-doc", "doc-1cg0j2"),
    }
    assert [(link.rel, link.target) for link in first.links] == [
        ("related", "urn:newsml:afp.com:20240305:doc-1cg0j2")
    ]


def test_an_id_among_the_descriptions_serves_where_there_is_no_other() -> None:
    markup = an_item(identifier="<ProviderId>t</ProviderId>", described="<guid>16AAC3</guid>")
    decoded = read(markup.replace("DescriptiveMetadata", "DescriptiveMetada"))
    assert decoded.facts.stable_id == "16AAC3"
    assert ("stable_id", "DescriptiveMetadata/guid") in decoded.facts.origins


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("20240305T104233Z", datetime(2024, 3, 5, 10, 42, 33, tzinfo=UTC)),
        ("20240305T104233+0000", datetime(2024, 3, 5, 10, 42, 33, tzinfo=UTC)),
        ("20240305T202119+0900", datetime(2024, 3, 5, 11, 21, 19, tzinfo=UTC)),
        ("2024-03-05T10:42:33Z", datetime(2024, 3, 5, 10, 42, 33, tzinfo=UTC)),
        (" 20240305T104233Z\n", datetime(2024, 3, 5, 10, 42, 33, tzinfo=UTC)),
        ("20240305T104233", datetime(2024, 3, 5, 7, 42, 33, tzinfo=UTC)),
        ("20240230T104233Z", None),
        ("20240305T256199Z", None),
        ("00000000T000000Z", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_in_every_shape_are_points_in_time_or_nothing(
    written: str, moment: datetime | None
) -> None:
    moscow = Profiles(by_provider={"t": ProviderProfile("t", time_zone="Europe/Moscow")})
    decoded = read(
        an_item(
            identifier="<ProviderId>t</ProviderId>",
            management=(
                f"<FirstCreated>{written}</FirstCreated>"
                f"<ThisRevisionCreated>{written}</ThisRevisionCreated>"
            ),
        ),
        moscow,
    )
    assert (decoded.facts.version_created, decoded.facts.first_created) == (moment, moment)
    bad = [warning for warning in decoded.warnings if warning.startswith("date-invalid")]
    assert bool(bad) == (moment is None and bool(written))


def status(name: str, more: str = "") -> str:
    return f'<Status FormalName="{name}"/>{more}'


CHANGE = (
    '<StatusWillChange><FutureStatus FormalName="{}"/><DateAndTime>{}</DateAndTime>'
    "</StatusWillChange>"
)
NOON = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("management", "pubstatus", "until"),
    [
        (status("Usable"), PubStatus.USABLE, None),
        (status("usable"), PubStatus.USABLE, None),
        (status("OPEN"), PubStatus.USABLE, None),
        (status("Withheld"), PubStatus.WITHHELD, None),
        (status("Canceled"), PubStatus.CANCELED, None),
        (status("Embargoed"), PubStatus.WITHHELD, None),
        (
            status("Embargoed", CHANGE.format("Usable", "20240305T120000Z")),
            PubStatus.USABLE,
            NOON,
        ),
        (
            status("Withheld", CHANGE.format("Usable", "20240305T120000Z")),
            PubStatus.USABLE,
            NOON,
        ),
        (status("Embargoed", CHANGE.format("Usable", "one day")), PubStatus.WITHHELD, None),
        (
            status("Embargoed", CHANGE.format("Canceled", "20240305T120000Z")),
            PubStatus.WITHHELD,
            None,
        ),
        (status("Usable", CHANGE.format("Withheld", "20240305T120000Z")), PubStatus.USABLE, None),
        (status("Canceled", CHANGE.format("Usable", "20240305T120000Z")), PubStatus.CANCELED, None),
        ("", PubStatus.USABLE, None),
    ],
)
def test_the_status_holds_and_an_embargo_is_never_let_through(
    management: str, pubstatus: PubStatus, until: datetime | None
) -> None:
    decoded = read(an_item(management=management))
    facts = decoded.facts
    assert (facts.pubstatus, facts.embargoed_until) == (pubstatus, until)
    assert (K.KILL in facts.lifecycle.kinds) == (pubstatus is PubStatus.CANCELED)
    assert not any(warning.startswith("pubstatus-unknown") for warning in decoded.warnings)


def test_an_unknown_status_is_said_and_usable() -> None:
    decoded = read(an_item(management=status("Perhaps")))
    assert decoded.facts.pubstatus is PubStatus.USABLE
    assert "pubstatus-unknown:perhaps" in decoded.warnings


@pytest.mark.parametrize(
    ("management", "envelope", "urgency", "warned"),
    [
        ('<Urgency FormalName="4"/>', '<Priority FormalName="9"/>', 4, False),
        ("<Urgency>2</Urgency>", "", 2, False),
        ("", '<Priority FormalName="3"/>', None, False),
        ('<Urgency FormalName="DEFAULT"/>', "", None, False),
        ('<Urgency FormalName="high"/>', "", None, True),
    ],
)
def test_urgency_is_the_items_and_priority_the_envelopes(
    management: str, envelope: str, urgency: int | None, *, warned: bool
) -> None:
    decoded = read(an_item(management=management, envelope=envelope))
    assert decoded.facts.urgency == urgency
    assert ("urgency-invalid" in decoded.warnings) == warned


@pytest.mark.parametrize(
    ("label", "lines", "slugline"),
    [
        ("<NameLabel>a-b-c</NameLabel>", "<SlugLine>A-B</SlugLine>", "a-b-c"),
        ("<NameLabel/>", "<SlugLine>A-B</SlugLine>", "A-B"),
        ("", "", None),
    ],
)
def test_the_name_label_is_the_slugline(label: str, lines: str, slugline: str | None) -> None:
    assert read(an_item(label=label, lines=lines)).facts.slugline == slugline


def origin(city: str) -> str:
    return (
        f'<Location HowPresent="Origin"><Property FormalName="Country" Value="RUS"/>'
        f'<Property FormalName="City" Value="{city}"/></Location>'
    )


@pytest.mark.parametrize(
    ("line", "city", "raw", "place"),
    [
        ("MOSCOW, March 5", "Moscow", "MOSCOW, March 5", "Moscow"),
        ("March 5", "MOSCOW", "March 5", "MOSCOW"),
        ("5.3.2024 12:09:11 CEST", "Oslo", "5.3.2024 12:09:11 CEST", "Oslo"),
        ("BEIJING, March 5", "Paris", "BEIJING, March 5", None),
        ("", "Paris", None, "Paris"),
        (" \n ", "", None, None),
        ("20240305", "Paris", None, "Paris"),
    ],
)
def test_the_place_of_origin_is_the_datelines_unless_that_names_another(
    line: str, city: str, raw: str | None, place: str | None
) -> None:
    facts = read(an_item(lines=f"<DateLine>{line}</DateLine>", described=origin(city))).facts
    assert (facts.dateline_raw, facts.dateline_place) == (raw, place)


def test_the_descriptions_state_language_genre_subjects_and_keywords() -> None:
    facts = read(
        an_item(
            described=(
                '<Language FormalName="nl_NL"/><Genre/><Genre FormalName="Analysis"/>'
                '<SubjectCode><SubjectMatter FormalName="11014000" cat="POL"/>'
                '<Subject Vocabulary="urn:v" FormalName="ECO"/><Subject FormalName=""/>'
                "</SubjectCode>"
                '<Location HowPresent="Event"><Property FormalName="Country" Value="IND"/>'
                "</Location>"
                '<Property FormalName="Keyword" Value="Pont;PORT"/>'
                '<Property FormalName="Keyword" Value="Bac"/><Property FormalName="X" Value="y"/>'
            ),
            lines="<KeywordLine>ECO/E1;bridge, port</KeywordLine>",
        )
    ).facts
    assert (facts.language, facts.genre) == ("nl-NL", "Analysis")
    assert [(one.scheme, one.code) for one in facts.subjects] == [
        ("subj", "11014000"),
        ("cat", "POL"),
        ("urn:v", "ECO"),
        ("location", "IND"),
    ]
    assert facts.keywords == ("ECO/E1", "bridge", "port", "Pont", "PORT", "Bac")


def test_the_language_may_stand_on_the_item_alone() -> None:
    assert read(an_item(item='<NewsItem xml:lang="fr">')).facts.language == "fr"


@pytest.mark.parametrize(
    ("creator", "lines", "byline"),
    [
        (
            '<Party FormalName="Ada Ferris with Bo Lind in Jerusalem "/>',
            "",
            "Ada Ferris with Bo Lind in Jerusalem",
        ),
        ('<Party FormalName="Ada Ferris"/>', "<ByLine>By Bo Lind</ByLine>", "By Bo Lind"),
        ('<Party FormalName="daa/mt/msr"/>', "", None),
        ('<Party FormalName="Agency One"/>', "", None),
        ('<Party FormalName="Desk - Sports" Topic="EDITOR"/>', "", None),
        ("", "<ByLine>gr/bp</ByLine>", None),
        ("", "<ByLine>Bo Lind</ByLine><ByLineTitle>Editor</ByLineTitle>", "Bo Lind, Editor"),
    ],
)
def test_a_byline_is_a_name_and_neither_initials_nor_the_agency(
    creator: str, lines: str, byline: str | None
) -> None:
    more = (
        '<AdministrativeMetadata><Provider><Party FormalName="Agency One"/></Provider>'
        f"<Creator>{creator}</Creator></AdministrativeMetadata>"
    )
    assert read(an_item(lines=lines, more=more)).facts.byline == byline


def test_rights_are_the_notice_and_the_terms() -> None:
    terms = "<UsageRights><UsageType>NO ARCHIVE</UsageType></UsageRights>"
    more = f"<RightsMetadata>{terms}</RightsMetadata>"
    assert read(an_item(lines="<CopyrightLine>© A</CopyrightLine>", more=more)).facts.rights == (
        "© A NO ARCHIVE"
    )


def advisory(text: str) -> str:
    return (
        '<NewsLine><NewsLineType FormalName="AdvisoryLine"/>'
        f"<NewsLineText>{text}</NewsLineText></NewsLine>"
    )


@pytest.mark.parametrize(
    ("lines", "management", "described", "kinds"),
    [
        (advisory("UPDATES with reaction"), "", "", (K.UPDATE,)),
        (advisory("CORRECTS name in par 2"), "", "", (K.CORRECTION,)),
        (advisory("ATTENTION - pictures"), "", "", ()),
        ("<HeadLine>URGENT - Bridge closed</HeadLine>", "", "", (K.URGENT,)),
        ("<HeadLine>Kill Bill is back</HeadLine>", "", "", ()),
        ("<SlugLine>URGENT</SlugLine>", "", "", (K.URGENT,)),
        ("", '<NewsItemType FormalName="Alert"/>', "", (K.FLASH,)),
        ("", '<NewsItemType FormalName="News"/>', "", ()),
        ("", '<Instruction FormalName="Correction"/>', "", (K.CORRECTION,)),
        ("", "", '<Genre FormalName="Update"/>', (K.UPDATE,)),
        ("", "", '<Genre FormalName="business"/>', ()),
    ],
)
def test_structured_fields_and_markers_tell_the_lifecycle(
    lines: str, management: str, described: str, kinds: tuple[LifecycleKind, ...]
) -> None:
    facts = read(an_item(lines=lines, management=management, described=described)).facts
    assert facts.lifecycle.kinds == kinds
    assert {one.kind for one in facts.evidence} == set(kinds)


@pytest.mark.parametrize(("letter", "kinds"), [("N", ()), ("U", (K.UPDATE,)), ("A", (K.UPDATE,))])
def test_a_revision_says_whether_it_replaces_or_updates(
    letter: str, kinds: tuple[LifecycleKind, ...]
) -> None:
    identifier = identity("a", "20240305", "N1", "2").replace('Update="N"', f'Update="{letter}"')
    assert read(an_item(identifier=identifier)).facts.lifecycle.kinds == kinds


def test_an_instruction_names_the_revisions_it_replaces() -> None:
    facts = read(
        an_item(
            identifier=identity("a", "20240305", "N1", "3"),
            management=(
                '<Status FormalName="Usable"/><DerivedFrom NewsItem="urn:newsml:a:20240304:M:1"/>'
                '<Instruction FormalName="Replace"><RevisionStatus Revision="2">'
                '<Status FormalName="Canceled"/></RevisionStatus></Instruction>'
            ),
        )
    ).facts
    assert facts.pubstatus is PubStatus.USABLE
    assert [(link.rel, link.target, link.reason) for link in facts.links] == [
        ("derived_from", "urn:newsml:a:20240304:M:1", None),
        ("replaces", "urn:newsml:a:20240305:N1:2", "Canceled"),
    ]


def test_the_head_of_the_text_fills_what_the_envelope_leaves_open() -> None:
    nitf = (
        "<nitf><head><docdata><urgency ed-urg='1'/><evloc city='Pune' iso-cc='IND'/>"
        "<doc-id id-string='other'/><key-list><keyword key='INDIA PORTS'/></key-list></docdata>"
        "</head><body><body.head><byline>Ada Ferris</byline></body.head>"
        "<body.content><p>Text.</p></body.content></body></nitf>"
    )
    decoded = read(
        an_item(
            identifier=identity("a", "20240305", "N1", "1"),
            lines="<HeadLine>H</HeadLine><SubHeadLine>INDIA PORTS</SubHeadLine>",
        ).replace("<p>Text.</p>", nitf)
    )
    facts = decoded.facts
    assert facts.stable_id == "urn:newsml:a:20240305:N1"
    assert (facts.slugline, facts.byline, facts.urgency) == ("INDIA PORTS", "Ada Ferris", None)
    assert ("evloc", "IND", "Pune") in {(s.scheme, s.code, s.name) for s in facts.subjects}
    roles = {decoded.text[b.start : b.end]: b.role.value for b in decoded.blocks}
    assert roles["INDIA PORTS"] == "furniture"
