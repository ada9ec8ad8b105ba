"""A pack's network in PyTorch's eager mode, node by node: only to compare speed, where torch is there at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

Run = Callable[[np.ndarray], list[np.ndarray]]


class NotComparable(Exception):
    """torch is missing, or the network uses an operator that has no one-line equal in torch."""


def network(model: bytes, wanted: list[str], threads: int = 1) -> Run:
    """A function from the input tensor to the wanted outputs. Raises NotComparable."""
    try:
        import torch
    except ModuleNotFoundError:
        raise NotComparable("PyTorch is not installed here (pip install -r requirements-train.txt)") from None
    torch.set_num_threads(threads)
    graph = onnx.load_from_string(model).graph
    constants = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.initializer}
    steps = [(_operator(torch, node), list(node.input), list(node.output)) for node in graph.node]
    entry = next(one.name for one in graph.input if one.name not in constants)

    def run(tensor: np.ndarray) -> list[np.ndarray]:
        known: dict[str, Any] = {**constants, entry: torch.from_numpy(tensor), "": None}
        with torch.inference_mode():
            for step, inputs, outputs in steps:
                made = step(*(known[name] for name in inputs))
                known.update(zip(outputs, made if isinstance(made, tuple) else (made,), strict=False))
        return [known[name].numpy() for name in wanted]

    return run


def _operator(torch: Any, node: Any) -> Callable[..., Any]:
    with_attributes = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
    for table in (_elementwise, _windows, _shapes, _reductions):
        if found := table(torch, node.op_type, with_attributes, len(node.output)):
            return found
    raise NotComparable(f"the operator {node.op_type} is not translated")


def _elementwise(torch: Any, kind: str, a: dict[str, Any], outputs: int) -> Any:
    f = torch.nn.functional
    plain = {
        "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Pow": torch.pow, "Neg": torch.neg,
        "Sqrt": torch.sqrt, "Reciprocal": torch.reciprocal, "Floor": torch.floor, "Log": torch.log, "Exp": torch.exp,
        "Abs": torch.abs, "Erf": torch.erf, "Tanh": torch.tanh, "Sigmoid": torch.sigmoid, "Relu": torch.relu,
        "Greater": torch.gt, "Less": torch.lt, "Where": torch.where, "MatMul": torch.matmul, "Identity": lambda x: x,
        "Min": lambda *v: _fold(torch.minimum, v), "Max": lambda *v: _fold(torch.maximum, v),
        "HardSwish": f.hardswish, "Clip": lambda x, low=None, high=None: torch.clamp(x, low, high),
        "HardSigmoid": lambda x: torch.clamp(x * a.get("alpha", 0.2) + a.get("beta", 0.5), 0, 1),
        "Softmax": lambda x: torch.softmax(x, a.get("axis", -1)),
        "Cast": lambda x: x.to({1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool}[a["to"]]),
        "Constant": lambda: torch.from_numpy(numpy_helper.to_array(a["value"]).copy()),
    }  # fmt: skip
    return plain.get(kind)


def _fold(of: Callable[..., Any], values: tuple[Any, ...]) -> Any:
    found = values[0]
    for one in values[1:]:
        found = of(found, one)
    return found


def _windows(torch: Any, kind: str, a: dict[str, Any], outputs: int) -> Any:
    f = torch.nn.functional
    pads, strides = a.get("pads", [0, 0, 0, 0]), tuple(a.get("strides", [1, 1]))

    def padded(x: Any, value: float = 0.0) -> Any:
        return f.pad(x, (pads[1], pads[3], pads[0], pads[2]), value=value) if any(pads) else x

    def average(x: Any) -> Any:
        if a.get("count_include_pad", 0) or not any(pads):
            return f.avg_pool2d(padded(x), tuple(a["kernel_shape"]), strides)
        return f.avg_pool2d(x, tuple(a["kernel_shape"]), strides, tuple(pads[:2]), count_include_pad=False)

    def resize(x: Any, _region: Any = None, scales: Any = None, sizes: Any = None) -> Any:
        mode = {b"linear": "bilinear", b"nearest": "nearest", b"cubic": "bicubic"}[a.get("mode", b"nearest")]
        if sizes is None:
            sizes = [*x.shape[:2], *(int(s * n) for s, n in zip(scales[2:].tolist(), x.shape[2:], strict=True))]
        size = [int(one) for one in sizes[2:]]
        return f.interpolate(x, size=size, mode=mode, **({} if mode == "nearest" else {"align_corners": False}))

    return {
        "Conv": lambda x, w, b=None: f.conv2d(
            padded(x), w, b, strides, 0, tuple(a.get("dilations", [1, 1])), a.get("group", 1)
        ),
        "BatchNormalization": lambda x, scale, shift, mean, var: f.batch_norm(
            x, mean, var, scale, shift, False, 0.0, a.get("epsilon", 1e-5)
        ),
        "MaxPool": lambda x: f.max_pool2d(padded(x, float("-inf")), tuple(a["kernel_shape"]), strides),
        "AveragePool": average, "Resize": resize,
        "GlobalAveragePool": lambda x: x.mean(dim=(2, 3), keepdim=True),
        "GlobalMaxPool": lambda x: x.amax(dim=(2, 3), keepdim=True),
        "Gemm": lambda x, w, b=None: f.linear(x, w if a.get("transB") else w.T, b),
    }.get(kind)  # fmt: skip


def _shapes(torch: Any, kind: str, a: dict[str, Any], outputs: int) -> Any:
    def unsqueeze(x: Any, axes: Any) -> Any:
        for axis in sorted(int(one) for one in axes):
            x = x.unsqueeze(axis)
        return x

    def cut(x: Any, starts: Any, ends: Any, axes: Any = None, steps: Any = None) -> Any:
        for at, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            axis = int(axes[at]) if axes is not None else at
            step = int(steps[at]) if steps is not None else 1
            rows = range(x.shape[axis])[start:end:step]
            # torch slices forward only; mirrored passes go backward.
            if step < 0:
                x = x.index_select(axis, torch.tensor(list(rows)))
            else:
                x = x[(slice(None),) * (axis % x.dim()) + (slice(rows.start, rows.stop, step),)]
        return x

    def split(x: Any, sizes: Any = None) -> Any:
        axis = a.get("axis", 0)
        return tuple(torch.split(x, sizes.tolist() if sizes is not None else x.shape[axis] // outputs, axis))

    return {
        "Concat": lambda *parts: torch.cat(parts, a["axis"]), "Transpose": lambda x: x.permute(a["perm"]),
        "Reshape": lambda x, shape: x.reshape(shape.tolist()), "Flatten": lambda x: x.flatten(a.get("axis", 1)),
        "Unsqueeze": unsqueeze, "Slice": cut, "Split": split,
        "Squeeze": lambda x, axes=None: x.squeeze(tuple(axes.tolist())) if axes is not None else x.squeeze(),
        "GatherND": lambda x, index: x[tuple(index.unbind(-1))],
        "Gather": lambda x, index: x.index_select(a.get("axis", 0), index.reshape(-1)).reshape(
            *x.shape[: a.get("axis", 0)], *index.shape, *x.shape[a.get("axis", 0) + 1 :]
        ),
    }.get(kind)  # fmt: skip


def _reductions(torch: Any, kind: str, a: dict[str, Any], outputs: int) -> Any:
    how = {"ReduceMean": torch.mean, "ReduceSum": torch.sum, "ReduceMax": torch.amax, "ReduceMin": torch.amin}.get(kind)
    if how is None:
        return None

    def reduce(x: Any, axes: Any = None) -> Any:
        chosen = axes.tolist() if axes is not None else a.get("axes", list(range(x.dim())))
        return how(x, dim=tuple(chosen), keepdim=bool(a.get("keepdims", 1)))

    return reduce
