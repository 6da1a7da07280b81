"""The desk's rules as settings: effective values, and what in them makes no sense.

It must not read settings itself, nor know what the rules do.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schemas.topics import DAY_MS
from streams.desk.config import DedupRule, DeskConfig, WatchRule

if TYPE_CHECKING:
    from streams.settings.sections import DedupSettings, DeskSettings

__all__ = ["all_effective", "desk_config", "effective", "nonsense", "questionable"]

# Windows are set in the unit people think of them in.
_WINDOWS = {
    "near_window": ("near_hours", timedelta(hours=1)),
    "exact_window": ("exact_days", timedelta(days=1)),
    "flash_window": ("flash_hours", timedelta(hours=1)),
}
_MINUTE = timedelta(minutes=1)


def desk_config(settings: DeskSettings) -> DeskConfig:
    """What the desk is told."""
    rule, watch = _rule(settings, DedupRule()), _watch(settings, WatchRule())
    return DeskConfig(
        dedup=rule,
        providers={name: _rule(own, rule) for name, own in settings.providers.items()},
        watch=watch,
        watched={name: _watch(own, watch) for name, own in settings.providers.items()},
    )


def all_effective(settings: DeskSettings) -> dict[str, Any]:
    """Every value in force, by the names of their settings; those of providers under theirs."""
    config = desk_config(settings)
    return {
        **effective(config.dedup),
        **_watched(config.watch),
        "providers": {
            name: {**effective(config.providers[name]), **_watched(config.watched[name])}
            for name in settings.providers
        },
    }


def effective(rule: DedupRule) -> dict[str, Any]:
    """A rule's values by the names of their settings."""
    values: dict[str, Any] = {}
    for field in fields(rule):
        value = getattr(rule, field.name)
        if field.name in _WINDOWS:
            name, unit = _WINDOWS[field.name]
            values[name] = _in_units(value, unit)
        else:
            values[field.name] = value
    return values


def nonsense(settings: DeskSettings, retention_ms: int | None) -> Iterator[tuple[str, str]]:
    """Keys and what is wrong with their values together, though each is within its limits.

    Args:
        settings: of the desk.
        retention_ms: how long the desk's journal is kept; None is for ever.
    """
    config = desk_config(settings)
    for prefix, own, rule in _each(settings, config):
        given = own.model_fields_set
        if given & {"near_hours", "exact_days"} and rule.near_window > rule.exact_window:
            yield (
                f"{prefix}near_hours",
                (
                    f"{_hours(rule.near_window)} is longer than the {rule.exact_window.days} d of "
                    "exact_days: near copies would be known longer than equal ones"
                ),
            )
        if retention_ms is None:
            continue
        kept = timedelta(days=retention_ms / DAY_MS)
        for field, (name, _) in _WINDOWS.items():
            window = getattr(rule, field)
            if window > kept and (name in given or prefix == "desk."):
                yield (
                    f"{prefix}{name}",
                    (
                        f"{_hours(window)} is longer than topics.desk keeps ({_hours(kept)}): a "
                        "desk that restarts would forget the rest"
                    ),
                )


def questionable(settings: DeskSettings, providers: Collection[str]) -> Iterator[tuple[str, str]]:
    """Keys that may not do what is meant.

    Args:
        settings: of the desk.
        providers: names that have a profile.
    """
    for name in settings.providers:
        if name not in providers:
            close = difflib.get_close_matches(name.lower(), sorted(providers), n=1, cutoff=0.5)
            hint = f"; did you mean {close[0]}?" if close else ""
            yield f"desk.providers.{name}", f"no profile is of that provider{hint}"
    config = desk_config(settings)
    for prefix, own, rule in _each(settings, config):
        given = sorted(own.model_fields_set - {"enabled", "providers", "gaps", "silence_minutes"})
        if given and not rule.enabled:
            yield f"{prefix}{given[0]}", "has no effect: comparing is switched off"
        if own.model_fields_set & {"correction", "containment"} and (
            rule.correction > rule.containment
        ):
            yield (
                f"{prefix}correction",
                (
                    f"{rule.correction:g} asks more of a stated correction than containment "
                    f"{rule.containment:g} does of any other copy"
                ),
            )


def _each(
    settings: DeskSettings, config: DeskConfig
) -> Iterator[tuple[str, DedupSettings, DedupRule]]:
    yield "desk.", settings, config.dedup
    for name, own in settings.providers.items():
        yield f"desk.providers.{name}.", own, config.providers[name]


def _rule(settings: DedupSettings, base: DedupRule) -> DedupRule:
    given: Mapping[str, Any] = settings.model_dump(exclude_none=True, exclude={"providers"})
    changes: dict[str, Any] = {}
    for field in fields(DedupRule):
        name, unit = _WINDOWS.get(field.name, (field.name, None))
        if name in given:
            changes[field.name] = given[name] if unit is None else given[name] * unit
    return replace(base, **changes)


def _watch(settings: DedupSettings, base: WatchRule) -> WatchRule:
    changes: dict[str, Any] = {}
    if settings.gaps is not None:
        changes["gaps"] = settings.gaps
    if settings.silence_minutes is not None:
        minutes = settings.silence_minutes
        changes["silence"] = None if minutes == "off" else minutes * _MINUTE
    return replace(base, **changes)


def _watched(rule: WatchRule) -> dict[str, Any]:
    silence = "off" if rule.silence is None else _in_units(rule.silence, _MINUTE)
    return {"gaps": rule.gaps, "silence_minutes": silence}


def _in_units(value: timedelta, unit: timedelta) -> float:
    """Whole numbers as such: 72 and not 72.0."""
    return value // unit if value % unit == timedelta(0) else value / unit


def _hours(window: timedelta) -> str:
    hours = window / timedelta(hours=1)
    return f"{hours / 24:.3g} d" if hours >= 96 else f"{hours:.3g} h"
