"""The same network in cheaper numbers, each weighed against the original: scores, AUC, decisions, time.

`fp32` is the original with its constants folded and its normalisations merged into the convolutions. `int8` holds
8-bit convolutions (QDQ, one scale per channel, ranges from validation pictures). `fp16` holds 16-bit numbers.
All of them keep to the operators of the ONNX standard, so that any engine runs them.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.transformers.float16 import convert_float_to_float16

from inference.statistics.areas import auc
from inference.training.onnx_answers import answers, as_served, open_model
from inference.training.parity import ORIGINAL, Parity

Numbers = NDArray[np.float64]
RANGES = 96  # pictures to find the ranges of the 8-bit numbers with
TIMED = 40


def optimised(model: bytes) -> bytes:
    """The graph with constants folded and normalisations merged; standard operators only."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model.onnx"
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(out)
        options.log_severity_level = 3
        ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return _without_twins(onnx.load(str(out)))


def _without_twins(model: onnx.ModelProto) -> bytes:
    """Weights merged once per mirrored pass are the same numbers: keep each once."""
    first: dict[bytes, str] = {}
    renamed: dict[str, str] = {}
    kept = []
    for tensor in model.graph.initializer:
        name = tensor.name
        tensor.name = ""
        content = tensor.SerializeToString()
        tensor.name = name
        if content in first:
            renamed[name] = first[content]
        else:
            first[content] = name
            kept.append(tensor)
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = renamed.get(name, name)
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    return bytes(model.SerializeToString())


class _Pictures(CalibrationDataReader):
    """Prepared pictures, one by one, as the quantiser asks for them."""

    def __init__(self, pictures: NDArray[np.uint8]) -> None:
        self.left: Iterator[NDArray[np.uint8]] = iter(pictures)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next input, None at the end."""
        one = next(self.left, None)
        return None if one is None else as_served(one)


def int8(model: bytes, pictures: NDArray[np.uint8]) -> bytes:
    """8-bit convolutions; `pictures` uint8 [N, S, S, C] are prepared as served and were not trained on."""
    rows = np.linspace(0, len(pictures) - 1, min(RANGES, len(pictures))).astype(int)
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.onnx", Path(folder) / "out.onnx"
        source.write_bytes(model)
        quantize_static(
            str(source), str(out), _Pictures(pictures[rows]), quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, op_types_to_quantize=["Conv"],
        )  # fmt: skip
        return _without_twins(onnx.load(str(out)))


def fp16(model: bytes) -> bytes:
    """16-bit numbers inside, 32-bit at the doors."""
    return bytes(convert_float_to_float16(onnx.load_from_string(model), keep_io_types=True).SerializeToString())


def candidates(model: bytes, pictures: NDArray[np.uint8]) -> dict[str, bytes]:
    """The optimised original first, then every cheaper one by name."""
    plain = optimised(model)
    return {ORIGINAL: plain, "int8": int8(plain, pictures), "fp16": fp16(plain)}


def compare(
    models: dict[str, bytes],
    pictures: NDArray[np.uint8],
    positive: NDArray[np.bool_],
    score: Callable[[Numbers], Numbers],
    threshold: float | None,
) -> list[Parity]:
    """Weigh every model against ORIGINAL.

    `score` turns logits [N, K] into scores [N]; `positive` [N] says which pictures are. Without a `threshold` no
    decision can flip.
    """
    wanted = score(answers(models[ORIGINAL], pictures))
    spent = {name: _milliseconds(model, pictures) for name, model in models.items()}
    found = []
    for name, model in models.items():
        own = wanted if name == ORIGINAL else score(answers(model, pictures))
        gap = np.abs(own - wanted)
        flipped = 0 if threshold is None else int(((own >= threshold) != (wanted >= threshold)).sum())
        area = auc(own, positive)
        found.append(
            Parity(
                name,
                len(own),
                float(gap.max()),
                float(gap.mean()),
                area,
                area - auc(wanted, positive),
                flipped,
                spent[name],
                spent[ORIGINAL] / spent[name],
                len(model),
            )  # fmt: skip
        )
    return found


def _milliseconds(model: bytes, pictures: NDArray[np.uint8]) -> float:
    """Median processor time of a pass: a busy neighbour does not count."""
    session = open_model(model)
    inputs = [as_served(one) for one in pictures[:TIMED]]
    spent = []
    for one in [*inputs[:3], *inputs]:
        begun = time.process_time()
        session.run(["logits"], one)
        spent.append(1000 * (time.process_time() - begun))
    return float(np.median(spent[3:]))
