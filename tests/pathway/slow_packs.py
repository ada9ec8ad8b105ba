"""A finding model that takes its time (a loop of matrix products), so that there is something to interrupt."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.inference.packs import SIDE, brightness_model

GATE = {
    "name": "tiny-gate", "purpose": "gate", "cam": None,
    "output": {
        "name": "logits", "kind": "multiclass", "labels": ["gradable", "ungradable"], "activation": "softmax",
        "temperature": 1.0, "positive": ["gradable"],
    },
}  # fmt: skip
WIDTH, ROUNDS = 256, 400


def dawdling_model(rounds: int = ROUNDS) -> onnx.ModelProto:
    """`brightness_model` whose logits wait for `rounds` products of 256 x 256 matrices that change nothing."""
    model = brightness_model()
    graph = model.graph
    for node in graph.node:
        node.output[:] = ["quick" if name == "logits" else name for name in node.output]
    state = helper.make_tensor_value_info("state_in", TensorProto.FLOAT, [WIDTH, WIDTH])
    after = helper.make_tensor_value_info("state_out", TensorProto.FLOAT, [WIDTH, WIDTH])
    going = [helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("going_in", "going_out")]
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going_in"], ["going_out"]),
            helper.make_node("MatMul", ["state_in", "mixing"], ["mixed"]),
            helper.make_node("Tanh", ["mixed"], ["state_out"]),
        ],
        "round",
        [helper.make_tensor_value_info("number", TensorProto.INT64, []), going[0], state],
        [going[1], after],
        [numpy_helper.from_array(np.eye(WIDTH, dtype=np.float32), "mixing")],
    )
    graph.node.extend(
        [
            helper.make_node("ReduceMean", ["image"], ["brightness"], keepdims=0),
            helper.make_node("Mul", ["brightness", "start"], ["begun"]),
            helper.make_node("Loop", ["rounds", "true", "begun"], ["ended"], body=body),
            helper.make_node("ReduceMean", ["ended"], ["last"], keepdims=0),
            helper.make_node("Mul", ["last", "nothing"], ["naught"]),
            helper.make_node("Add", ["quick", "naught"], ["logits"]),
        ]
    )
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.array(rounds, np.int64), "rounds"),
            numpy_helper.from_array(np.array(True), "true"),
            numpy_helper.from_array(np.ones((WIDTH, WIDTH), np.float32), "start"),
            numpy_helper.from_array(np.array(0, np.float32), "nothing"),
        ]
    )
    graph.name = f"dawdling {SIDE}"
    return model
