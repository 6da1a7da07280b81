"""The options every command that touches settings has, under the same names.

It must not read anything before a command asks.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from cyclopts import Group, Parameter

if TYPE_CHECKING:
    from streams.settings import Loaded, Settings

__all__ = ["Common", "WithRules", "finish"]

T = TypeVar("T")
_GROUP = Group("Settings", sort_key=9)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """Where settings come from.

    Attributes:
        config: settings file; else WIREROOM_CONFIG, else ./wireroom.toml if there is one.
        broker: the log, kafka://host:port or sqlite:///path.
        prefix: put before every topic's name.
        log_level: what is logged to standard error.
    """

    config: Annotated[Path | None, Parameter(group=_GROUP)] = None
    broker: Annotated[str | None, Parameter(group=_GROUP)] = None
    prefix: Annotated[str | None, Parameter(group=_GROUP)] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None, Parameter(group=_GROUP)
    ] = None

    def load(self, extra: Mapping[str, object] | None = None) -> Loaded:
        """The effective settings with their origins; ``extra`` are flags of one command."""
        from streams.settings import load_settings  # noqa: PLC0415  (start quickly)

        flags = {each.name: getattr(self, each.name) for each in fields(self)}
        del flags["config"]
        return load_settings(self.config, flags={**flags, **(extra or {})})

    def settings(self) -> Settings:
        """The effective settings."""
        return self.load().settings

    def log_settings(self, log: str | None) -> Callable[[], Settings]:
        """How to get the effective settings, with the log that ``--log`` names, if it does."""

        def settings() -> Settings:
            chosen = self if log is None else replace(self, broker=log)
            return chosen.settings()

        return settings


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class WithRules(Common):
    """The same, for commands that clean.

    Attributes:
        boilerplate: learned lines to take out, a file made by `wireroom boilerplate learn`.
    """

    boilerplate: Annotated[Path | None, Parameter(group=_GROUP)] = None


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's asynchronous part to its end; Ctrl-C cancels it in order."""
    import asyncio  # noqa: PLC0415  (start quickly)

    return asyncio.run(work)
