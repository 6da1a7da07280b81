"""Whose an identifier is: the authority that URNs, tags and addresses name in themselves.

It must not know agencies; their profiles do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_AUTHORITY = re.compile(
    r"urn:newsml:([^:]{1,100}):|tag:([^,:]{1,100})[,:]|https?://([^/:?#]{1,100})", re.IGNORECASE
)
# Hosts are named for the machine that serves, not for the house.
_SERVING = ("www.", "api.")


def authorities_in(identifier: str | None) -> Iterator[str]:
    """The domain an identifier names, then its first label: "dpa.com" and "dpa".

    Source: RFC 3085 (urn:newsml:provider:date:id:revision), RFC 4151 (tag:authority,date:id).
    """
    found = _AUTHORITY.match(identifier or "")
    if found is None:
        return
    domain = next(filter(None, found.groups())).lower()
    for serving in _SERVING:
        domain = domain.removeprefix(serving)
    yield domain
    if "." in domain:
        yield domain.partition(".")[0]
