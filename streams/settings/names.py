"""Which settings there are, by their dotted keys, and which one somebody may have meant.

It must not know any setting: it reads the classes that declare them.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from streams.errors import ConfigError

__all__ = ["all_keys", "is_key", "nearest", "refuse_unknown"]

_Model = type[BaseModel]
_ANY_NAME = "NAME"


def is_key(model: _Model, path: Sequence[str]) -> bool:
    """Whether ``path`` leads to a setting or a section of ``model``."""
    if not path:
        return True
    inside = _inside(model, path[0])
    if inside is None:
        return False
    names, section = inside
    rest = path[1:]
    if names is not None and rest:
        if names and rest[0] not in names:
            return False
        rest = rest[1:]
    if section is None:
        return not rest
    return is_key(section, rest)


def all_keys(model: _Model, before: str = "") -> list[str]:
    """Every dotted key; ``NAME`` stands for names that may be chosen freely."""
    keys: list[str] = []
    for key in model.model_fields:
        names, section = _inside(model, key) or (None, None)
        if section is None:
            keys.append(before + key if names is None else f"{before}{key}.{_ANY_NAME}")
        elif names is None:
            keys += all_keys(section, f"{before}{key}.")
        else:
            for name in names or [_ANY_NAME]:
                keys += all_keys(section, f"{before}{key}.{name}.")
    return keys


def refuse_unknown(
    model: _Model, table: Mapping[str, Any], where: str, path: tuple[str, ...] = ()
) -> None:
    """Refuse the first key of ``table`` that is no setting.

    Raises:
        ConfigError: it names the key and the nearest one there is.
    """
    for key, value in table.items():
        here = (*path, key)
        if not is_key(model, here):
            dotted = ".".join(here)
            raise ConfigError(
                f"unknown setting {dotted!r} {where}{nearest(dotted, _places(model))}"
            )
        if isinstance(value, Mapping):
            refuse_unknown(model, value, where, here)


def nearest(name: str, names: Sequence[str]) -> str:
    """The end of a sentence that names the closest of ``names``, if one is close."""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else "; `wireroom config` lists them all"


def _inside(model: _Model, key: str) -> tuple[list[str] | None, _Model | None] | None:
    """What a field holds: the names of a table (empty: any), and the section that each is.

    None where there is no such field; a plain value is (None, None), a table of them ([], None).
    """
    field = model.model_fields.get(key)
    if field is None:
        return None
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return None, annotation
    if get_origin(annotation) is dict:
        name, section = get_args(annotation)
        closed = [member.value for member in name] if issubclass(name, Enum) else []
        return closed, section if issubclass(section, BaseModel) else None
    return None, None


def _places(model: _Model) -> list[str]:
    """Every dotted key and every section on the way to one."""
    places: dict[str, None] = {}
    for key in all_keys(model):
        parts = key.split(".")
        for end in range(1, len(parts) + 1):
            places[".".join(parts[:end])] = None
    return list(places)
