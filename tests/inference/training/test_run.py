"""Training learns, resumes and publishes: seconds only, on pictures drawn here."""

import dataclasses

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.statistics.areas import auc  # noqa: E402
from inference.thresholds import calibration  # noqa: E402
from inference.training import (  # noqa: E402
    augment,
    bank,
    calibrate,
    chest_gate,
    degrade,
    fit,
    fundus_gate,
    gate,
    lesions,
    plan,
    report,
    run,
    to_onnx,
)
from inference.training.config import FOLDER, Config, read  # noqa: E402
from inference.training.feed import Feed, pixels  # noqa: E402
from inference.training.nets import LesionNet, Served, Shape  # noqa: E402
from inference.training.onnx_answers import answers, as_served, open_model  # noqa: E402
from inference.training.shelf import Shelf  # noqa: E402

SIZE = 32
TINY = Config("tiny", "tiny", "none", SIZE, (8, 8, 8), (1, 1, 1), epochs=2, batch=8, rate=5e-3, threads=1)
PLANS = sorted((FOLDER.parent / "packs").glob("*.toml"))


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


def test_grades_add_up_to_the_referable_question() -> None:
    served = Served([LesionNet(Shape((8, 8, 8), (1, 1, 1), 3, 4))], [[]], 1, [0, 1, 2, 3], 1).eval()
    plain = Served(list(served.nets), [[]], 1, [0, 1, 2, 3], -1).eval()
    picture = torch.rand(4, 3, SIZE, SIZE)
    with torch.inference_mode():
        grades = torch.softmax(served(picture)[0], dim=1)
        wanted = torch.sigmoid(plain(picture)[0][:, 1])
    assert torch.allclose(grades[:, 2:].sum(dim=1), wanted, atol=1e-4)


def test_lesions_stay_inside_the_field_and_are_told() -> None:
    eye = np.zeros((128, 128, 3), np.uint8)
    eye[32:96, 32:96] = 120
    told = 0
    for seed in range(8):
        drawn, truth = lesions.paste(np.random.default_rng(seed), eye, 16)
        changed = (drawn != eye).any(axis=2)
        assert truth.shape == (4, 16, 16) and not (truth.any() and not changed.any())
        assert not changed[:32].any() and not changed[:, 96:].any()
        told += bool(truth.any())
    assert told >= 4


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


@pytest.mark.parametrize("seed", range(12))
def test_spoilt_and_invented_pictures_keep_their_form(seed: int) -> None:
    rng = np.random.default_rng(seed)
    eye = np.full((64, 64, 3), 128, np.uint8)
    for picture in (degrade.spoil(rng, eye), degrade.invent(rng, 64), fundus_gate.change(rng, eye)):
        assert picture.shape == (64, 64, 3) and picture.dtype == np.uint8
    assert chest_gate.change(rng, eye[..., :1]).shape == (64, 64, 1)


def test_patients_never_cross_splits() -> None:
    assert {gate.split_of(str(i)) for i in range(200)} == {"train", "val", "test"}
    assert all(gate.split_of(str(i)) == gate.split_of(str(i)) for i in range(50))


def test_one_picture_each_prefers_the_ill_eye() -> None:
    truth = np.array([False, True, False, False])
    rows = report.one_each(truth, np.array(["a", "a", "b", "b"]))
    assert rows[0] == 1 and rows[1] in (2, 3)


def test_too_few_positives_lower_the_target_honestly() -> None:
    score, truth = np.linspace(0, 1, 40), np.arange(40) >= 28
    at = report.point(score, truth, np.arange(40).astype(str), 0.9)
    assert at is not None and at.threshold.target < 0.9 and at.threshold.sensitivity_lower >= at.threshold.target


def test_calibration_finds_what_was_done_to_the_scores() -> None:
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 2, 4000)
    truth = rng.random(4000) < calibration.sigmoid(logit)
    slope, lift = calibrate.slope_and_lift(3 * logit + 1, truth)
    assert slope == pytest.approx(1 / 3, abs=0.04) and lift == pytest.approx(-1 / 3, abs=0.12)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_names_runs_that_exist(path) -> None:
    made = plan.read(path)
    assert made.name == path.stem
    for name in made.runs:
        config = read(FOLDER / f"{name}.toml")
        assert config.name == name and config.task in run.HEADS | run.TASKS
