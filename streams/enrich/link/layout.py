"""How the compiled base of places is laid out: one file of arrays, mapped and not read.

It must not know where the names come from (``build``) or how one is chosen (``places``).

A file is MAGIC, the length of the header (8 bytes, little-endian), the header (JSON: version, total
size, and dtype, shape and offset of each array), then the arrays. Nothing in it is executed or
unpickled.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"WIREPLC1"
LANGUAGES = ("fr", "en", "es", "de")
"""The languages whose names of countries are in the base, in the order of their flags."""

PLACE_DTYPE = np.dtype(
    [
        ("geonames", "<u4"),
        ("country", "S2"),
        ("kind", "u1"),
        ("capital", "u1"),
        ("population", "<u4"),
        ("division", "S24"),
        ("name_start", "<u4"),
        ("name_end", "<u4"),
    ]
)
POSTING_DTYPE = np.dtype([("place", "<u4"), ("flags", "u1")])
ARRAYS = ("places", "names", "hashes", "starts", "postings")
_ALIGN = 16


class PlaceKind(IntEnum):
    """What a place is; the number is in the file."""

    CITY = 0
    REGION = 1
    COUNTRY = 2
    CONTINENT = 3


class AliasFlag(IntFlag):
    """What is known of a name of a place; the first four are ``LANGUAGES`` in order."""

    FR = 1
    EN = 2
    ES = 4
    DE = 8
    ANY_LANGUAGE = 16
    PRIMARY = 32
    ACRONYM = 64


@dataclass(frozen=True, slots=True)
class PlaceArrays:
    """The arrays of a base; ``starts[i]:starts[i + 1]`` are the postings of ``hashes[i]``."""

    version: str
    places: NDArray[Any]
    names: NDArray[np.uint8]
    hashes: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    postings: NDArray[Any]


def alias_hash(folded: str) -> int:
    """64 bits of a folded name."""
    digest = hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def write_arrays(arrays: PlaceArrays, path: Path) -> None:
    """Write ``path`` whole or not at all: into a neighbour first, then renamed.

    Raises:
        OSError: the folder cannot be written.
    """
    described: dict[str, dict[str, object]] = {}
    position = 0
    for name in ARRAYS:
        array = getattr(arrays, name)
        described[name] = {
            "dtype": array.dtype.descr if array.dtype.names else array.dtype.str,
            "length": len(array),
            "offset": position,
        }
        position += _padded(array.nbytes)
    header = json.dumps({"version": arrays.version, "size": position, "arrays": described}).encode()
    header += b" " * (_padded(len(MAGIC) + 8 + len(header)) - len(MAGIC) - 8 - len(header))
    path.parent.mkdir(parents=True, exist_ok=True)
    # A folder of our own: several processes may build at once, and the last rename wins.
    with tempfile.TemporaryDirectory(prefix=".places-", dir=path.parent) as folder:
        partial = Path(folder) / path.name
        with partial.open("wb") as file:
            file.write(MAGIC + len(header).to_bytes(8, "little") + header)
            for name in ARRAYS:
                array = getattr(arrays, name)
                file.write(array.tobytes())
                file.write(bytes(_padded(array.nbytes) - array.nbytes))
        partial.replace(path)


def read_arrays(path: Path, version: str) -> PlaceArrays | None:
    """The arrays of ``path``, mapped read-only; None if it is not a whole base of ``version``."""
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC) + 8)
            length = int.from_bytes(start[len(MAGIC) :], "little")
            if start[: len(MAGIC)] != MAGIC or length > 1 << 20:
                return None
            header = json.loads(file.read(length))
        first = len(start) + length
        if header["version"] != version or path.stat().st_size != first + header["size"]:
            return None
        mapped = {
            name: np.memmap(
                path,
                dtype=_dtype(header["arrays"][name]["dtype"]),
                mode="r",
                offset=first + header["arrays"][name]["offset"],
                shape=(header["arrays"][name]["length"],),
            )
            for name in ARRAYS
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return PlaceArrays(version=version, **mapped)


def _dtype(described: object) -> np.dtype[Any]:
    if isinstance(described, str):
        return np.dtype(described)
    if not isinstance(described, list):
        raise TypeError("a dtype is a string or a list of fields")
    return np.dtype([(str(name), str(kind)) for name, kind in described])


def _padded(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
