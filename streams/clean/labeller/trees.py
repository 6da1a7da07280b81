"""An ensemble of decision trees, all walked at once.

It must not know what its features mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from streams.errors import CorruptionError

_PARTS = ("names", "feature", "threshold", "left", "value", "roots", "depth")


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees in one row; the right child stands behind the left one.

    Attributes:
        names: of the features, in the order in which ``feature`` counts them.
        feature: which one a node asks, shape (nodes,). Indices have the machine's width: numpy
            would convert narrower ones at every step.
        threshold: above it the right child is next, shape (nodes,); +inf at a leaf.
        left: the left child, shape (nodes,); a leaf is its own.
        value: what a leaf adds to the sum, in logits, shape (nodes,).
        roots: where each tree begins, shape (trees,).
        depth: steps after which every walk stands at a leaf.
    """

    names: tuple[str, ...]
    feature: NDArray[np.intp]
    threshold: NDArray[np.float64]
    left: NDArray[np.intp]
    value: NDArray[np.float32]
    roots: NDArray[np.intp]
    depth: int

    def sums(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The sum of all trees' leaves for each row, in logits; rows have shape (n, features)."""
        count, width = rows.shape
        flat = rows.ravel()
        offsets = (np.arange(count) * width)[:, None]
        node = np.broadcast_to(self.roots, (count, len(self.roots)))
        for _ in range(self.depth):
            asked = flat.take(offsets + self.feature.take(node))
            node = self.left.take(node) + (asked > self.threshold.take(node))
        total: NDArray[np.float64] = self.value[node].sum(axis=1, dtype=np.float64)
        return total

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability of each row, of which ``sums`` gives the logits."""
        return 1 / (1 + np.exp(-self.sums(rows)))

    def save(self, file: IO[bytes]) -> None:
        """Write the trees; the same trees give the same bytes."""
        np.savez_compressed(
            file,
            names=np.array(self.names),
            feature=self.feature.astype(np.int16),
            threshold=self.threshold,
            left=self.left.astype(np.int32),
            value=self.value,
            roots=self.roots.astype(np.int32),
            depth=np.int64(self.depth),
        )


def load(file: IO[bytes]) -> Trees:
    """Trees as ``save`` wrote them.

    Raises:
        CorruptionError: they are not.
    """
    try:
        with np.load(file, allow_pickle=False) as parts:
            names, feature, threshold, left, value, roots, depth = (parts[p] for p in _PARTS)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise CorruptionError(f"the weights of the labeller cannot be read: {error}") from error
    return Trees(
        tuple(map(str, names)),
        feature.astype(np.intp),
        threshold,
        left.astype(np.intp),
        value,
        roots.astype(np.intp),
        int(depth),
    )
