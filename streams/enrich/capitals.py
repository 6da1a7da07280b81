"""Names found by how they are written, for languages whose nouns are small and that have no model.

It must not be used where a trained model is, nor for a language that writes nouns large.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schemas.item import EntityType
from streams.enrich import words
from streams.enrich.recognise.span import Span
from streams.enrich.words import SPACE, UPPER
from streams.folding import fold

LANGUAGES = frozenset({"es", "pt", "it", "ca", "gl"})
"""Those that write a noun large only in names."""

_WORD = rf"(?:[{UPPER}]\.(?={SPACE}[{UPPER}])|[{UPPER}][\w'’\-]*)"
_LINK = r"(?:de[ ]la|de[ ]los|de[ ]las|del|de|dos|das|do|da|di|e|y|i|la)"
_RUN = re.compile(rf"(?<![\w\-'’.]){_WORD}(?:{SPACE}(?:{_LINK}{SPACE})?{_WORD})*")
_ACRONYM = re.compile(r"[A-Z]{2,6}(?:-[A-Z]+)?\d?$")
_ROMAN = re.compile(r"[IVXLCDM]+$")
# Spanish people have none: "el Adecco Estudiantes" is a team.
_ARTICLE = re.compile(rf"(?<!\w)(?:el|del|al|los){SPACE}$", re.IGNORECASE)
_REACH = 5
_JOINT = re.compile(rf"{SPACE}(?:y|e|i){SPACE}")
_LINK_WORDS = words.word_set("de la los las del dos das do da di e y i")
# Nouns that are the first word of institutions' names.
_HEADS = words.word_set(
    """
    academia administración agencia agrupación alianza asamblea asociación ateneo audiencia
    ayuntamiento banco bolsa caja cámara casa centro club coalición colegio comandancia comisaría
    comisión comité compañía confederación congreso consejería consejo consorcio coordinadora
    cortes corte cruz cuerpo delegación departamento diputación dirección ejecutivo ejército
    empresa escuela federación fiscalía foro frente fuerzas fundación gobierno grupo guardia
    hospital iglesia instituto izquierda junta juzgado liga mesa ministerio movimiento museo
    observatorio oficina organización parlamento partido patronato plataforma poder policía
    presidencia
    procuraduría radio real secretaría sección senado servicio sindicato sociedad subdelegación
    superintendencia televisión tribunal unidad unión universidad xunta generalitat deportivo
    atlético sporting athletic racing celta rayo ministero banca partito governo università
    ministério partido câmara governo universidade associação empresa
    """
)
# Nouns that begin the names of places, events and works.
_OTHERS = words.word_set(
    """
    avenida autopista calle carretera copa campeonato constitución estatuto estadio feria festival
    gran guerra ley liga mundial nobel operación pacto palacio plan plaza premio primera proyecto
    puerta segunda semana tercera torneo tratado vuelta código eurocopa juegos olimpiada san santa
    navidad semana año día
    """
)
# Nouns that begin the names of places and nothing else.
_PLACES = words.word_set("costa sierra cabo monte playa parque bahía isla valle cerro pico laguna")
_STOP = words.word_set(
    """
    ayer hoy mañana también además aunque según sin sobre tras ante así aún cada como cuando desde
    donde durante en entre esta este estos estas eso esa ese hasta luego mientras nada ni no nos
    otro otra otros para pero por porque pues que quien si sí solo su sus también tampoco tanto
    todo todos todas tal un una uno unos unas y ya el la los las lo al del de a con se es ha fue
    son era han había muchos muchas algunos algunas dos tres cuatro cinco respecto finalmente
    el-la asimismo entonces ahora después antes igualmente
    don doña señor señora presidente presidenta ministro ministra rey reina
    """
)
_SCORES = {EntityType.PERSON: 0.6, EntityType.ORGANISATION: 0.6}
_UNSURE = 0.5
_MOST_WORDS = 8


def capitalised(text: str, places: Sequence[Span]) -> list[Span]:
    """The runs of capitalised words that are the name of someone or of an institution.

    Two or three words are a person unless the first is a noun of institutions or an article stands
    before; those and capitals are an organisation. A single word says too little.

    Args:
        text: the block.
        places: the places found in it by name; a run that is one, or begins with one, is left out.
    """
    if text.isupper():
        return []
    taken = {(span.start, span.end) for span in places}
    return [span for match in _RUN.finditer(text) for span in _spans(text, match, taken)]


def _spans(text: str, match: re.Match[str], places: set[tuple[int, int]]) -> Iterator[Span]:
    start, end = match.span()
    first = re.match(r"[\w'’\-]+", text[start:end])
    while first and fold(first[0]) in _STOP | _LINK_WORDS:
        rest = re.compile(r"[\w'’.\-]+\s*").match(text, start, end)
        if rest is None or rest.end() >= end:
            return
        start = rest.end()
        first = re.match(r"[\w'’\-]+", text[start:end])
    if first is None or (_ROMAN.match(first[0]) and text[start + len(first[0]) :][:1] != "."):
        # "II Congreso de Metrología" is an event.
        return
    if fold(first[0]) in _HEADS and end - start > len(first[0]):
        yield Span(start, end, EntityType.ORGANISATION, _SCORES[EntityType.ORGANISATION])
        return
    # "Aznar y González" are two.
    for part_start, part_end in _parts(text, start, end):
        yield from _one(text, part_start, part_end, places)


def _is_acronym(word: str) -> bool:
    return _ACRONYM.match(word) is not None and _ROMAN.match(word) is None


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for joint in _JOINT.finditer(text, start, end):
        yield position, joint.start()
        position = joint.end()
    yield position, end


def _one(text: str, start: int, end: int, places: set[tuple[int, int]]) -> Iterator[Span]:
    name = text[start:end]
    if any(place_start == start or place_end == end for place_start, place_end in places):
        return
    if _is_acronym(name):
        yield Span(start, end, EntityType.ORGANISATION, _UNSURE)
        return
    tokens = name.split()
    capitals = [token for token in tokens if token[0].isupper()]
    if fold(tokens[0]) in _PLACES and len(tokens) > 1:
        yield Span(start, end, EntityType.PLACE, _UNSURE)
        return
    if fold(tokens[0]) in _OTHERS or any(_is_acronym(token) for token in tokens):
        return
    if len(capitals) >= 2 and len(tokens) <= _MOST_WORDS:
        if _ARTICLE.search(text[max(0, start - _REACH) : start]):
            yield Span(start, end, EntityType.ORGANISATION, _UNSURE)
        else:
            yield Span(start, end, EntityType.PERSON, _SCORES[EntityType.PERSON])
