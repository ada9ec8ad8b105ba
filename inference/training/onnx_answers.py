"""What an ONNX file answers, asked one picture at a time as it is served. No torch."""

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray


def open_model(model: bytes, threads: int = 1) -> ort.InferenceSession:
    """An ONNX Runtime session on the CPU."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def as_served(picture: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """A prepared picture uint8 [S, S, C] as the file's input: float32 [1, C, S, S] in 0..1."""
    planes = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
    return {"image": planes / np.float32(255)}


def answers(model: bytes, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Logits float64 [N, K] of prepared pictures uint8 [N, S, S, C], one by one."""
    session = open_model(model)
    return np.stack([session.run(["logits"], as_served(one))[0][0] for one in pictures]).astype(np.float64)
