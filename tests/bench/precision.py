"""The same network in other precisions, made here and now: INT8 (QDQ, calibrated on drawn pictures) and FP16."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers.float16 import convert_float_to_float16


class Pictures(CalibrationDataReader):
    """The one prepared picture and darker and brighter ones: enough for speed, not for a pack that is shipped."""

    def __init__(self, feed: dict[str, np.ndarray]) -> None:
        self.left = [
            {name: (value * scale).astype(np.float32) for name, value in feed.items()} for scale in (0.6, 0.8, 1)
        ]

    def get_next(self) -> dict[str, np.ndarray] | None:
        return self.left.pop() if self.left else None


def variants(model: bytes, feed: dict[str, np.ndarray]) -> dict[str, Any]:
    """An InferenceSession per precision with our settings, or a sentence why there is none."""
    found: dict[str, Any] = {}
    for name, make in (("INT8 (QDQ)", _int8), ("FP16", _fp16)):
        logging.disable(logging.WARNING)
        try:
            with tempfile.TemporaryDirectory() as folder:
                found[name] = _opened(make(model, feed, Path(folder)))
                found[name].run(None, feed)
        except Exception as error:  # noqa: BLE001 - whatever a converter cannot do, the report says so
            found[name] = f"cannot be made of this network: {str(error).splitlines()[0][:160]}"
        finally:
            logging.disable(logging.NOTSET)
    return found


def _int8(model: bytes, feed: dict[str, np.ndarray], folder: Path) -> bytes:
    (folder / "plain.onnx").write_bytes(model)
    quant_pre_process(str(folder / "plain.onnx"), str(folder / "ready.onnx"), skip_symbolic_shape=True)
    quantize_static(
        str(folder / "ready.onnx"), str(folder / "int8.onnx"), Pictures(feed), quant_format=QuantFormat.QDQ,
        per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv", "Gemm", "MatMul"],
    )  # fmt: skip
    return (folder / "int8.onnx").read_bytes()


def _fp16(model: bytes, feed: dict[str, np.ndarray], folder: Path) -> bytes:
    half = convert_float_to_float16(onnx.load_from_string(model), keep_io_types=True)
    return half.SerializeToString()


def _opened(model: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
