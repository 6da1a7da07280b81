"""IPTC Media Topics of an item: those its agency gave it, then those that rules give it.

It must not guess: every topic says which code or which rule it comes from.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from schemas.item import Entity, Item, Subject, Topic
from streams.enrich.recognise import primary_language
from streams.errors import ConfigError
from streams.folding import fold

MEDIA_TOPIC = "medtop"
_RULES = Path(__file__).with_name("topics.toml")
_MAPPED = Path(__file__).with_name("subject_codes.tsv")
_CODE = re.compile(r"[0-9]{8}")
# A topic's code in a URI, in a QCode ("medtop:20000062") or by itself.
_LAST_CODE = re.compile(r"(?:^|[/:#])([0-9]{8})$")
_TOPIC_SCHEMES = ("medtop", "mediatopic")
# Names that formats and agencies give IPTC's subject codes. Codes of their own, though numbered
# alike (STT's "sttsubj"), are not among them.
_SUBJECT_SCHEMES = frozenset(
    {"subj", "subjectcode", "iptc-subject", "iptc-subject-code", "http://tt.se/spec/subref/1.0"}
)
# Media topics below the first level, which some write as subject codes.
_TOPIC_DIGITS = "20"
_SLUG_PARTS = re.compile(r"[-/_\s]+")
# Topics of one item; an agency's longest list had 30.
_MAX_TOPICS = 100
_LISTS = ("codes", "keywords", "slugs", "entities", "headline", "languages")


@dataclass(frozen=True, slots=True)
class TopicRule:
    """A topic and what gives it to an item; see ``topics.toml`` for each list.

    Attributes:
        source: what the topic's ``source`` says: "rule:tennis".
        codes: "scheme:code".
        keywords, slugs, entities, headline: folded.
        languages: ISO 639-1; empty for all.
    """

    source: str
    topic: str
    name: str | None = None
    codes: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    slugs: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    headline: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TopicRules:
    """Rules in the order in which they are tried, looked up by what they ask for.

    Attributes:
        by_fact: "codes", "keywords", "slugs" or "entities" and a value, to places in ``rules``.
        with_headline: places of rules that ask for words of the headline.
    """

    rules: tuple[TopicRule, ...] = ()
    by_fact: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    with_headline: tuple[int, ...] = ()


def read_rules(toml: str, *, before: TopicRules | None = None) -> TopicRules:
    """The rules that a TOML text holds, a table each, followed by those of ``before``.

    Raises:
        ConfigError: the text is not TOML, or a rule has no topic, nothing to hold by, a key that
            no rule has, or a value of another kind than it should be.
    """
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"topic rules: {error}") from None
    rules = [_rule(name, table) for name, table in tables.items()]
    rules += before.rules if before else ()
    by_fact: dict[tuple[str, str], tuple[int, ...]] = {}
    for place, rule in enumerate(rules):
        for kind in ("codes", "keywords", "slugs", "entities"):
            for value in sorted(getattr(rule, kind)):
                by_fact[kind, value] = (*by_fact.get((kind, value), ()), place)
    headline = tuple(place for place, rule in enumerate(rules) if rule.headline)
    return TopicRules(tuple(rules), by_fact, headline)


def _rule(name: str, table: object) -> TopicRule:
    where = f"topic rule {name!r}"
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is no table")
    unknown = sorted(table.keys() - {"topic", "name", *_LISTS})
    if unknown:
        raise ConfigError(f"{where}: no rule has {', '.join(unknown)}")
    topic, shown = table.get("topic"), table.get("name")
    if not isinstance(topic, str) or not _CODE.fullmatch(topic):
        raise ConfigError(f"{where}: topic must be the 8 digits of a media topic")
    if shown is not None and not isinstance(shown, str):
        raise ConfigError(f"{where}: name must be a text")
    lists: dict[str, frozenset[str]] = {}
    for key in _LISTS:
        values = table.get(key, [])
        if not isinstance(values, list) or not all(isinstance(one, str) and one for one in values):
            raise ConfigError(f"{where}: {key} must be a list of texts")
        plain = key in {"codes", "languages"}
        lists[key] = frozenset(value if plain else _folded(value) for value in values)
    if not any(lists[key] for key in _LISTS if key != "languages"):
        raise ConfigError(f"{where} holds for nothing: give it codes, keywords, slugs, ...")
    return TopicRule(f"rule:{name}", topic, shown, **lists)


def _folded(text: str) -> str:
    return fold(text) or text


@lru_cache(maxsize=1)
def default_rules() -> TopicRules:
    """The rules that ship with the package."""
    return read_rules(_RULES.read_text("utf-8"))


def find_topics(
    item: Item, entities: Sequence[Entity], rules: TopicRules | None = None
) -> tuple[Topic, ...]:
    """The item's media topics, each once, those of its agency first.

    Args:
        item: with its subjects, keywords, slugline and headline.
        entities: of the item.
        rules: the shipped ones if None.
    """
    topics: dict[str, Topic] = {}
    for topic in _stated(item.subjects):
        topics.setdefault(topic.code, topic)
    for rule in _holding(item, entities, default_rules() if rules is None else rules):
        if rule.topic not in topics:
            topics[rule.topic] = Topic(
                scheme=MEDIA_TOPIC, code=rule.topic, name=rule.name, source=rule.source
            )
    return tuple(topics.values())[:_MAX_TOPICS]


def _stated(subjects: Sequence[Subject]) -> Iterator[Topic]:
    """The media topics that an agency's codes are, or that they belong to."""
    for subject in subjects:
        match = _LAST_CODE.search(subject.code)
        if match is None:
            continue
        code = match[1]
        scheme = subject.scheme.rstrip("/").rpartition("/newscodes/")[2] or subject.scheme
        is_subject = scheme in _SUBJECT_SCHEMES
        if scheme in _TOPIC_SCHEMES or (is_subject and code.startswith(_TOPIC_DIGITS)):
            yield Topic(scheme=MEDIA_TOPIC, code=code, name=subject.name, source=f"agency:{scheme}")
        elif is_subject:
            for topic in (_first_level(code), _mapped().get(f"{code[:5]}000")):
                if topic:
                    yield Topic(scheme=MEDIA_TOPIC, code=topic, source=f"agency:{scheme}:{code}")


def _first_level(code: str) -> str | None:
    """The topic of the first level that a subject code belongs to: 15000000 for 15054001.

    Subject codes and Media Topics number their 17 first-level terms alike; the terms below were
    renumbered.
    """
    first = code[:2]
    return f"{first}000000" if "01" <= first <= "17" else None


@lru_cache(maxsize=1)
def _mapped() -> Mapping[str, str]:
    """The topic that IPTC maps a subject code of the second level to: 15054000 is soccer.

    Of six of the 17 first levels; what else a code says, a rule with ``codes`` says.
    """
    lines = _MAPPED.read_text("ascii").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def _holding(item: Item, entities: Sequence[Entity], rules: TopicRules) -> list[TopicRule]:
    """The rules that hold for an item, in their order."""
    language = primary_language(item.language)
    places = {place for fact in _facts(item, entities) for place in rules.by_fact.get(fact, ())}
    if rules.with_headline and item.headline:
        headline = f" {fold(item.headline)} "
        places.update(
            place
            for place in rules.with_headline
            if any(f" {words} " in headline for words in rules.rules[place].headline)
        )
    found = [rules.rules[place] for place in sorted(places)]
    return [rule for rule in found if not rule.languages or language in rule.languages]


def _facts(item: Item, entities: Sequence[Entity]) -> Iterator[tuple[str, str]]:
    for subject in item.subjects:
        yield "codes", f"{subject.scheme}:{subject.code}"
    for keyword in item.keywords:
        yield "keywords", _folded(keyword)
    for part in _SLUG_PARTS.split(item.slugline or ""):
        if part:
            yield "slugs", _folded(part)
    for entity in entities:
        yield "entities", _folded(entity.id)
        yield "entities", _folded(entity.name)
