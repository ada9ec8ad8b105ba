"""One warm ONNX Runtime session per model per process."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict

import cv2
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as states

from inference.declared import PackError
from inference.pack import Pack

THREADS = "FIELDLIGHT_ORT_THREADS"
MOST_WARM = 16
# ONNX Runtime's own errors share no base class but Exception; its binding raises the last two.
MODEL_ERRORS: tuple[type[Exception], ...] = (
    *(one for one in vars(states).values() if isinstance(one, type) and issubclass(one, Exception)),
    RuntimeError,
    ValueError,
)

# What prepares the pictures keeps to one thread as well: OpenCV's others spin while they wait for work.
cv2.setNumThreads(1)

_lock = threading.Lock()
_warm: OrderedDict[tuple[str, str, int], ort.InferenceSession] = OrderedDict()


def warm(pack: Pack, threads: int | None = None) -> ort.InferenceSession:
    """The pack's session, made at the first call and kept for the process.

    `threads` are those of one forward pass; without it FIELDLIGHT_ORT_THREADS, else 1: a worker's processes already
    use every core. The model's hash is verified whenever a session is made. Raises PackError.
    """
    count = threads or int(os.environ.get(THREADS, "1"))
    key = (pack.sha256, pack.precision, count)
    with _lock:
        if key not in _warm:
            _warm[key] = opened(pack.read(pack.model), count)
            # A box that lived through many model updates must not hold every old one.
            while len(_warm) > MOST_WARM:
                _warm.popitem(last=False)
        _warm.move_to_end(key)
        return _warm[key]


def cool() -> None:
    """Forget every session: for tests, and before a fork."""
    with _lock:
        _warm.clear()


def opened(model: bytes, threads: int) -> ort.InferenceSession:
    """A session of a model file as the product runs it. Raises PackError("not_onnx")."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.enable_cpu_mem_arena = False
    # Spinning threads win microseconds and burn a core that the next patient's photo needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except MODEL_ERRORS as error:
        raise PackError("not_onnx", f"ONNX Runtime refuses the model: {str(error)[:300]}") from error
