"""A run learns, resumes, and is the same from the same seed: seconds only, on pictures drawn here."""

import dataclasses

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.statistics.areas import auc  # noqa: E402
from inference.training import augment, fit  # noqa: E402
from inference.training.config import Config  # noqa: E402
from inference.training.feed import Feed  # noqa: E402
from inference.training.nets import LesionNet, Shape  # noqa: E402
from inference.training.shelf import Shelf  # noqa: E402

SIZE = 32
TINY = Config("tiny", "tiny", "none", SIZE, (8, 8, 8), (1, 1, 1), epochs=2, batch=8, rate=5e-3, threads=1)


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """Dark squares, half of them with a white spot: 96 to learn from, 32 to check."""
    rng = np.random.default_rng(0)
    pictures = rng.integers(20, 60, (128, SIZE, SIZE, 1)).astype(np.uint8)
    spotted = np.arange(128) % 2 == 1
    for picture in (pictures[place] for place in np.flatnonzero(spotted)):
        y, x = rng.integers(4, SIZE - 8, 2)
        picture[y : y + 4, x : x + 4] = 250
    truth = spotted[:, None].astype(np.float32)
    split = np.where(np.arange(128) < 96, "train", "val")
    names = np.array([str(i // 2) for i in range(128)])
    return Shelf(pictures, truth, np.ones(128), ~spotted, split, names, np.full(128, "drawn"))


def learn(shelf: Shelf, folder, config: Config = TINY) -> tuple[LesionNet, list[float]]:
    torch.manual_seed(config.seed)
    torch.set_num_threads(1)
    net = LesionNet(Shape(config.widths, config.depths, 1, 1))
    rows = np.flatnonzero(shelf.split == "val")
    scores: list[float] = []

    def score(mean: LesionNet) -> float:
        found = fit.answers(mean, shelf.pictures[rows])
        scores.append(auc(found[:, 0], shelf.targets[rows, 0] > 0.5))
        return scores[-1]

    feed = Feed(shelf, config, lambda rng, picture: augment.mirror(rng, picture, upright=False).reshape(SIZE, SIZE, 1),
                lambda picture: picture, 0)  # fmt: skip
    fit.Run(net, config, folder).fit(feed, softmax=False, measure=score)
    return net, scores


def test_a_spot_is_learnt_and_the_run_resumes(shelf: Shelf, tmp_path) -> None:
    longer = dataclasses.replace(TINY, epochs=5)
    _, scores = learn(shelf, tmp_path, longer)
    assert max(scores) > 0.9
    _, more = learn(shelf, tmp_path, dataclasses.replace(longer, epochs=6))
    assert len(more) == 1


def test_the_same_seed_gives_the_same_weights(shelf: Shelf, tmp_path) -> None:
    first, _ = learn(shelf, tmp_path / "a")
    second, _ = learn(shelf, tmp_path / "b")
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_unknown_targets_cost_nothing() -> None:
    logits = torch.tensor([[3.0], [-2.0]], requires_grad=True)
    known = fit._label_loss(logits[:1], torch.tensor([[1.0]]), TINY, False)
    both = fit._label_loss(logits, torch.tensor([[1.0], [float("nan")]]), TINY, False)
    assert float(known) == pytest.approx(float(both))


def test_a_run_is_finished_when_its_epochs_are_done(tmp_path) -> None:
    config = Config("tiny", "tiny", "none", 32, (8, 8, 8), (1, 1, 1), epochs=2)
    assert not fit.finished(config, tmp_path)
    torch.save({"done": 1}, tmp_path / "state.pt")
    assert not fit.finished(config, tmp_path)
    torch.save({"done": 2}, tmp_path / "state.pt")
    assert fit.finished(config, tmp_path)
