"""Turns a trained network into whole numbers whose sums are exact in single precision.

It must not change which label leads but where two are all but equal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.enrich.recognise.fast.network import (
    EMBEDDING_LEVELS,
    EXACT,
    HIDDEN_LEVELS,
    PLACES,
    TABLE_LIMIT,
    Weights,
)
from streams.enrich.recognise.fast.tokens import FEATURES
from streams.train.distil_network import Floating

# Of the largest sum: rounding each weight may add half a level.
_USED = 0.98
# By how much "outside" must lead, in the natural logarithm of odds. On 600 wires (Reuters) 8 and 5
# gave the same 4,184 names, 4 other five of them, 3 other 51.
_MARGIN = 5.0


def quantise(net: Floating) -> Weights:
    """The weights as ``Network`` takes them."""
    width = net.embeddings.shape[1]
    hidden = len(net.first_bias)
    # One scale a dimension, taken up by the layer after it. A few far numbers are cut off.
    span = np.maximum(np.quantile(np.abs(net.embeddings), 0.9995, axis=0), 1e-6)
    embeddings = np.rint(net.embeddings / span * EMBEDDING_LEVELS)
    embeddings = np.clip(embeddings, -EMBEDDING_LEVELS, EMBEDDING_LEVELS).astype(np.int8)
    layer = net.first.reshape(PLACES, width, hidden) * (span / EMBEDDING_LEVELS)[:, None]
    layer = layer.transpose(1, 0, 2).reshape(width, PLACES * hidden)
    widest = np.abs(layer).sum(axis=0) * FEATURES * EMBEDDING_LEVELS
    unit = np.maximum(widest / (_USED * EXACT), np.abs(layer).max(axis=0) / 32_000)
    unit = np.maximum(unit, 1e-12)
    first = _whole(layer / unit)
    level = net.ceiling / HIDDEN_LEVELS
    second_unit = (
        max(1e-12, float(np.abs(net.second).sum(axis=0).max())) * HIDDEN_LEVELS / (_USED * EXACT)
    )
    score = level * second_unit  # of a natural logarithm: what one of a score stands for
    return Weights(
        embeddings=embeddings,
        first=first,
        first_scale=(unit / level).astype(np.float32),
        first_bias=np.clip(_whole(net.first_bias / level), -TABLE_LIMIT, TABLE_LIMIT).astype(
            np.int16
        ),
        second=_whole(net.second / second_unit),
        second_bias=_whole(net.second_bias / score).astype(np.int32),
        margin=max(1, round(_MARGIN / score)),
    )


def _whole(values: NDArray[np.floating]) -> NDArray[np.float32]:
    whole: NDArray[np.float32] = np.rint(values).astype(np.float32)
    return whole
