"""What the words beside a name say of its type: "la ville de X", "le groupe X", "le président X".

It must not find names where a recogniser saw none, nor hold the names of anyone or anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from schemas.item import EntityType
from streams.enrich import words
from streams.enrich.found import Found
from streams.enrich.triggers_people import ADJECTIVE, has_role_before, is_person, start_of_speaker
from streams.enrich.triggers_places import is_dateline, is_place_by_form
from streams.enrich.triggers_things import is_no_name, is_thing
from streams.enrich.words import SPACE, UPPER
from streams.folding import fold

# Code points before a name in which a trigger is looked for.
_REACH = 40
_SCORE = 0.85

_PLACES: Mapping[str, str] = {
    "fr": (
        "ville|village|commune|localité|bourg|bourgade|quartier|banlieue|faubourg|port|province"
        "|région|département|district|canton|comté|préfecture|gouvernorat|wilaya|vallée|île|îles"
        "|archipel|presqu'île|péninsule|golfe|baie|lac|fleuve|rivière|mont|massif|désert|aéroport"
        "|frontière|torrent|carrières|capitale"
    ),
    "en": (
        "city|cities|town|towns|village|villages|suburb|district|province|provinces|region|county"
        "|state|island|islands|port|ports|valley|river|lake|gulf|capital"
    ),
    "es": (
        "ciudad|pueblo|localidad|municipio|barrio|puerto|provincia|región|departamento|distrito"
        "|isla|islas|valle|río|lago|golfo|aeropuerto|frontera|capital|estado|parque|calle|plaza"
        "|avenida|estación"
    ),
    "de": "Stadt|Dorf|Gemeinde|Provinz|Region|Insel|Hauptstadt|Ortschaft|Kreisstadt|Hafenstadt",
}
# Of these the places that a model takes them into bear their names alone: "l'île de Sumatra" is
# Sumatra. Not so "province de Namur" or "golfe d'Aden", which are other places than the cities.
_APPOSED: Mapping[str, str] = {
    "fr": (
        "ville|village|commune|localité|bourg|quartier|banlieue|port|région|île|îles|archipel"
        "|communauté urbaine|agglomération|royaume"
    ),
    "en": "city|town|village|suburb|port|island|islands",
    "es": "ciudad|pueblo|localidad|municipio|barrio|puerto|isla|islas",
}
# And these are of another place than the one whose name they take: "golfe d'Aden" is not Aden.
_WATERS: Mapping[str, str] = {
    "fr": "mer|golfe|détroit|baie|isthme|canal",
    "es": "mar|golfo|estrecho|bahía|istmo|canal",
}
# What follows the name of a part of the world and makes another of it, if a list has that one.
_WIDER: Mapping[str, re.Pattern[str]] = {
    "fr": re.compile(
        rf"{SPACE}(?:[a-zé]{{4,}}e|du{SPACE}(?:Nord|Sud)|de{SPACE}l['’](?:Est|Ouest))"
        r"(?:-(?:Est|Ouest))?(?!\w)"
    ),
}
_OF: Mapping[str, str] = {
    "fr": rf"(?:de{SPACE}la{SPACE}|de{SPACE}l['’]|de{SPACE}|du{SPACE}|des{SPACE}|d['’])?",
    "en": rf"of{SPACE}(?:the{SPACE})?",
    "es": rf"(?:de{SPACE}(?:la{SPACE}|los{SPACE}|las{SPACE})?|del{SPACE})?",
    "de": "",
}
# "The islands of X and Y": what Y is stands before X.
_AND_OTHERS = (
    rf"(?:[{UPPER}][\w'’\-]+(?:,{SPACE}[{UPPER}][\w'’\-]+)*,?{SPACE}(?:and|et|y|und){SPACE}"
    rf"(?:de{SPACE}|d['’])?)?"
)
_ORGANISATIONS: Mapping[str, str] = {
    "fr": (
        "groupe|société|compagnie|firme|entreprise|éditeur|constructeur|équipementier|fabricant"
        "|opérateur|parti|club|équipe|écurie|ONG|association|fondation|filiale|label|syndicat"
        "|laboratoire|assureur|distributeur|agence de presse|compagnie aérienne"
    ),
    "en": (
        "firm|group|company|(?<!aircraft )carrier|airline|carmaker|automaker|drugmaker|lender"
        "|insurer|brokerage|retailer|publisher|broadcaster|newspaper|daily|weekly|club|news agency"
        "|conglomerate"
    ),
    "es": (
        "grupo|empresa|compañía|sociedad|firma|constructora|editorial|aerolínea|aseguradora|club"
        "|equipo|sindicato|partido|diario|periódico|semanario|emisora|cadena|agencia|organización"
    ),
    "de": "Konzern|Firma|Unternehmen|Verein|Hersteller|Autobauer|Zeitung|Nachrichtenagentur|Partei",
}
# Words by which a name is an organisation's, wherever in it they stand.
_COMPANY = re.compile(
    r"\b(?:[Uu]niversité|Bourse"
    r"|(?:Air|Auto|Gaz|Hydro|Loto|Petro|Pétro|Radio|Télé|Tele)[ \u00a0\-](?=[A-Z])"
    r"|[FSHKBR][CKV]|F\.?C\.?|S\.?C|A\.?C|CF|Club|Olympique|Sporting|Racing|Athletic|United|Rovers"
    r"|Deportivo|D[iy]namo|Eintracht|Lokomotiv|Spartak|Torpedo"
    r"|Wanderers|Inc|Corp|Ltd|Plc|PLC|GmbH|AG|S\.A|SA|NV|Bank|Banque|Banco|Group|Groupe|Grupo"
    r"|Holdings?|Airlines|Airways|Motors|Industries|Securities|Newsroom|newsroom|Union|Unión"
    r"|Universit[éy]|Universidad|Universität|Institute?|Instituto|Institut|Partido|Parti|Party"
    r"|Ministry|Ministère|Ministerio|Ministerium|Agency|Agence|Agencia|Association|Federation"
    r"|Fédération|Federación|Committee|Comité|Commission|Comisión|Council|Conseil|Consejo"
    r"|Company|Exchange|Compagnie|Compañía|Corporation|Foundation|Fondation|Fundación)\b"
)
# Words that take "of" and a city without being a team: events, institutions, peoples.
_NO_TEAM = words.word_set(
    """
    accords actes archives armées assises états etats galeries jeux journées mémoires musulmans
    chrétiens catholiques juifs nations provinces rencontres royaumes services villes universités
    journées mondiaux championnats bords alliés amis anciens enfants femmes hommes habitants
    acuerdos archivos estados fuerzas juegos jornadas naciones provincias reyes universidades
    """
)
_TEAM = re.compile(
    rf"\b(?:[Ll]es|[Dd]es|[Aa]ux|[Ll]os|[Ll]as){SPACE}"
    rf"((?:[{UPPER}][\w\-]+{SPACE})?[{UPPER}][\w\-]+[sx]){SPACE}?(?:de{SPACE}|d['’])"
    rf"([{UPPER}][\w\-]+(?:{SPACE}[{UPPER}][\w\-]+)*)"
)
_PEOPLE_NAME = re.compile(rf"[{UPPER}][\w\-]*(?:ais|ois|ains|éens|iens|ards|asques)")
_PLURAL_ARTICLE = re.compile(rf"\b(?:[LlDdCcSs]es|[Aa]ux){SPACE}$")
_HEAD = re.compile(rf"([{UPPER}][\w\-]+(?:{SPACE}[{UPPER}][\w\-]+)?){SPACE}(?:de{SPACE}|d['’])$")
# Quotation marks but the single ones, which are apostrophes too.
_OPENING = frozenset('"“„«‹')
_CLOSING = frozenset('"”»“›')


@dataclass(frozen=True, slots=True)
class _Patterns:
    place: re.Pattern[str]
    organisation: re.Pattern[str]


@cache
def _patterns(language: str) -> _Patterns | None:
    if language not in _PLACES:
        return None
    return _Patterns(
        re.compile(rf"\b(?:{_PLACES[language]}){SPACE}{_OF[language]}{_AND_OTHERS}$"),
        re.compile(rf"\b(?:{_ORGANISATIONS[language]}){ADJECTIVE}"),
    )


@cache
def what_it_is(language: str) -> re.Pattern[str]:
    """What kind of place a name is of, and the "of" after it, before the name itself."""
    kinds, of = _APPOSED.get(language), _OF.get(language, "").removesuffix("?")
    return re.compile(rf"(?:{kinds}){SPACE}{of}(?=[{UPPER}])" if kinds and of else r"(?!)")


@cache
def _water_of(language: str) -> re.Pattern[str] | None:
    waters, of = _WATERS.get(language), _OF.get(language, "").removesuffix("?")
    return re.compile(rf"(?<![\w\-])(?:{waters}){SPACE}{of}$") if waters and of else None


def whole(text: str, name: Found, language: str, is_place: Callable[[str], bool]) -> Found:
    """A place with the words that make another of it: "golfe d'Aden", "Asie centrale".

    Args:
        text: the block.
        name: a name in it.
        language: its language, ISO 639-1.
        is_place: whether a place of any size bears a name.
    """
    if name.type is not EntityType.PLACE:
        return name
    start, end = name.start, name.end
    water = _water_of(language)
    if water and (before := water.search(text[max(0, start - _REACH) : start])):
        start -= len(before[0])
    wider = _WIDER.get(language)
    if wider and (after := wider.match(text, end)) and is_place(text[name.start : after.end()]):
        end = after.end()
    return replace(name, start=start, end=end, text=text[start:end])


def retyped(
    text: str, names: Sequence[Found], language: str, is_place: Callable[[str], bool]
) -> Iterator[Found]:
    """The names of a model, their types corrected by what stands before them.

    Args:
        text: the block.
        names: what a model found in it, by start.
        language: its language, ISO 639-1.
        is_place: whether a place of any size bears a name.
    """
    for found in names:
        name = _with_first_name(text, found, language)
        if name.type is EntityType.ORGANISATION and is_no_name(
            text, name.start, name.end, language
        ):
            continue
        kind = _kind(text, name, language, is_place)
        is_title = kind is not EntityType.OTHER and _is_title(text, name)
        if is_title or _is_thing(text, name, kind, language, is_place):
            kind = EntityType.OTHER
        if kind is EntityType.PLACE and (
            _is_opening_word(text, name, is_place) or _is_people(text, name, is_place)
        ):
            continue
        if kind is name.type:
            yield name
        else:
            yield replace(name, type=kind, score=_SCORE, is_told=not is_title)


def _with_first_name(text: str, name: Found, language: str) -> Found:
    """A surname that speaks at the start of a block, with the first name before it."""
    if name.type is not EntityType.PERSON or " " in name.text:
        return name
    start = start_of_speaker(text, name.start, name.end, language)
    return name if start == name.start else replace(name, start=start, text=text[start : name.end])


def _kind(text: str, name: Found, language: str, is_place: Callable[[str], bool]) -> EntityType:
    patterns = _patterns(language)
    if name.type is EntityType.OTHER or patterns is None:
        return name.type
    before = text[max(0, name.start - _REACH) : name.start]
    if _COMPANY.search(name.text) and not is_place(name.text):
        return EntityType.ORGANISATION
    if name.type is not EntityType.PLACE and (
        patterns.place.search(before)
        or is_place_by_form(text, name.start, name.end, language)
        or (language == "es" and _is_somewhere(text, name))
        or is_dateline(text, name.start, name.end)
    ):
        return EntityType.PLACE
    if name.type is not EntityType.ORGANISATION and patterns.organisation.search(before):
        return EntityType.ORGANISATION
    if name.type is EntityType.PERSON or is_place(name.text):
        return name.type
    is_role = has_role_before(before, language) or is_person(text, name.start, name.end, language)
    return EntityType.PERSON if is_role else name.type


def _is_somewhere(text: str, name: Found) -> bool:
    """Whether Spanish says that something is in it: "vive en Pino Alto"."""
    return name.type is EntityType.PERSON and text[: name.start].endswith((" en ", " entre "))


def _is_thing(
    text: str, name: Found, kind: EntityType, language: str, is_place: Callable[[str], bool]
) -> bool:
    """Whether a model took a vessel, an index or a contest for an organisation or a place."""
    if kind is EntityType.OTHER or _COMPANY.search(name.text):
        return False
    if kind is EntityType.PERSON and language != "en":
        return False
    if kind is EntityType.PLACE and is_place(name.text):
        # Dax is a town, "l'indice Dax" is not; a ferry may well go there.
        return text[: name.start].endswith(("indice ", "índice "))
    return is_thing(text, name.start, name.end, language)


def _is_opening_word(text: str, name: Found, is_place: Callable[[str], bool]) -> bool:
    """Whether it is one word at the start of a sentence that no place is called."""
    if " " in name.text or "-" in name.text or is_place(name.text):
        return False
    if is_dateline(text, name.start, name.end):
        return False
    before = text[: name.start].rstrip(' \u00a0\u202f"“«')
    return not before or before[-1] in ".!?…"


def _is_people(text: str, name: Found, is_place: Callable[[str], bool]) -> bool:
    """Whether it is the people of a place: "les Acadiens"."""
    return (
        _PEOPLE_NAME.fullmatch(name.text) is not None
        and _PLURAL_ARTICLE.search(text[max(0, name.start - _REACH) : name.start]) is not None
        and not is_place(name.text)
    )


def _is_title(text: str, name: Found) -> bool:
    """Whether quotation marks hold a person or a place and no more: a work, or a nickname."""
    if name.type is EntityType.ORGANISATION:
        return False
    before = text[: name.start].rstrip(" \u00a0\u202f")[-1:]
    after = text[name.end :].lstrip(" \u00a0\u202f")[:1]
    return bool(before and after) and before in _OPENING and after in _CLOSING


def teams(text: str, names: Sequence[Found], is_place: Callable[[str], bool]) -> Iterator[Found]:
    """Clubs named after their cities: "les Girondins de Bordeaux", "Standard de Liège".

    Args:
        text: the block.
        names: what a model found in it.
        is_place: whether a place of any size bears a name.
    """
    for team in _TEAM.finditer(text):
        is_quoted = text[: team.start()].rstrip(" \u00a0\u202f")[-1:] in _OPENING
        if (
            not is_quoted
            and is_place(team[2])
            and not any(fold(word) in _NO_TEAM for word in team[1].split())
        ):
            start, end = team.start(1), team.end(2)
            yield Found(start, end, text[start:end], EntityType.ORGANISATION, 0.8, "model")
    by_end = {name.end: name for name in names}
    for city in names:
        if city.type is not EntityType.PLACE or not is_place(city.text):
            continue
        before = text[max(0, city.start - _REACH) : city.start]
        head = _HEAD.search(before)
        other = by_end.get(city.start - len(before) + head.end(1)) if head else None
        if other is not None and _is_head(other, is_place):
            name = text[other.start : city.end]
            yield Found(other.start, city.end, name, EntityType.ORGANISATION, 0.8, "model")


def _is_head(name: Found, is_place: Callable[[str], bool]) -> bool:
    """Whether a model's name before "of" and a city may be the first half of a club's."""
    if name.type is EntityType.ORGANISATION:
        return not name.text.isupper() and fold(name.text) not in _NO_TEAM
    return name.type is EntityType.PLACE and not is_place(name.text)
