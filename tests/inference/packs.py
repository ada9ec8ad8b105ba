"""Tiny model packs, made of a few ONNX nodes whose answers can be worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inference.admission.exam import seal
from inference.pack import Pack

SIDE = 32
LABELS = ["referable_dr", "no_referable_dr"]


def brightness_model(*, side: int = SIDE, weight: float = 8.0, domain: str = "", cam: bool = True) -> onnx.ModelProto:
    """Two logits: weight x (mean of the red channel - 0.5) and its negative; the map is red pooled 4 x 4."""
    weights = np.array([[weight, -weight], [0, 0], [0, 0]], np.float32)
    bias = np.array([-weight / 2, weight / 2], np.float32)
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weights", "bias"], ["logits"]),
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])]
    constants = [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")]
    if cam:
        nodes += [
            helper.make_node("AveragePool", ["image"], ["pooled"], kernel_shape=[4, 4], strides=[4, 4]),
            helper.make_node("Slice", ["pooled", "zero", "one", "axis"], ["cam"]),
        ]
        outputs.append(helper.make_tensor_value_info("cam", TensorProto.FLOAT, ["n", 1, side // 4, side // 4]))
        constants += [numpy_helper.from_array(np.array([v], np.int64), k) for k, v in _SLICE.items()]
    if domain:
        nodes.append(helper.make_node("Strange", ["logits"], ["unused"], domain=domain))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, side, side])
    graph = helper.make_graph(nodes, "brightness", [image], outputs, constants)
    opsets = [helper.make_opsetid("", 17), *([helper.make_opsetid(domain, 1)] if domain else [])]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


_SLICE = {"zero": 0, "one": 1, "axis": 1}


def manifest(**changes: Any) -> dict[str, Any]:
    """A whole manifest for `brightness_model`; `changes` replace top-level entries."""
    return {
        "schema": 1, "name": "tiny-red", "version": "0.1.0", "title": "Redness", "modality": "fundus",
        "purpose": "finding", "licence": "Apache-2.0", "intended_use": "Tests.", "not_intended_for": "Patients.",
        "training_data": [], "capture_classes": ["fundus_tabletop"], "age_range": None,
        "input": {"name": "image", "layout": "NCHW", "height": SIDE, "width": SIDE, "colour": "RGB"},
        "preprocessing": [
            {"step": "pad_square"},
            {"step": "resize", "height": SIDE, "width": SIDE},
            {"step": "scale", "divide": 255.0},
        ],
        "output": {
            "name": "logits", "kind": "multiclass", "labels": LABELS, "activation": "softmax",
            "temperature": 1.0, "positive": ["referable_dr"],
        },
        "cam": {"output": "cam"}, "operating_points": [], "latency_budget_ms": 2000, "compression_floor": None,
        "exam": {"tolerance": 0.001, "cases": []},
        **changes,
    }  # fmt: skip


def plain(red: int, side: int = 64) -> np.ndarray:
    """A square of one colour."""
    picture = np.zeros((side, side, 3), np.uint8)
    picture[..., 0] = red
    return picture


GOLDEN = {"golden/bright.png": plain(240), "golden/dark.png": plain(20)}


def make(folder: Path, model: onnx.ModelProto | None = None, **changes: Any) -> Pack:
    """A pack in `folder` that passes its exam unless `changes` forbid it."""
    return seal(folder, manifest(**changes), (model or brightness_model()).SerializeToString(), "# Card\n", GOLDEN)
