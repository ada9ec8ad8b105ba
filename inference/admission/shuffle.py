"""The same network with its learnt weights in random order: what a heat map looks like that knows nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from inference.pack.onnx_file import _fields

# Element types of ONNX tensors that hold weights: float32, uint8, int8, float16, float64.
WEIGHTS: dict[int, np.dtype[Any]] = {
    kind: np.dtype(code) for kind, code in ((1, "<f4"), (2, "u1"), (3, "i1"), (10, "<f2"), (11, "<f8"))
}
FEWEST = 32  # smaller tensors are sizes, scales and offsets: shuffled they break a model instead of emptying it
RAW, FLOATS, KIND = 9, 4, 2


def shuffled(model: bytes, seed: int) -> bytes:
    """An ONNX file of the same length whose every weight tensor is permuted. The bytes must be a whole model."""
    copy = bytearray(model)
    rng = np.random.default_rng(seed)
    for number, graph in _fields(memoryview(copy)):
        if number == 7 and isinstance(graph, memoryview):
            for part, tensor in _fields(graph):
                if part == 5 and isinstance(tensor, memoryview):
                    _shuffle(tensor, rng)
                elif part == 1 and isinstance(tensor, memoryview):
                    _shuffle_constants(tensor, rng)
    return bytes(copy)


def _shuffle_constants(node: memoryview, rng: np.random.Generator) -> None:
    for number, attribute in _fields(node):
        if number == 5 and isinstance(attribute, memoryview):
            for part, tensor in _fields(attribute):
                if part == 5 and isinstance(tensor, memoryview):
                    _shuffle(tensor, rng)


def _shuffle(tensor: memoryview, rng: np.random.Generator) -> None:
    fields = list(_fields(tensor))
    kind = next((value for number, value in fields if number == KIND and isinstance(value, int)), 0)
    if kind not in WEIGHTS:
        return
    for number, value in fields:
        if isinstance(value, memoryview) and (number == RAW or (number == FLOATS and kind == 1)):
            # A view into the file's own bytes: what is written here is written there.
            weights = np.frombuffer(value, WEIGHTS[kind])
            if weights.size >= FEWEST:
                weights[:] = rng.permutation(weights)
