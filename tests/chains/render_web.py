"""The story as feeds, e-mail, a web page and plain text."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from tests.chains.rendering import (
    Rendering,
    byline_of,
    carrying,
    dateline_of,
    inner,
    paragraphs,
    plain_lines,
    text_of_kill,
    xml,
)
from tests.chains.story import (
    AGENCY,
    BYLINE,
    DOMAIN,
    FIRST_CREATED,
    Prose,
    Run,
    Story,
    Version,
)

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def rss(story: Story, version: Version) -> bytes:
    """RSS 2.0 with one entry, its text in content:encoded."""
    lang = version.language.code
    categories = "".join(f"<category>{xml(w)}</category>" for w in version.language.keywords)
    return f"""{_DECLARATION}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>{AGENCY}</title><link>https://{DOMAIN}/</link>
<description>{AGENCY}</description><language>{lang}</language>
<item><title>{xml(version.marked_headline)}</title><link>https://{DOMAIN}/{story.name}</link>
<guid isPermaLink="false">{story.urn}</guid>
<pubDate>{format_datetime(FIRST_CREATED)}</pubDate>
<atom:updated>{_iso(version.created)}</atom:updated>
<dc:creator>{BYLINE}</dc:creator>
{categories}
<content:encoded><![CDATA[{_html_body(version)}]]></content:encoded></item>
</channel></rss>
""".encode()


def atom(story: Story, version: Version) -> bytes:
    """Atom with one entry, its text escaped."""
    lang = version.language.code
    categories = "".join(f'<category term="{xml(w)}"/>' for w in version.language.keywords)
    return f"""{_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{lang}">
<title>{AGENCY}</title><id>https://{DOMAIN}/feed</id><updated>{_iso(version.created)}</updated>
<entry><title>{xml(version.marked_headline)}</title><id>{story.urn}</id>
<link href="https://{DOMAIN}/{story.name}"/>
<published>{_iso(FIRST_CREATED)}</published><updated>{_iso(version.created)}</updated>
<author><name>{BYLINE}</name></author>{categories}
<content type="html">{xml(_html_body(version))}</content></entry>
</feed>
""".encode()


def email(story: Story, version: Version) -> bytes:
    """A message of plain text, quoted-printable where it must be."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(AGENCY, "wire", DOMAIN)
    message["To"] = Address("Desk", "desk", "newsroom.example")
    message["Subject"] = version.marked_headline
    message["Date"] = version.created
    message["Message-ID"] = f"<{story.name}.{version.number}@{DOMAIN}>"
    message["Content-Language"] = version.language.code
    message.set_content(_letter(version), charset="utf-8", cte="quoted-printable")
    return message.as_bytes()


def html(story: Story, version: Version) -> bytes:
    """A web page with the metadata that pages carry."""
    lang = version.language.code
    keywords = ", ".join(version.language.keywords)
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<title>{xml(version.marked_headline)}</title>
<link rel="canonical" href="https://{DOMAIN}/{story.name}">
<meta name="author" content="{BYLINE}">
<meta name="keywords" content="{xml(keywords)}">
<meta property="article:published_time" content="{_iso(FIRST_CREATED)}">
<meta property="article:modified_time" content="{_iso(version.created)}">
</head>
<body>
<article>
<h1>{xml(version.marked_headline)}</h1>
{_html_body(version)}
</article>
</body>
</html>
""".encode()


def plain_text(_story: Story, version: Version) -> bytes:
    """Headline, byline and paragraphs, parted by blank lines."""
    return f"{version.marked_headline}\n\n{_letter(version)}".encode()


def _letter(version: Version) -> str:
    if not version.body:
        return text_of_kill(version) + "\n"
    return "\n\n".join([byline_of(version), *plain_lines(version, dateline=True)]) + "\n"


def _html_body(version: Version) -> str:
    if not version.body:
        return f"<p>{xml(text_of_kill(version))}</p>"
    first, *rest = version.body
    if isinstance(first, Prose):
        first = Prose((Run(dateline_of(version)), *first.runs))
        return f"<p>{inner(first, 'strong')}</p>\n{paragraphs(tuple(rest), strong='strong')}"
    return paragraphs(version.body, strong="strong")


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


RENDERINGS = (
    Rendering(
        "rss",
        ("feed",),
        rss,
        carrying("id version_created first_created language byline keywords table"),
        text_kill=True,
        media_type="application/rss+xml",
    ),
    Rendering(
        "atom",
        ("feed",),
        atom,
        carrying("id version_created first_created language byline keywords table"),
        text_kill=True,
        media_type="application/atom+xml",
    ),
    Rendering(
        "email",
        ("email",),
        email,
        carrying("id version_created byline"),
        per_message=True,
        text_kill=True,
        media_type="message/rfc822",
    ),
    Rendering(
        "html",
        ("html",),
        html,
        carrying("version_created first_created language byline table"),
        text_kill=True,
        media_type="text/html",
    ),
    Rendering(
        "plain-text",
        ("plain-text",),
        plain_text,
        carrying("byline"),
        text_kill=True,
        media_type="text/plain",
    ),
)
