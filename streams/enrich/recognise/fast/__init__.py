"""``fast``: a small network of our own that finds names, with numpy and nothing else.

It must not train: ``streams.train`` does.
"""

from __future__ import annotations

from streams.enrich.recognise.fast.model_file import Header, model_bytes, read_model
from streams.enrich.recognise.fast.network import Weights
from streams.enrich.recognise.fast.recogniser import Confidence, FastRecogniser, Model

__all__ = [
    "Confidence",
    "FastRecogniser",
    "Header",
    "Model",
    "Weights",
    "model_bytes",
    "read_model",
]
