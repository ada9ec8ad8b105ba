"""The exported file answers as the network does."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.thresholds import calibration  # noqa: E402
from inference.training import to_onnx  # noqa: E402
from inference.training.feed import pixels  # noqa: E402
from inference.training.nets import LesionNet, Served, Shape  # noqa: E402
from inference.training.onnx_answers import answers, as_served, open_model  # noqa: E402

SIZE = 32


def test_the_exported_file_answers_as_the_network_does() -> None:
    torch.manual_seed(0)
    nets = [LesionNet(Shape((8, 8, 8), (1, 1, 1), 3, 4)) for _ in range(2)]
    model = to_onnx.export(Served(nets, [[], [3]], 1, [0, 1, 2, 3], 1), 3, SIZE)
    pictures = np.random.default_rng(1).integers(0, 256, (3, SIZE, SIZE, 3)).astype(np.uint8)
    found = answers(model, pictures)
    assert found.shape == (3, 5)
    assert np.allclose(calibration.softmax(found).sum(axis=1), 1)
    cam = open_model(model).run(["cam"], as_served(pictures[0]))[0]
    assert cam.shape == (1, 1, 8, 8)


def test_a_network_learns_from_what_the_file_is_served() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    assert np.array_equal(as_served(picture)["image"], pixels(picture[None]).numpy())
