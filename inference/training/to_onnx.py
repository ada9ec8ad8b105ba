"""From trained networks to one self-contained ONNX file, checked against the network it came from."""

import numpy as np
import torch

from inference.training.nets import Served
from inference.training.onnx_answers import open_model

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
