"""A model as one file: weights, and a header that says what they are.

It must not trust the file: whatever stands in it gives a model that works, or one clear error.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.enrich.recognise.errors import ModelFileError
from streams.enrich.recognise.fast.labels import LABELS
from streams.enrich.recognise.fast.network import PLACES, TABLE_LIMIT, Weights
from streams.enrich.recognise.fast.recogniser import Confidence, Model

FORMAT = 2
"""Changes whenever a model of before would find other names, or none: tokens, features, network."""
MAX_FILE_BYTES = 64 * 1024 * 1024
_MAX_ROWS = 1 << 18
_MAX_WIDTH = 256
_MAX_HIDDEN = 1024
_MAX_STEPS = 64
# Scores of a token; a sum of a paragraph's stays far below Viterbi's "forbidden".
_MAX_SCORE = 1 << 28


@dataclass(frozen=True, slots=True)
class Header:
    """What is told of a model.

    Attributes:
        language: ISO 639-1.
        teacher: what labelled the text: the version of its recogniser.
        archive: a hash of the documents that it was trained on, in their order.
        documents: that it was trained on.
        held_out: documents that it was scored on.
        score: per type and for all, precision, recall and F1 in per cent against the teacher.
    """

    language: str
    teacher: str
    archive: str
    documents: int
    held_out: int
    score: Mapping[str, tuple[float, float, float]]


def model_bytes(header: Header, weights: Weights, confidence: Confidence) -> bytes:
    """The file: the same model gives the same bytes."""
    told = {
        "format": FORMAT,
        "language": header.language,
        "teacher": header.teacher,
        "archive": header.archive,
        "documents": header.documents,
        "held_out": header.held_out,
        "score": {kind: list(figures) for kind, figures in sorted(header.score.items())},
        "leads": list(confidence.leads),
        "shares": list(confidence.shares),
        "margin": weights.margin,
    }
    arrays = {
        "header": np.frombuffer(json.dumps(told, sort_keys=True).encode(), np.uint8),
        "embeddings": weights.embeddings,
        "first": weights.first.astype(np.int16),
        "first_scale": weights.first_scale,
        "first_bias": weights.first_bias,
        "second": weights.second.astype(np.int32),
        "second_bias": weights.second_bias,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, array in arrays.items():
            raw = io.BytesIO()
            np.save(raw, np.ascontiguousarray(array), allow_pickle=False)
            # Without a date of its own each entry says 1980, whenever it was made.
            packed.writestr(zipfile.ZipInfo(f"{name}.npy"), raw.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def read_model(path: Path) -> tuple[Model, Header]:
    """The model in a file.

    Raises:
        ModelFileError: it cannot be read, or is no whole model of this version of Wireroom.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise ModelFileError(f"{path} is no model of names: {size:,} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"cannot read the model {path}: {error.strerror}") from None
    try:
        return _parse(content)
    except _WrongVersionError as error:
        raise ModelFileError(
            f"{path} was made by another version of Wireroom (format {error}, this one reads "
            f"{FORMAT}): make it again with wireroom distil"
        ) from None
    # What a damaged zip, npy or JSON raises is not told anywhere in full.
    except Exception as error:  # noqa: BLE001
        reason = str(error) or type(error).__name__
        raise ModelFileError(f"{path} is no model of names, or a damaged one: {reason}") from None


class _WrongVersionError(Exception):
    """The file is of another format."""


def _parse(content: bytes) -> tuple[Model, Header]:
    arrays = _arrays(content)
    told = json.loads(arrays.pop("header").tobytes())
    if told["format"] != FORMAT:
        raise _WrongVersionError(told["format"])
    weights = Weights(
        embeddings=arrays["embeddings"],
        first=arrays["first"].astype(np.float32),
        first_scale=arrays["first_scale"],
        first_bias=arrays["first_bias"],
        second=arrays["second"].astype(np.float32),
        second_bias=arrays["second_bias"],
        margin=int(told["margin"]),
    )
    _check(weights)
    confidence = Confidence(
        tuple(int(each) for each in told["leads"]), tuple(float(each) for each in told["shares"])
    )
    if len(confidence.shares) != len(confidence.leads) + 1 or not all(
        0 <= share <= 1 for share in confidence.shares
    ):
        raise ValueError("its confidence is not one")
    header = Header(
        language=str(told["language"]),
        teacher=str(told["teacher"]),
        archive=str(told["archive"]),
        documents=int(told["documents"]),
        held_out=int(told["held_out"]),
        score={str(kind): (p, r, f) for kind, (p, r, f) in told["score"].items()},
    )
    version = hashlib.sha256(content).hexdigest()[:12]
    return Model(header.language, version, weights, confidence), header


_WANTED = {
    "header": (np.uint8, 1, 1 << 16),
    "embeddings": (np.int8, 2, _MAX_ROWS * _MAX_WIDTH),
    "first": (np.int16, 2, _MAX_WIDTH * PLACES * _MAX_HIDDEN),
    "first_scale": (np.float32, 1, PLACES * _MAX_HIDDEN),
    "first_bias": (np.int16, 1, _MAX_HIDDEN),
    "second": (np.int32, 2, _MAX_HIDDEN * LABELS),
    "second_bias": (np.int32, 1, LABELS),
}


def _arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of the file, none larger than a model's may be, whatever it unpacks to."""
    arrays: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name, (kind, dimensions, most) in _WANTED.items():
            limit = most * np.dtype(kind).itemsize + 256
            with packed.open(f"{name}.npy") as file:
                raw = file.read(limit + 1)
            if len(raw) > limit:
                raise ValueError(f"{name} is too large")
            array = np.load(io.BytesIO(raw), allow_pickle=False)
            if array.dtype != kind or array.ndim != dimensions:
                raise ValueError(f"{name} is of another kind")
            arrays[name] = array
    return arrays


def _check(weights: Weights) -> None:
    rows, width = weights.embeddings.shape
    hidden = weights.hidden
    shapes = (
        weights.first.shape == (width, PLACES * hidden),
        weights.first_scale.shape == (PLACES * hidden,),
        weights.second.shape == (hidden, LABELS),
        weights.second_bias.shape == (LABELS,),
        2 <= rows <= _MAX_ROWS,
        0 < width <= _MAX_WIDTH,
        0 < hidden <= _MAX_HIDDEN,
    )
    if not all(shapes):
        raise ValueError("its layers do not fit each other")
    if not (
        weights.is_exact()
        and bool((np.abs(weights.first_scale) <= 1e6).all())  # and no NaN
        and np.abs(weights.first_bias.astype(int)).max() <= TABLE_LIMIT
        and int(weights.embeddings.min()) >= -127
        and np.abs(weights.second_bias).max() <= _MAX_SCORE
        and 0 < weights.margin <= _MAX_SCORE
    ):
        raise ValueError("its numbers are out of range")
