"""The files of models that the settings name.

It must not judge what is in them: ``streams.enrich.recognise`` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from streams.enrich.recognise import load_fast
from streams.errors import ConfigError
from streams.settings.sections import EnrichSettings

__all__ = ["checked_models", "idle_models", "wrong_models"]

_USED_BY = ("fast", "chain")


def checked_models(settings: EnrichSettings) -> Mapping[str, Path]:
    """The models that the settings use, read once: a worker must not start with a damaged one.

    Raises:
        ConfigError: a file cannot be read, is damaged, or is of another language or version.
    """
    if settings.recogniser not in _USED_BY:
        return {}
    for key, words in wrong_models(settings):
        raise ConfigError(f"{key}: {words}")
    return dict(settings.models)


def wrong_models(settings: EnrichSettings) -> Iterator[tuple[str, str]]:
    """What is wrong with the models, used or not, by the key of the setting."""
    for language, file in settings.models.items():
        try:
            load_fast(language, file)
        except ConfigError as error:
            yield f"enrich.models.{language}", str(error)


def idle_models(settings: EnrichSettings) -> Iterator[tuple[str, str]]:
    """What may not be what is meant: models that no recogniser uses, and one without any."""
    if settings.models and settings.recogniser not in _USED_BY:
        yield "enrich.models", f'not used: enrich.recogniser is "{settings.recogniser}"'
    if settings.recogniser == "fast" and not settings.models:
        yield "enrich.recogniser", '"fast" has no model in enrich.models: spaCy is used instead'
