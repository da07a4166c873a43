"""Texts to vectors and the quantised forms of vectors (pure).

Each feature adds to one component, chosen by its hash, with a sign chosen by another bit of it;
how often it occurs counts by its logarithm. Vectors have length one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.services.bedrock_runtime.features import hashes

Matrix = npt.NDArray[np.float32]

_SIGN_BIT = np.uint32(1 << 31)


def embed(texts: Sequence[str], dimension: int) -> Matrix:
    """Return one row of length one for each text, shape (len(texts), dimension)."""
    sums = np.stack([_sums(text, dimension) for text in texts])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    # Features of opposite sign in the same component can cancel a very short text out entirely.
    sums[lengths[:, 0] == 0, 0] = 1.0
    return (sums / np.where(lengths == 0, 1.0, lengths)).astype(np.float32)


def _sums(text: str, dimension: int) -> npt.NDArray[np.float64]:
    found, counts = np.unique(np.array(hashes(text), np.uint32), return_counts=True)
    weights = np.where(found & _SIGN_BIT, 1.0, -1.0) * (1.0 + np.log(counts))
    return np.bincount(found % dimension, weights, dimension).astype(np.float64)


def _int8(vectors: Matrix) -> npt.NDArray[np.int8]:
    """Scale every row so that its largest component becomes 127."""
    peaks = np.abs(vectors).max(axis=1, keepdims=True)
    scaled: npt.NDArray[np.int8] = np.rint(vectors / peaks * 127).astype(np.int8)
    return scaled


def _uint8(vectors: Matrix) -> npt.NDArray[np.uint8]:
    return (_int8(vectors).astype(np.int16) + 128).astype(np.uint8)


def _ubinary(vectors: Matrix) -> npt.NDArray[np.uint8]:
    """Pack the signs, eight components to a byte."""
    return np.packbits(vectors > 0, axis=1)


def _binary(vectors: Matrix) -> npt.NDArray[np.int8]:
    return (_ubinary(vectors).astype(np.int16) - 128).astype(np.int8)


def _float(vectors: Matrix) -> Matrix:
    return vectors


FORMS: dict[str, Callable[[Matrix], npt.NDArray[Any]]] = {
    "float": _float,
    "int8": _int8,
    "uint8": _uint8,
    "binary": _binary,
    "ubinary": _ubinary,
}
