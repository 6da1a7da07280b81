"""This machine before a start: directories, disk, models, the ports of the metrics.

It must not leave anything behind.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

from streams.enrich.recognise.spacy import MODELS
from streams.preflight.finding import Finding, Level
from streams.settings import Settings

__all__ = ["check_disk", "check_folder", "check_machine", "check_ports"]

# What eight of the largest bodies take, and what a busy day of dead letters does.
_FULL_BODIES = 8
_LOW_BYTES = 1024**3


def check_machine(settings: Settings, stages: Sequence[str]) -> list[Finding]:
    """What a worker with these stages needs of the machine.

    Args:
        settings: in force.
        stages: intake, desk, enrich: those that will run here.
    """
    found: list[Finding] = []
    if "intake" in stages:
        found += check_folder("spool_dir", settings.spool_dir)
        found += check_disk(settings.spool_dir, settings.max_body_bytes)
    if "enrich" in stages:
        found += _models(settings)
    if settings.metrics_port:
        found += check_ports(settings.metrics_host, settings.metrics_port, stages)
    return found


def check_folder(setting: str, folder: Path) -> Iterable[Finding]:
    """Whether a folder can be written to, or made where it is to be; nothing is left there."""
    there = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0")
    except OSError as error:
        words = f"{there} cannot be written to: {error.strerror or error}"
        mend = f"give us the right to write there, or set {setting}"
        yield Finding("folder", setting, Level.WRONG, words, mend)
    else:
        made = "" if there == folder.absolute() else ", made when it is needed"
        yield Finding("folder", setting, Level.RIGHT, f"{folder}{made}")


def check_disk(path: Path, max_body_bytes: int) -> Iterable[Finding]:
    """Whether the disk of a path has room."""
    try:
        free = shutil.disk_usage(_nearest(path)).free
    except OSError as error:
        words = error.strerror or str(error)
        yield Finding("disk", str(path), Level.UNKNOWN, words, "look at its file system")
        return
    words = f"{free / 1024**3:.1f} GiB free"
    if free < max(_FULL_BODIES * max_body_bytes, 64 * 1024**2):
        level = Level.WRONG
    else:
        level = Level.OTHER if free < _LOW_BYTES else Level.RIGHT
    yield Finding("disk", str(path), level, words, "" if level is Level.RIGHT else "free some")


def check_ports(host: str, first: int, stages: Sequence[str]) -> Iterable[Finding]:
    """Whether each stage's port for metrics can be listened on."""
    for number, stage in enumerate(stages):
        port = first + number
        subject = f"{host}:{port} ({stage})"
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                # As the server does: what a former life left in TIME_WAIT is not in its way.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                probe.listen(1)
        except (OSError, OverflowError) as error:
            words = getattr(error, "strerror", None) or str(error)
            mend = "stop what listens there, or set metrics_port (or metrics_host)"
            yield Finding("port", subject, Level.WRONG, words, mend)
        else:
            yield Finding("port", subject, Level.RIGHT, "free")


def _models(settings: Settings) -> Iterable[Finding]:
    """The models of spaCy: of the settings' own files ``lint`` has told already."""
    if settings.enrich.recogniser == "gazetteer":
        return
    for language, model in MODELS.items():
        if language in settings.enrich.models and settings.enrich.recogniser != "spacy":
            continue
        if find_spec(model.package) is None:
            words = f"{model.package} is not installed: of {language} places alone are found"
            mend = "install Wireroom from its lock (make install), or set enrich.models"
            yield Finding("model", language, Level.WRONG, words, mend)
        else:
            yield Finding("model", language, Level.RIGHT, model.package)


def _nearest(path: Path) -> Path:
    """The path, or the nearest folder above that is there."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
