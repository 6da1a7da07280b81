"""Work for the pool's tests; in a module of its own, because child processes must find it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

prepared: list[str] = []
loaded: list[str] = []


def prepare(word: str) -> None:
    prepared.append(word)


def work(batch: Sequence[str]) -> list[str]:
    answers = []
    for text in batch:
        if text == "kill":
            os.kill(os.getpid(), 9)
        if text == "hang":
            time.sleep(60)
        if text == "model":
            load([text])
        if text == "raise":
            raise LookupError(text)
        answers.append(f"{prepared[0]} {text}")
    return answers


def load(batch: Sequence[str]) -> None:
    """Load what "model" needs, which takes its time once a process."""
    if "model" in batch and not loaded:
        time.sleep(1.5)
        loaded.append("model")


def prepare_once(marker: str) -> None:
    """Prepare the first process that asks; the next cannot be prepared."""
    Path(marker).touch(exist_ok=False)
    prepared.append("did")


def pid(batch: Sequence[str]) -> list[str]:
    return [str(os.getpid()) for _ in batch]
