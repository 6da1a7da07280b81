"""How the compiled base of places is laid out: one file of arrays, mapped and not read.

It must not know where the names come from (``build``) or how one is chosen (``places``).

A file is MAGIC, the length of the header (8 bytes, little-endian), the header (JSON: version, total
size, checksum, and dtype, length and offset of each array), then the arrays. Nothing in it is
executed or unpickled; a file whose bytes do not add up to the checksum is not read.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"WIREPLC2"
LANGUAGES = ("fr", "en", "es", "de")
"""The languages whose names of countries are in the base, in the order of their flags."""

PLACE_DTYPE = np.dtype(
    [
        ("geonames", "<u4"),
        ("country", "S2"),
        ("kind", "u1"),
        ("capital", "u1"),
        ("seat", "u1"),
        ("population", "<u4"),
        ("code", "<u2"),
        ("part_of", "<u2"),
        ("latitude", "<i4"),
        ("longitude", "<i4"),
        ("name_start", "<u4"),
        ("name_end", "<u4"),
    ]
)
"""``code`` and ``part_of`` count in ``codes``; positions are in POSITION_UNITS of WGS 84."""
POSTING_DTYPE = np.dtype([("place", "<u4"), ("flags", "u1")])
CODE_DTYPE = np.dtype("S24")
LANGUAGE_DTYPE = np.dtype([("country", "S2"), ("flags", "u1")])
ARRAYS = ("places", "names", "hashes", "starts", "postings", "codes", "languages")
POSITION_UNITS = 100_000
"""Of a degree: a metre, as exact as GeoNames' five decimals."""
NO_POSITION = -(1 << 31)
_ALIGN = 16
_CHUNK_BYTES = 1 << 20


class PlaceKind(IntEnum):
    """What a place is; the number is in the file.

    A COUNTRY may be a former one, a REGION is a subdivision of ISO 3166-2 or of our table, an AREA
    spans countries (the Middle East, Latin America), a FEATURE is a sea, a river, a mountain, an
    island.
    """

    CITY = 0
    REGION = 1
    COUNTRY = 2
    CONTINENT = 3
    AREA = 4
    FEATURE = 5


class AliasFlag(IntFlag):
    """What is known of a name of a place; the first four are ``LANGUAGES`` in order."""

    FR = 1
    EN = 2
    ES = 4
    DE = 8
    ANY_LANGUAGE = 16
    PRIMARY = 32
    ACRONYM = 64
    ABBREVIATION = 128


@dataclass(frozen=True, slots=True)
class PlaceArrays:
    """The arrays of a base; ``starts[i]:starts[i + 1]`` are the postings of ``hashes[i]``."""

    version: str
    places: NDArray[Any]
    names: NDArray[np.uint8]
    hashes: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    postings: NDArray[Any]
    codes: NDArray[Any]
    languages: NDArray[Any]


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
    checksum = 0
    for part in _parts(arrays):
        checksum = zlib.crc32(part, checksum)
    header = json.dumps(
        {
            "version": arrays.version,
            "size": position,
            "checksum": checksum,
            "arrays": described,
        }
    ).encode()
    header += b" " * (_padded(len(MAGIC) + 8 + len(header)) - len(MAGIC) - 8 - len(header))
    path.parent.mkdir(parents=True, exist_ok=True)
    # A folder of our own: several processes may build at once, and the last rename wins.
    with tempfile.TemporaryDirectory(prefix=".places-", dir=path.parent) as folder:
        partial = Path(folder) / path.name
        with partial.open("wb") as file:
            file.write(MAGIC + len(header).to_bytes(8, "little") + header)
            for part in _parts(arrays):
                file.write(part)
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
            # Read, not mapped: the whole file costs some 20 ms once, and no resident memory.
            checksum = 0
            while chunk := file.read(_CHUNK_BYTES):
                checksum = zlib.crc32(chunk, checksum)
        if checksum != header["checksum"]:
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


def _parts(arrays: PlaceArrays) -> Iterator[bytes]:
    for name in ARRAYS:
        array = getattr(arrays, name)
        yield array.tobytes()
        yield bytes(_padded(array.nbytes) - array.nbytes)


def _dtype(described: object) -> np.dtype[Any]:
    if isinstance(described, str):
        return np.dtype(described)
    if not isinstance(described, list):
        raise TypeError("a dtype is a string or a list of fields")
    return np.dtype([(str(name), str(kind)) for name, kind in described])


def _padded(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
