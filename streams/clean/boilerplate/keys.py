"""What two sightings of one boilerplate line have in common, and whose line it is.

It must not judge a line.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

from streams.decode.decoded import Decoded
from streams.desk.identity import UNKNOWN_PROVIDER

_DIGITS = re.compile(r"\d+")
_TWO_LETTERS = re.compile(r"[^\W\d_].*?[^\W\d_]")
_ID_BYTES = 6


def line_key(folded: str) -> str:
    """The folded line with every number as 0; "" for one without two letters.

    "Updated 12:30" and "Updated 9:05" are the same line (CCNet's normaliser, as in the cleaning
    note, with runs of digits as one).
    """
    return _DIGITS.sub("0", folded) if _TWO_LETTERS.search(folded) else ""


def line_hash(source: str, key: str) -> int:
    """64 bits for a line of a source."""
    text = f"{source}\n{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def line_id(source: str, key: str) -> str:
    """Names a line of a source for people: the first 48 bits of its hash, hexadecimal."""
    return line_hash(source, key).to_bytes(8, "big")[:_ID_BYTES].hex()


def source_of(decoded: Decoded) -> str:
    """Whose lines these are: the provider, else the host of the page, else "unknown".

    The host counts only where nobody named a provider: one agency's pages may lie on many hosts.
    """
    return decoded.provider or _host(decoded) or UNKNOWN_PROVIDER


def _host(decoded: Decoded) -> str | None:
    for alternative in decoded.facts.alt_ids:
        if alternative.scheme == "url":
            try:
                host = urlsplit(alternative.value.strip()).hostname
            except ValueError:
                continue
            if host:
                return host.removeprefix("www.")
    return None
