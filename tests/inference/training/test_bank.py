"""The filter bank counts alike on tensors and on pictures."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.training import bank  # noqa: E402
from inference.training.feed import pixels  # noqa: E402


def test_the_filter_bank_counts_alike_in_both_ways() -> None:
    rng = np.random.default_rng(4)
    eyes = np.zeros((3, 64, 64, 3), np.uint8)
    eyes[:, 4:60, 4:60] = rng.integers(30, 255, (3, 56, 56, 3))
    with torch.inference_mode():
        slow = bank.Bank()(pixels(eyes).contiguous())[0].numpy()
        blocks = bank.blocks(pixels(eyes).contiguous()).permute(0, 2, 3, 1).numpy()
    assert np.allclose(slow, np.stack([bank.count(eye) for eye in eyes]), atol=1e-4)
    apart = np.abs(blocks * 255 - np.stack([bank.count_blocks(eye) for eye in eyes]))
    # A mean that lies between two levels may be rounded either way: never by more than one level, and seldom.
    assert apart.max() <= 1.01 and (apart > 0.51).mean() < 0.01
