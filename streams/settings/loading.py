"""Settings from the file, the environment and the command line, each with its origin.

It must not declare a setting.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_settings import EnvSettingsSource

from schemas.topics import DAY_MS, TopicName
from streams.errors import ConfigError
from streams.settings.names import all_keys, is_key, nearest, refuse_unknown
from streams.settings.settings import ENV_PREFIX, NESTED, Settings

DEFAULT_FILE = Path("wireroom.toml")
"""Read from the working directory when neither --config nor WIREROOM_CONFIG names a file."""

# Read by the test-suite and the Kafka launcher, not by ``Settings``.
_FOREIGN_ENV = frozenset({"WIREROOM_CONFIG", "WIREROOM_REQUIRE_KAFKA", "WIREROOM_KAFKA_LIBS"})
_FOREIGN_ENV_PREFIX = "WIREROOM_TEST_"
_PROVIDERS = "desk.providers."
_MASK = "********"
# A shell cannot export a name with a dot: WIREROOM_TOPICS__RAW_URGENT__PARTITIONS.
_TOPIC_OF_ENV = {name.replace(".", "_"): name.value for name in TopicName}
_URL_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):[^/@\s]*@")


class Origin(StrEnum):
    """Where an effective value came from, weakest first."""

    DEFAULT = "default"
    FILE = "file"
    ENV = "env"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings together with where each came from."""

    settings: Settings
    origins: Mapping[str, str]
    """Dotted key to "file wireroom.toml", "env WIREROOM_BROKER", "flag"; defaults are absent."""

    def rows(self) -> Iterator[tuple[str, object, str]]:
        """Every effective value as (dotted key, value with secrets masked, origin)."""
        from streams.settings import desk  # noqa: PLC0415  (brings the stages)

        effective = self.settings.model_dump(exclude={"topics"})
        effective["desk"] = desk.all_effective(self.settings.desk)
        effective["topics"] = {
            name.value: {
                "partitions": topic.partitions,
                "retention_days": "forever"
                if topic.retention_ms is None
                else topic.retention_ms / DAY_MS,
            }
            for name, topic in self.settings.catalogue().items()
        }
        for key, value in _flatten(effective):
            yield key, _shown(value), self._origin_of(key)

    def _origin_of(self, key: str) -> str:
        """Where a value came from; of a provider's rule, perhaps from the one for all."""
        if key.startswith(_PROVIDERS) and key not in self.origins:
            general = f"desk.{key.rpartition('.')[2]}"
            if general in self.origins:
                return f"{general}, {self.origins[general]}"
        return self.origins.get(key, Origin.DEFAULT.value)


def load_settings(
    config: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Loaded:
    """Settings from the file, then the environment, then flags (a flag that is None is not given).

    Raises:
        ConfigError: a file cannot be read, a key is unknown anywhere, or a value is wrong.
    """
    environment = os.environ if environ is None else environ
    file = settings_file(config, environment)
    from_file = _read_toml(file) if file else {}
    refuse_unknown(Settings, from_file, f"in {file}")
    layers: list[tuple[str, Mapping[str, Any]]] = [(f"file {file}", from_file)]
    layers.append((Origin.ENV.value, _read_env(environment)))
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    refuse_unknown(Settings, given, "on the command line")
    layers.append((Origin.FLAG.value, given))

    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        _merge(merged, layer)
        origins.update((key, _origin(origin, key)) for key, _ in _flatten(layer))
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        raise ConfigError(_first_problem(error, origins)) from None
    return Loaded(settings, origins)


def settings_file(
    config: Path | None = None, environ: Mapping[str, str] | None = None
) -> Path | None:
    """The settings file that is read: the one named, else ./wireroom.toml if there is one."""
    environ = os.environ if environ is None else environ
    named = config or (Path(environ["WIREROOM_CONFIG"]) if environ.get("WIREROOM_CONFIG") else None)
    if named is None:
        return DEFAULT_FILE if DEFAULT_FILE.is_file() else None
    return named


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read settings file {file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from None


def _read_env(environ: Mapping[str, str]) -> dict[str, Any]:
    names: dict[str, str] = {}
    for name in sorted(environ):
        upper = name.upper()
        if not upper.startswith(ENV_PREFIX) or upper in _FOREIGN_ENV:
            continue
        if upper.startswith(_FOREIGN_ENV_PREFIX):
            continue
        path = upper.removeprefix(ENV_PREFIX).lower().split(NESTED)
        if path[0] == "topics" and len(path) > 1:
            path[1] = _TOPIC_OF_ENV.get(path[1], path[1])
        if not is_key(Settings, path):
            close = nearest(upper, [_env_name(key) for key in all_keys(Settings)])
            raise ConfigError(f"unknown environment variable {name}{close}")
        names[ENV_PREFIX.lower() + NESTED.join(path)] = environ[name]
    source = EnvSettingsSource(Settings, case_sensitive=False)
    source.env_vars = names
    try:
        return source()
    except ValueError as error:
        raise ConfigError(f"environment: {error}") from None


def _env_name(key: str) -> str:
    path = key.replace("raw.urgent", "raw_urgent").split(".")
    return ENV_PREFIX + NESTED.join(path).upper()


def _origin(layer: str, key: str) -> str:
    return f"env {_env_name(key)}" if layer == Origin.ENV else layer


def _merge(into: dict[str, Any], layer: Mapping[str, Any]) -> None:
    for key, value in layer.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value


def _flatten(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from _flatten(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _shown(value: object) -> object:
    if isinstance(value, SecretStr):
        return _MASK
    if isinstance(value, str):
        return _URL_PASSWORD.sub(rf"\1:{_MASK}@", value)
    return str(value) if isinstance(value, Path) else value


def _first_problem(error: ValidationError, origins: Mapping[str, str]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    origin = next((o for k, o in origins.items() if key == k or key.startswith(f"{k}.")), "")
    return f"{key}: {first['msg']}" + (f" ({origin})" if origin else "")
