"""The network for spots: local contrast, and a map that adds up to its answer."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.training import to_onnx  # noqa: E402
from inference.training.feed import pixels  # noqa: E402
from inference.training.nets import Served  # noqa: E402
from inference.training.onnx_answers import answers, as_served, open_model  # noqa: E402
from inference.training.spots import Contrast, SpotNet, gather, spread  # noqa: E402
from tests.inference.training.eyes import SIDE, eyes  # noqa: E402


def test_local_contrast_does_not_depend_on_sharpness_or_surround() -> None:
    weak = np.where(eyes()[:1] > 0, 128 + (eyes()[:1].astype(int) - 128) // 3, 0).astype(np.uint8)
    with torch.inference_mode():
        strong, faint = (Contrast()(pixels(one))[:, 3:] for one in (eyes()[:1], weak))
    assert torch.corrcoef(torch.stack([strong.flatten(), faint.flatten()]))[0, 1] > 0.98
    assert 0.7 < float(faint.std() / strong.std()) < 1.4


def test_the_map_adds_up_to_what_the_answer_weighs() -> None:
    maps = torch.rand(2, 3, 4, 4)
    assert gather(maps).shape == (2, 9)
    flat = torch.full((1, 3, 4, 4), 0.5)
    weight = torch.rand(1, 9)
    drawn = torch.nn.functional.conv2d(flat, spread(weight, 3))
    assert torch.allclose(drawn.mean(), (gather(flat) @ weight.T)[0, 0], atol=1e-3)


def test_a_network_for_spots_is_exported() -> None:
    torch.manual_seed(0)
    net = SpotNet((8, 8, 8, 8), (1, 1, 1), 4, 4, 0.1)
    model = to_onnx.export(Served([net], [[], [3]], 1, [0, 1, 2, 3], 1), 3, SIDE)
    assert answers(model, eyes()[:2]).shape == (2, 5)
    assert open_model(model).run(["cam"], as_served(eyes()[0]))[0].shape[-1] == 12
