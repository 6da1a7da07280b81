"""The story in the IPTC's XML formats: NewsML-G2, NewsML 1.2 and NITF."""

from __future__ import annotations

from datetime import datetime

from tests.chains.rendering import Rendering, byline_of, carrying, paragraphs, xml
from tests.chains.story import (
    AGENCY,
    BYLINE,
    DOMAIN,
    FIRST_CREATED,
    SLUG,
    SUBJECTS,
    Stage,
    Story,
    Version,
)

_G2 = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'
_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
_NITF = 'xmlns="http://iptc.org/std/NITF/2006-10-18/"'
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SIGNALS = {Stage.CORRECTION: "sig:correction"}


def newsml_g2(story: Story, version: Version) -> bytes:
    """A bare newsItem, its text as XHTML."""
    return (_DECLARATION + _news_item(story, version, _xhtml(version))).encode()


def newsml_g2_message(story: Story, version: Version) -> bytes:
    """A newsMessage around the item, as agencies send it; XHTML inside."""
    return _message(version, _news_item(story, version, _xhtml(version)))


def newsml_g2_nitf(story: Story, version: Version) -> bytes:
    """A newsMessage, its text as NITF."""
    content = (
        f'<inlineXML contenttype="application/nitf+xml"><nitf {_NITF}><body><body.content>\n'
        f"{paragraphs(version.body, strong='em')}\n</body.content></body></nitf></inlineXML>"
    )
    return _message(version, _news_item(story, version, content))


def _message(version: Version, item: str) -> bytes:
    sent = _iso(version.created)
    return (
        f"{_DECLARATION}<newsMessage {_G2}>\n<header><sent>{sent}</sent><sender>{DOMAIN}</sender>"
        f"<transmitId>{version.number}</transmitId><priority>{version.urgency}</priority></header>"
        f"\n<itemSet>\n{item}\n</itemSet>\n</newsMessage>\n"
    ).encode()


def _xhtml(version: Version) -> str:
    return (
        f'<inlineXML contenttype="application/xhtml+xml"><html {_XHTML}><head><title/></head>'
        f"<body>\n{paragraphs(version.body)}\n</body></html></inlineXML>"
    )


def _news_item(story: Story, version: Version, content: str) -> str:
    status = "canceled" if version.is_kill else "usable"
    signal = _SIGNALS.get(version.stage)
    notes = [(version.advice, "advice"), (version.note, "contact")]
    ednotes = "".join(
        f'<edNote role="dpaednoterole:{role}">{xml(note)}</edNote>' for note, role in notes if note
    )
    subjects = "".join(
        f'<subject type="cpnat:abstract" qcode="{code}"><name>{name}</name></subject>'
        for code, name in SUBJECTS
    )
    return f"""<newsItem {_G2} guid="{story.urn}" version="{version.number}" standard="NewsML-G2"
 standardversion="2.29" conformance="power" xml:lang="{version.language.code}">
<catalogRef href="http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_38.xml"/>
<rightsInfo><copyrightHolder literal="{AGENCY}"/>
<copyrightNotice>© 2026 {AGENCY}</copyrightNotice></rightsInfo>
<itemMeta>
<itemClass qcode="ninat:text"/>
<provider literal="{DOMAIN}"/>
<versionCreated>{_iso(version.created)}</versionCreated>
<firstCreated>{_iso(FIRST_CREATED)}</firstCreated>
<pubStatus qcode="stat:{status}"/>
{ednotes}
{f'<signal qcode="{signal}"/>' if signal else ""}
</itemMeta>
<contentMeta>
<urgency>{version.urgency}</urgency>
<by>{xml(byline_of(version))}</by>
<located qcode="city:gent"><name>{xml(version.language.place)}</name></located>
<headline>{xml(version.marked_headline)}</headline>
<slugline separator="-">{SLUG}</slugline>
<language tag="{version.language.code}"/>
{subjects}
{"".join(f"<keyword>{xml(word)}</keyword>" for word in version.language.keywords)}
</contentMeta>
<contentSet>
{content}
</contentSet>
</newsItem>"""


def newsml_12(story: Story, version: Version) -> bytes:
    """NewsML 1.2, the text as bare paragraphs."""
    return _newsml_12(story, version, paragraphs(version.body), "text/vnd.IPTC.NITF")


def newsml_12_nitf(story: Story, version: Version) -> bytes:
    """NewsML 1.2, the text as NITF, as AFP sends it."""
    body = paragraphs(version.body, strong="em")
    nitf = f"<nitf><body><body.content>\n{body}\n</body.content></body></nitf>"
    return _newsml_12(story, version, nitf, "NITF3.1")


def _newsml_12(story: Story, version: Version, content: str, media: str) -> bytes:
    language, lang = version.language, version.language.code
    notes = "".join(
        '<NewsLine><NewsLineType FormalName="AdvisoryLine"/>'
        f"<NewsLineText>{xml(text)}</NewsLineText></NewsLine>"
        for text in (version.advice, version.note)
        if text
    )
    subjects = "".join(
        f'<SubjectCode><Subject FormalName="{code}"/></SubjectCode>' for code, _ in SUBJECTS
    )
    words = "".join(
        f'<Property FormalName="Keyword" Value="{xml(word)}"/>' for word in language.keywords
    )
    created, first = _compact(version.created), _compact(FIRST_CREATED)
    return f"""{_DECLARATION}<NewsML Version="1.2">
<Catalog Href="http://{DOMAIN}/catalog.xml"/>
<NewsEnvelope><TransmissionId>{version.number}</TransmissionId><DateAndTime>{created}</DateAndTime>
<NewsService FormalName="GEN"/><Priority FormalName="{version.urgency}"/></NewsEnvelope>
<NewsItem xml:lang="{lang}">
<Identification><NewsIdentifier><ProviderId>{DOMAIN}</ProviderId><DateId>20260312</DateId>
<NewsItemId>{story.name}</NewsItemId>
<RevisionId PreviousRevision="{version.number - 1}" Update="N">{version.number}</RevisionId>
<PublicIdentifier>{story.urn}:{version.number}</PublicIdentifier></NewsIdentifier>
<NameLabel>{SLUG}</NameLabel></Identification>
<NewsManagement><NewsItemType FormalName="News"/><FirstCreated>{first}</FirstCreated>
<ThisRevisionCreated>{created}</ThisRevisionCreated>
<Status FormalName="{"Canceled" if version.is_kill else "Usable"}"/>
<Urgency FormalName="{version.urgency}"/></NewsManagement>
<NewsComponent>
<NewsLines><HeadLine>{xml(version.marked_headline)}</HeadLine>
<ByLine>{xml(byline_of(version))}</ByLine>
<DateLine>{xml(language.dateline)} ({AGENCY}) -</DateLine>
<CopyrightLine>© 2026 {AGENCY}</CopyrightLine>
<SlugLine>{SLUG}</SlugLine>{notes}</NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="{AGENCY}"/></Provider>
</AdministrativeMetadata>
<DescriptiveMetadata><Language FormalName="{lang}"/>{subjects}
<Location HowPresent="Origin"><Property FormalName="City" Value="{xml(language.place)}"/></Location>
{words}</DescriptiveMetadata>
<ContentItem><MediaType FormalName="Text"/><Format FormalName="{media}"/>
<DataContent>
{content}
</DataContent></ContentItem>
</NewsComponent>
</NewsItem>
</NewsML>
""".encode()


def nitf(story: Story, version: Version) -> bytes:
    """NITF 3.4, with its document type."""
    language = version.language
    status = "canceled" if version.is_kill else "usable"
    note = f"{version.advice} {version.note}".strip()
    created = version.created.strftime("%Y%m%dT%H%M%S+0000")
    day = version.created.strftime("%Y%m%d")
    subjects = "".join(
        f'<tobject.subject tobject.subject.refnum="{code.rpartition(":")[2]}"'
        f' tobject.subject.type="{name}"/>'
        for code, name in SUBJECTS
    )
    words = "".join(f'<keyword key="{xml(word)}"/>' for word in language.keywords)
    return f"""{_DECLARATION}<!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.4//EN" "nitf-3-4.dtd">
<nitf version="-//IPTC//DTD NITF 3.4//EN" xml:lang="{language.code}">
<head>
<title>{xml(version.marked_headline)}</title>
<meta name="slugline" content="{SLUG}"/>
<tobject>{subjects}</tobject>
<docdata management-status="{status}">
<doc-id regsrc="{DOMAIN}" id-string="{story.urn}"/>
<du-key key="{SLUG}-{language.code}" generation="{version.number}" version="{version.number}"/>
<urgency ed-urg="{version.urgency}"/>
<date.issue norm="{created}"/>
<ed-msg info="{xml(note)}"/>
<doc.copyright holder="{AGENCY}" year="2026"/>
<key-list>{words}</key-list>
</docdata>
</head>
<body>
<body.head>
<hedline><hl1>{xml(version.marked_headline)}</hl1></hedline>
<byline>{language.by} <person>{BYLINE}</person></byline>
<distributor><org>{AGENCY}</org></distributor>
<dateline><location><city>{xml(language.place)}</city></location>
<story.date norm="{day}">{xml(language.dateline.partition(", ")[2])}</story.date></dateline>
</body.head>
<body.content>
{paragraphs(version.body, strong="em")}
</body.content>
</body>
</nitf>
""".encode()


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _compact(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


_ALL = (
    "id version version_created first_created status urgency language byline slugline keywords "
    "subjects notes advice place table"
)
_XML = "application/xml"
RENDERINGS = (
    Rendering("newsml-g2", ("newsml-g2",), newsml_g2, carrying(_ALL), media_type=_XML),
    Rendering(
        "newsml-g2-message", ("newsml-g2",), newsml_g2_message, carrying(_ALL), media_type=_XML
    ),
    Rendering("newsml-g2-nitf", ("newsml-g2",), newsml_g2_nitf, carrying(_ALL), media_type=_XML),
    Rendering("newsml-1.2", ("newsml-1",), newsml_12, carrying(_ALL), media_type=_XML),
    Rendering("newsml-1.2-nitf", ("newsml-1",), newsml_12_nitf, carrying(_ALL), media_type=_XML),
    Rendering(
        "nitf", ("nitf",), nitf, carrying(_ALL) - {"first_created", "slugline"}, media_type=_XML
    ),
)
