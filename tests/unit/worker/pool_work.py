"""Work for the pool's tests; in a module of its own, because child processes must find it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

prepared: list[str] = []


def prepare(word: str) -> None:
    prepared.append(word)


def work(batch: Sequence[str]) -> list[str]:
    answers = []
    for text in batch:
        if text == "kill":
            os.kill(os.getpid(), 9)
        if text == "hang":
            time.sleep(60)
        answers.append(f"{prepared[0]} {text}")
    return answers


def pid(batch: Sequence[str]) -> list[str]:
    return [str(os.getpid()) for _ in batch]
