"""Checks files of configuration: provider profiles and the settings.

It must not change what it checks, nor stop at the first thing that is wrong.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from schemas.topics import TopicName
from streams.clean.boilerplate.file import MARK as BOILERPLATE
from streams.decode.profiles import Problem, ProviderProfile, claims, shipped
from streams.decode.profiles.checking import SETTABLE, check, unproven
from streams.errors import ConfigError
from streams.settings.boilerplate import load_boilerplate
from streams.settings.desk import nonsense, questionable
from streams.settings.loading import DEFAULT_FILE, load_settings, settings_file
from streams.settings.models import idle_models, wrong_models
from streams.settings.profiles import profile_files, read_text
from streams.settings.settings import Settings

__all__ = ["Checked", "lint"]

SHIPPED = "shipped"
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, and what is to be said of it.

    Attributes:
        file: its path; "shipped/afp.toml" for one that ships with the package.
        provider: of a profile; None for settings.
        problems: what is wrong, by key.
        warnings: what may not be what is meant, by key.
        unproven: keys that are set without evidence.
        defaults: keys that are left to the default.
    """

    file: str
    provider: str | None = None
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    unproven: Sequence[str] = ()
    defaults: Sequence[str] = ()
    profile: ProviderProfile | None = field(default=None, repr=False)


def lint(
    paths: Sequence[Path] = (),
    *,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> list[Checked]:
    """Check the files at ``paths``; without any, the shipped profiles, one's own, and the settings.

    A directory stands for the profiles in it. A file is settings if its keys are settings.

    Raises:
        ConfigError: a path is not there.
    """
    if paths:
        files = [file for path in paths for file in _files(path)]
        return _with_claims([_of_file(file) for file in files])
    found, directory, learned = _settings(config, environ)
    profiles = [_of_text(f"{SHIPPED}/{name}.toml", name, text) for name, text in shipped().items()]
    if directory is not None:
        try:
            own = [_of_file(file) for file in profile_files(directory)]
        except ConfigError as error:
            own = [Checked(str(directory), problems=[Problem("profiles_dir", str(error))])]
        replaced = {checked.provider for checked in own}
        profiles = [each for each in profiles if each.provider not in replaced] + own
    found += [_of_boilerplate(learned)] if learned is not None else []
    return [*_with_claims(profiles), *found]


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return profile_files(path)
    if not path.exists():
        raise ConfigError(f"{path} is not there")
    return [path]


def _of_file(file: Path) -> Checked:
    try:
        text = read_text(file)
    except ConfigError as error:
        return Checked(str(file), problems=[Problem("", str(error))])
    if _has_key(text, BOILERPLATE):
        return _of_boilerplate(file)
    if file.name == DEFAULT_FILE.name or _is_settings(text):
        return _settings(file, {})[0][0]
    return _of_text(str(file), file.stem, text)


def _of_boilerplate(file: Path) -> Checked:
    try:
        load_boilerplate(file)
    except ConfigError as error:
        return Checked(str(file), problems=[Problem("", str(error).removeprefix(f"{file} "))])
    return Checked(str(file))


def _has_key(text: str, key: str) -> bool:
    """Whether a line sets the key, in a file that may be damaged elsewhere."""
    return any(line.startswith((f"{key} ", f"{key}=")) for line in text.split("\n"))


def _is_settings(text: str) -> bool:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    # A table can be neither, or both; what fits better decides, and a profile in doubt.
    keys = set(table)
    return len(keys & set(Settings.model_fields)) > len(keys & {*SETTABLE, "provider", "evidence"})


def _of_text(file: str, name: str, text: str) -> Checked:
    fields, problems = check(text, name)
    provider = fields.get("provider")
    wrong = {problem.key for problem in problems}
    return Checked(
        file=file,
        provider=provider,
        problems=problems,
        unproven=unproven(text),
        defaults=[key for key in SETTABLE if key not in fields and key not in wrong],
        profile=None if problems else ProviderProfile(**fields),
    )


def _with_claims(checked: Sequence[Checked]) -> list[Checked]:
    """The same, with what two of them contradict each other in."""
    profiles = [each.profile for each in checked if each.profile is not None]
    twice = {name: who for name, who in claims(_others(profiles)).items() if len(who) > 1}
    found: list[Checked] = []
    for each in checked:
        own = {} if each.profile is None else claims([each.profile])
        clashes = [
            Problem("known_as", f"{name!r} is claimed by {' and '.join(twice[name])}")
            for name in sorted(own.keys() & twice.keys())
        ]
        found.append(
            Checked(
                each.file,
                each.provider,
                [*each.problems, *clashes],
                each.warnings,
                each.unproven,
                each.defaults,
                each.profile,
            )
        )
    return found


def _others(profiles: Iterable[ProviderProfile]) -> list[ProviderProfile]:
    return [profile for profile in profiles if profile.provider != _DEFAULT]


def _settings(
    config: Path | None, environ: Mapping[str, str] | None
) -> tuple[list[Checked], Path | None, Path | None]:
    """The settings, the directory of profiles and the file of learned lines that they name."""
    named = settings_file(config, environ)
    shown = "settings" if named is None else str(named)
    try:
        settings = load_settings(config, environ=environ).settings
        settings.kafka_security()
    except ConfigError as error:
        return [Checked(shown, problems=[Problem("", str(error))])], None, None
    retention_ms = settings.topic(TopicName.DESK).retention_ms
    checked = Checked(
        shown,
        problems=[
            Problem(key, words)
            for key, words in (
                *nonsense(settings.desk, retention_ms),
                *wrong_models(settings.enrich),
            )
        ],
        warnings=[
            Problem(key, words)
            for key, words in (
                *questionable(settings.desk, _providers(settings.profiles_dir)),
                *idle_models(settings.enrich),
            )
        ],
    )
    return [checked], settings.profiles_dir, settings.boilerplate


def _providers(directory: Path | None) -> set[str]:
    """Names of the providers that have a profile; a damaged one is told of elsewhere."""
    named = dict(shipped())
    if directory is not None:
        with suppress(ConfigError):
            named |= {file.stem: read_text(file) for file in profile_files(directory)}
    return {str(check(text, name)[0].get("provider", name)) for name, text in named.items()}
