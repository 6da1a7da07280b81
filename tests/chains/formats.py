"""Every rendering of the chain, and the chain as messages on their way."""

from __future__ import annotations

from datetime import timedelta

from schemas.raw import RawMessage
from tests.chains import render_json, render_telegram, render_web, render_xml
from tests.chains.rendering import Rendering
from tests.chains.story import PROVIDER, Story, Version

RENDERINGS: tuple[Rendering, ...] = (
    *render_xml.RENDERINGS,
    *render_json.RENDERINGS,
    *render_telegram.RENDERINGS,
    *render_web.RENDERINGS,
)
BY_NAME = {rendering.name: rendering for rendering in RENDERINGS}
_ON_THE_WAY = timedelta(seconds=3)


def a_message(rendering: Rendering, story: Story, version: Version) -> RawMessage:
    """One version as its carrier delivers it, three seconds after it was filed."""
    return RawMessage(
        body=rendering.render(story, version),
        provider=PROVIDER,
        content_type=rendering.media_type,
        received_at=version.created + _ON_THE_WAY,
        position=f"{rendering.name}/{story.name}/{version.number}",
    )


def a_chain(rendering: Rendering, story: Story) -> list[RawMessage]:
    """The whole chain, in the order in which it was filed."""
    return [a_message(rendering, story, version) for version in story.versions]
