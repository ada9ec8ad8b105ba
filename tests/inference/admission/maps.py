"""A model that learnt its map."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 64


def learnt_map() -> onnx.ModelProto:
    """The map is a 7 x 7 filter that answers to one diagonal of a red blob: what it shows hangs on its weights."""
    kernel = np.full((1, 3, 7, 7), -0.02, np.float32)
    kernel[0, 0] += np.eye(7, dtype=np.float32)
    nodes = [
        helper.make_node("Conv", ["image", "kernel"], ["cam"], strides=[4, 4]),
        helper.make_node("GlobalMaxPool", ["cam"], ["top"]),
        helper.make_node("Flatten", ["top"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weights", "bias"], ["logits"]),
    ]
    constants = {
        "kernel": kernel,
        "weights": np.array([[2.0, -2.0]], np.float32),
        "bias": np.array([-3, 3], np.float32),
    }
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2]),
        helper.make_tensor_value_info("cam", TensorProto.FLOAT, ["n", 1, 15, 15]),
    ]
    graph = helper.make_graph(
        nodes, "diagonal", [image], outputs, [numpy_helper.from_array(value, name) for name, value in constants.items()]
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
