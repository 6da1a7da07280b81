from __future__ import annotations

import pytest

from streams.decode.decoded import Role
from tests.telegrams import by_role, headline, lost_words, only

RELEASE = """Source: Example Maritime Ltd\r
MEDIA RELEASE PR12345\r
Example Maritime Opens a Berth for Ships That Run on Wind; Names a New Managing \r
Director\r
\r
SINGAPORE, Feb. 2, 2017 /PRNewswire-AsiaNet/ --\r
\r
- New berth helps owners who have asked for years for a place where the largest \r
ships can lie\r
\r
Example Maritime, a port company of the north, today opened a berth for ships \r
that run on wind.\r
\r
SOURCE  Example Maritime Ltd\r
"""


def test_a_release_has_its_headline_number_and_whole_paragraphs() -> None:
    decoded = only(RELEASE)
    assert decoded.format == "plain-text-asianet"
    assert decoded.provider == "asianet"
    assert decoded.facts.stable_id == "asianet:PR12345"
    assert (headline(decoded) or "").endswith("Wind; Names a New Managing Director")
    body = by_role(decoded, Role.BODY)
    assert [text.count("\n") for text in body] == [0, 0, 1]
    assert "SOURCE  Example Maritime Ltd" in by_role(decoded, Role.FURNITURE)
    assert not lost_words(RELEASE, [decoded])


@pytest.mark.parametrize("end", range(40, 400, 24))
def test_a_release_cut_anywhere_is_read_as_far_as_it_came(end: int) -> None:
    assert not lost_words(RELEASE[:end], [only(RELEASE[:end])])


def test_other_text_is_not_taken_for_a_release() -> None:
    for text in ("Source: somebody\n\nText.", "MEDIA RELEASE\nText.", "Source: a\nMEDIA RELEASE\n"):
        assert only(text).format == "plain-text"
