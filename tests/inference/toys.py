"""Toy packs of other kinds of pictures and answers: a few ONNX nodes each, worked out by hand, no training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inference.admission.exam import seal
from inference.pack import Pack
from tests.inference import packs

SIDE = 16
BRIGHT, DARK = 230, 25


def model(
    nodes: list[onnx.NodeProto], shape: list[Any], outputs: dict[str, list[Any]], constants: dict[str, np.ndarray]
) -> bytes:
    graph = helper.make_graph(
        nodes, "toy", [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def mean_of(
    shape: list[Any], *, last: int, axes: tuple[int, ...] = (), scale: float = 8.0, shift: float = -4.0
) -> bytes:
    """One value: scale x (mean over the picture) + shift."""
    reduce = {"axes": list(axes), "keepdims": 0} if axes else {}
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], **reduce) if axes
        else helper.make_node("GlobalAveragePool", ["image"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weights", "bias"], ["logits"]),
    ]  # fmt: skip
    weights = np.full((last, 1), scale / last, np.float32)
    constants = {"weights": weights, "bias": np.array([shift], np.float32)}
    return model(nodes, shape, {"logits": [1, 1]}, constants)


def manifest(**changes: Any) -> dict[str, Any]:
    """A binary pack over one gray picture of SIDE x SIDE; `changes` replace top-level entries."""
    return packs.manifest(**{
        "name": "toy", "cam": None, "purpose": "aid", "capture_classes": ["any"],
        "input": {"name": "image", "layout": "NCHW", "height": SIDE, "width": SIDE, "colour": "GRAY", "range": [0, 1]},
        "preprocessing": [
            {"step": "resize", "height": SIDE, "width": SIDE}, {"step": "scale", "divide": 255.0},
        ],
        "output": {"name": "logits", "kind": "binary", "labels": ["bright"], "activation": "sigmoid",
                   "temperature": 1.0, "positive": ["bright"]},
        **changes,
    })  # fmt: skip


def planes(count: int, *levels: int, depth: type = np.uint8, side: int = 24) -> np.ndarray:
    """[side, side, count]: plane n has level n of `levels`, the last one repeated."""
    each = [levels[min(at, len(levels) - 1)] for at in range(count)]
    return np.stack([np.full((side, side), level, depth) for level in each], axis=2)


def mri_slice(folder: Path) -> Pack:
    """One 16-bit slice: percentiles to 8 bits, so that the scanner's own scale does not matter."""
    low = np.tile(np.linspace(0, 300, 24, dtype=np.uint16), (24, 1))
    golden = {"golden/bright.png": (3000 - low).astype(np.uint16), "golden/dark.png": (low**2 // 40).astype(np.uint16)}
    golden["golden/dark.png"][:, -2:] = 4000
    steps = [{"step": "stretch", "low": 0, "high": 100}, *manifest()["preprocessing"]]
    said = manifest(name="toy-mri", modality="mri", preprocessing=steps)
    return seal(folder, said, mean_of([1, 1, SIDE, SIDE], last=1), "# MRI\n", golden)


def ct_series(folder: Path) -> Pack:
    """A series of any number of slices, levels = Hounsfield units + 1024: lung window, eight slices, a volume."""
    said = manifest(
        name="toy-ct", modality="ct",
        input={"name": "image", "layout": "NCDHW", "height": SIDE, "width": SIDE, "colour": "PLANES", "planes": 8},
        preprocessing=[{"step": "window", "centre": 1064, "width": 400}, {"step": "slices", "count": 8},
                       *manifest()["preprocessing"]],
    )  # fmt: skip
    golden = {"golden/dense.png": planes(12, 1250, depth=np.uint16), "golden/air.png": planes(12, 30, depth=np.uint16)}
    return seal(folder, said, mean_of([1, 1, 8, SIDE, SIDE], last=1), "# CT\n", golden)


def ultrasound(folder: Path) -> Pack:
    """A colour frame in NHWC, blue first, shape kept: shorter edge resized, middle cut out."""
    said = manifest(
        name="toy-ultrasound", modality="ultrasound",
        input={"name": "image", "layout": "NHWC", "height": SIDE, "width": SIDE, "colour": "BGR"},
        preprocessing=[{"step": "resize_short", "side": SIDE}, {"step": "centre_crop", "height": SIDE, "width": SIDE},
                       {"step": "scale", "divide": 255.0}],
    )  # fmt: skip
    golden = {f"golden/{level}.png": np.full((30, 40, 3), level, np.uint8) for level in (BRIGHT, DARK)}
    return seal(folder, said, mean_of([1, SIDE, SIDE, 3], last=3, axes=(1, 2)), "# Ultrasound\n", golden)


def segmentation(folder: Path) -> Pack:
    """Every pixel above half brightness, as a mask."""
    nodes = [helper.make_node("Conv", ["image", "kernel", "bias"], ["logits"], kernel_shape=[1, 1])]
    constants = {"kernel": np.full((1, 1, 1, 1), 20, np.float32), "bias": np.array([-10], np.float32)}
    data = model(nodes, [1, 1, SIDE, SIDE], {"logits": [1, 1, SIDE, SIDE]}, constants)
    output = {"name": "logits", "kind": "mask", "labels": ["lesion"], "activation": "sigmoid", "temperature": 1.0,
              "positive": ["lesion"]}  # fmt: skip
    half = np.full((32, 32), DARK, np.uint8)
    half[:, :8] = BRIGHT
    golden = {"golden/quarter.png": half, "golden/none.png": np.full((32, 32), DARK, np.uint8)}
    return seal(folder, manifest(name="toy-mask", output=output), data, "# Mask\n", golden)


def measurement(folder: Path) -> Pack:
    """A length: 10 mm in the dark to 90 mm in full light, plausible from 0 to 100 mm."""
    data = mean_of([1, 1, SIDE, SIDE], last=1, scale=80.0, shift=10.0)
    output = {"name": "logits", "kind": "measurement", "labels": ["length"], "activation": "none", "temperature": 1.0,
              "units": ["mm"], "ranges": [[0, 85]], "positive": []}  # fmt: skip
    golden = {f"golden/{level}.png": np.full((20, 20), level, np.uint8) for level in (BRIGHT, DARK)}
    return seal(folder, manifest(name="toy-length", output=output), data, "# Length\n", golden)


def embedding(folder: Path) -> Pack:
    """Four numbers for a picture, for comparing pictures."""
    nodes = [helper.make_node("GlobalAveragePool", ["image"], ["mean"]),
             helper.make_node("Flatten", ["mean"], ["flat"]),
             helper.make_node("MatMul", ["flat", "weights"], ["vector"])]  # fmt: skip
    data = model(nodes, [1, 1, SIDE, SIDE], {"vector": [1, 4]}, {"weights": np.array([[1, -1, 2, 0.5]], np.float32)})
    output = {"name": "vector", "kind": "embedding", "size": 4, "activation": "none", "temperature": 1.0}
    golden = {f"golden/{level}.png": np.full((20, 20), level, np.uint8) for level in (BRIGHT, DARK)}
    return seal(folder, manifest(name="toy-embedding", output=output), data, "# Embedding\n", golden)


def four_channels(folder: Path) -> Pack:
    """Four channels of one picture; the answer looks at the last one only, so their order is seen to be kept."""
    nodes = [helper.make_node("GlobalAveragePool", ["image"], ["mean"]),
             helper.make_node("Flatten", ["mean"], ["flat"]),
             helper.make_node("Gemm", ["flat", "weights", "bias"], ["logits"])]  # fmt: skip
    constants = {"weights": np.array([[0], [0], [0], [8]], np.float32), "bias": np.array([-4], np.float32)}
    data = model(nodes, [1, 4, SIDE, SIDE], {"logits": [1, 1]}, constants)
    entry = {"name": "image", "layout": "NCHW", "height": SIDE, "width": SIDE, "colour": "PLANES", "planes": 4}
    golden = {"golden/last.png": planes(4, 10, 10, 10, BRIGHT), "golden/first.png": planes(4, BRIGHT, 10, 10, 10)}
    return seal(folder, manifest(name="toy-channels", input=entry), data, "# Channels\n", golden)


def transformer(folder: Path) -> Pack:
    """A small vision transformer: 4 x 4 patches, one head of self-attention, a layer norm, a mean, two labels."""
    draw, wide, tokens = np.random.default_rng(1), 8, (SIDE // 4) ** 2
    weight = {name: draw.normal(0, 0.5, (wide, wide)).astype(np.float32) for name in ("wq", "wk", "wv")}
    weight["patch"] = np.abs(draw.normal(0, 0.2, (wide, 1, 4, 4))).astype(np.float32)
    weight |= {"shape": np.array([1, wide, tokens], np.int64), "root": np.array(wide**-0.5, np.float32),
               "gain": np.ones(wide, np.float32), "lift": np.zeros(wide, np.float32)}  # fmt: skip
    first = draw.normal(0, 1, (wide, 1))
    weight |= {"head": (8 * np.hstack([first, -first])).astype(np.float32), "bias": np.zeros(2, np.float32),
               "place": draw.normal(0, 1.0, (1, tokens, wide)).astype(np.float32)}  # fmt: skip
    nodes = [
        helper.make_node("Conv", ["image", "patch"], ["patches"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Reshape", ["patches", "shape"], ["rows"]),
        helper.make_node("Transpose", ["rows"], ["bare"], perm=[0, 2, 1]),
        helper.make_node("Add", ["bare", "place"], ["tokens"]),
        *(helper.make_node("MatMul", ["tokens", f"w{one}"], [one]) for one in "qkv"),
        helper.make_node("Transpose", ["k"], ["kt"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["q", "kt"], ["raw"]),
        helper.make_node("Mul", ["raw", "root"], ["scaled"]),
        helper.make_node("Softmax", ["scaled"], ["attention"], axis=-1),
        helper.make_node("MatMul", ["attention", "v"], ["mixed"]),
        helper.make_node("Add", ["mixed", "tokens"], ["residual"]),
        helper.make_node("LayerNormalization", ["residual", "gain", "lift"], ["calm"], axis=-1),
        helper.make_node("ReduceMean", ["calm"], ["pooled"], axes=[1], keepdims=0),
        helper.make_node("Gemm", ["pooled", "head", "bias"], ["logits"]),
    ]  # fmt: skip
    output = {"name": "logits", "kind": "multiclass", "labels": ["one", "other"], "activation": "softmax",
              "temperature": 1.0, "positive": ["one"]}  # fmt: skip
    steps = [*manifest()["preprocessing"], {"step": "normalise", "mean": [0.5], "std": [0.25]}]
    entry = {"name": "image", "layout": "NCHW", "height": SIDE, "width": SIDE, "colour": "GRAY", "range": [-2, 2]}
    golden = {f"golden/{level}.png": np.full((20, 20), level, np.uint8) for level in (255, 0)}
    said = manifest(name="toy-transformer", preprocessing=steps, output=output, input=entry)
    return seal(folder, said, model(nodes, [1, 1, SIDE, SIDE], {"logits": [1, 2]}, weight), "# Transformer\n", golden)
