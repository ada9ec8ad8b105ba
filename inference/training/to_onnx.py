"""From trained networks to one self-contained ONNX file, checked against the network it came from."""

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray

from inference.training.feed import pixels
from inference.training.nets import Served

OPSET = 18
LARGEST_GAP = 2e-3  # logits; float32 sums taken in another order


class NotTheSameError(Exception):
    """The exported file answers differently from the network."""


def export(served: Served, channels: int, size: int) -> bytes:
    """The ONNX file of a network: input "image" float32 [1, channels, size, size], outputs "logits" and "cam".

    Raises NotTheSameError where ONNX Runtime and torch disagree by more than LARGEST_GAP.
    """
    served = served.eval()
    example = torch.rand(1, channels, size, size)
    program = torch.onnx.export(
        served, (example,), input_names=["image"], output_names=["logits", "cam"], opset_version=OPSET,
        dynamo=True, verbose=False,
    )  # fmt: skip
    if program is None:
        raise NotTheSameError("torch exported nothing")
    model = bytes(program.model_proto.SerializeToString())
    _same(served, model, example)
    return model


def _same(served: Served, model: bytes, example: torch.Tensor) -> None:
    with torch.inference_mode():
        wanted = served(example)
    found = open_model(model).run(None, {"image": example.numpy()})
    gap = max(float(np.abs(a.numpy() - b).max()) for a, b in zip(wanted, found, strict=True))
    if not gap <= LARGEST_GAP:
        raise NotTheSameError(f"the exported file differs by {gap:.2g}")


def open_model(model: bytes, threads: int = 1) -> ort.InferenceSession:
    """An ONNX Runtime session on the CPU."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def answers(model: bytes, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Logits float64 [N, K] of prepared pictures uint8 [N, S, S, C], one by one as they are served."""
    session = open_model(model)
    found = [session.run(["logits"], {"image": pixels(one[None]).contiguous().numpy()})[0][0] for one in pictures]
    return np.stack(found).astype(np.float64)
