"""The story in JSON: ninjs 1 to 3, AP's Media API and dpa's digitalwires."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from schemas.item import LifecycleKind as K
from tests.chains.rendering import Rendering, byline_of, carrying, paragraphs
from tests.chains.story import (
    AGENCY,
    FIRST_CREATED,
    SLUG,
    SUBJECTS,
    Stage,
    Story,
    Version,
)

_STAGE_SLUGS = {Stage.LEAD: ", 1st Ld", Stage.SECOND: ", 2nd Ld"}


def ninjs_1(story: Story, version: Version) -> bytes:
    """ninjs 1.4."""
    return _json(
        {
            "uri": story.urn,
            "type": "text",
            "mimetype": "text/html",
            "version": str(version.number),
            "versioncreated": _iso(version.created),
            "firstcreated": _iso(FIRST_CREATED),
            "pubstatus": _status(version),
            "urgency": version.urgency,
            "language": version.language.code,
            "copyrightnotice": f"© 2026 {AGENCY}",
            "headline": version.marked_headline,
            "byline": byline_of(version),
            "slugline": SLUG,
            "located": version.language.place,
            "ednote": _note(version),
            "keywords": list(version.language.keywords),
            "subject": [
                {"code": code, "name": name, "scheme": "http://cv.iptc.org/newscodes/mediatopic/"}
                for code, name in SUBJECTS
            ],
            "body_html": paragraphs(version.body),
        }
    )


def ninjs_2(story: Story, version: Version) -> bytes:
    """ninjs 2.1."""
    return _json(
        {
            "standard": {"name": "ninjs", "version": "2.1"},
            "uri": story.urn,
            "type": "text",
            "version": str(version.number),
            "versioncreated": _iso(version.created),
            "firstcreated": _iso(FIRST_CREATED),
            "pubstatus": _status(version),
            "urgency": version.urgency,
            "language": version.language.code,
            "copyrightnotice": f"© 2026 {AGENCY}",
            "headlines": [{"role": "main", "value": version.marked_headline}],
            "by": byline_of(version),
            "slugline": SLUG,
            "located": version.language.place,
            "ednote": _note(version),
            "keywords": list(version.language.keywords),
            "subjects": [_concept(code, name) for code, name in SUBJECTS],
            "bodies": [
                {"role": "main", "contenttype": "text/html", "value": paragraphs(version.body)}
            ],
        }
    )


def ninjs_3(story: Story, version: Version) -> bytes:
    """ninjs 3.0."""
    return _json(
        {
            "standard": {"name": "ninjs", "version": "3.0"},
            "uri": story.urn,
            "type": "text",
            "version": str(version.number),
            "versionCreated": _iso(version.created),
            "firstCreated": _iso(FIRST_CREATED),
            "pubStatus": _status(version),
            "urgency": version.urgency,
            "language": version.language.code,
            "copyrightNotice": f"© 2026 {AGENCY}",
            "headlines": [{"role": "main", "value": version.marked_headline}],
            "by": byline_of(version),
            "slugline": SLUG,
            "located": version.language.place,
            "edNote": _note(version),
            "keywords": list(version.language.keywords),
            "subjects": [_concept(code, name) for code, name in SUBJECTS],
            "bodies": [
                {"role": "main", "contentType": "text/html", "value": paragraphs(version.body)}
            ],
        }
    )


def ap_media(story: Story, version: Version) -> bytes:
    """AP's Media API: the item, and the rendition that its client fetched beside it.

    AP counts versions from 0, and tells the take in the slugline.
    """
    language = version.language
    item_id = f"{hash_of(story)}"
    # How to handle it, which is not how urgent the news is.
    kinds = version.marker.kinds
    priority = "f" if K.FLASH in kinds else "u" if K.URGENT in kinds else "r"
    take = _STAGE_SLUGS.get(version.stage, "") if language.code == "en" else ""
    item = {
        "uri": f"https://api.nordwire.example/media/v/content/{item_id}",
        "altids": {
            "itemid": item_id,
            "etag": f"{item_id}_{version.number - 1}aza0c0",
            "friendlykey": f"26071{version.number:06d}",
            "referenceid": f"EU--{SLUG}",
        },
        "version": version.number - 1,
        "type": "text",
        "urgency": version.urgency,
        "editorialpriority": priority,
        "language": language.code,
        "versioncreated": version.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "firstcreated": FIRST_CREATED.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "pubstatus": _status(version),
        "ednote": _note(version),
        "signals": ["newscontent"],
        "title": f"EU--{SLUG}",
        "headline": version.marked_headline,
        "slugline": f"BC-EU--{SLUG}{take}",
        "bylines": [{"by": byline_of(version), "title": AGENCY}],
        "located": language.place,
        "datelinelocation": {"city": language.place, "countryname": "Belgium"},
        "copyrightnotice": f"Copyright 2026 {AGENCY}.",
        "keywords": list(language.keywords),
        "subject": [
            {"scheme": "http://cv.iptc.org/newscodes/mediatopic/", "code": code, "name": name}
            for code, name in SUBJECTS
        ],
        "provider": AGENCY,
        "renditions": {
            "nitf": {
                "title": "NITF Story Download",
                "rel": "Story",
                "format": "IIM",
                "type": "text",
                "mimetype": "text/xml",
                "words": sum(len(line.split()) for line in version.lines),
            }
        },
    }
    return _json(
        {
            "api_version": "2.1",
            "method": "/content.GET",
            "data": {"meta": {}, "item": item},
            "nitf": {"body_html": f"<block>\n{paragraphs(version.body, strong='em')}\n</block>"},
        }
    )


def dpa_digitalwires(story: Story, version: Version) -> bytes:
    """dpa's digitalwires."""
    signals = {Stage.CORRECTION: "sig:correction"}
    notes = [
        (version.advice, "dpaednoterole:correctionshort"),
        (version.note, "dpaednoterole:editorialnote"),
    ]
    return _json(
        {
            "format": "digitalwires@1.0.0",
            "urn": story.urn,
            "entry_id": f"{story.urn}:{version.number}",
            "version": version.number,
            "version_created": _iso(version.created),
            "updated": _iso(version.created),
            "pubstatus": _status(version),
            "signal": signals.get(version.stage, "sig:new"),
            "urgency": version.urgency,
            "language": version.language.code,
            "kicker": "",
            "headline": version.marked_headline,
            "teaser": "",
            "byline": byline_of(version),
            "dateline": f"{version.language.place} ({AGENCY.lower()})",
            "copyrightnotice": f"© 2026 {AGENCY}",
            "creditline": AGENCY,
            "embargoed": None,
            "article_html": f'<section class="main">{paragraphs(version.body)}</section>',
            "ednotes": [
                {"role": role, "ednote": note, "is_publishable": False}
                for note, role in notes
                if note
            ],
            "categories": [
                *({"type": "dnltype:keyword", "name": word} for word in version.language.keywords),
                *(
                    {"type": "dnltype:mediatopic", "qcode": code, "name": name}
                    for code, name in SUBJECTS
                ),
            ],
            "poi_names": [],
            "links": [],
            "associations": [],
        }
    )


def hash_of(story: Story) -> str:
    """32 hexadecimal digits that stand for the story, as AP has them."""
    return story.name.encode().hex().ljust(32, "0")[:32]


def _concept(code: str, name: str) -> dict[str, str]:
    number = code.rpartition(":")[2]
    return {"name": name, "uri": f"http://cv.iptc.org/newscodes/mediatopic/{number}"}


def _status(version: Version) -> str:
    return "canceled" if version.is_kill else "usable"


def _note(version: Version) -> str:
    return f"{version.advice} {version.note}".strip()


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


_ALL = carrying(
    "id version version_created first_created status urgency language byline slugline keywords "
    "subjects notes advice place table"
)
_JSON = "application/json"
RENDERINGS = (
    Rendering("ninjs-1", ("ninjs-1",), ninjs_1, _ALL, media_type=_JSON),
    Rendering("ninjs-2", ("ninjs-2",), ninjs_2, _ALL, media_type=_JSON),
    Rendering("ninjs-3", ("ninjs-3",), ninjs_3, _ALL, media_type=_JSON),
    Rendering("ap-media", ("ap-media",), ap_media, _ALL, media_type=_JSON),
    Rendering(
        "dpa-digitalwires",
        ("dpa-digitalwires",),
        dpa_digitalwires,
        _ALL - {"first_created", "slugline"},
        media_type=_JSON,
    ),
)
