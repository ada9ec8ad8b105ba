"""Retinas are framed, lit, marked and compared as the training needs it: seconds only, on pictures drawn here."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.drawing import draw_fundus  # noqa: E402
from inference.picture.field_light import equalise_field, equalise_lit  # noqa: E402
from inference.training import (  # noqa: E402
    augment,
    camera,
    chest_drawn,
    duplicates,
    efficiency,
    fit,
    fundus_spots,
    lesions,
    report,
    to_onnx,
)
from inference.training.chest_net import ChestNet  # noqa: E402
from inference.training.config import Config  # noqa: E402
from inference.training.feed import pixels  # noqa: E402
from inference.training.labelled import Labelled  # noqa: E402
from inference.training.nets import Served, Shape  # noqa: E402
from inference.training.onnx_answers import answers, as_served, open_model  # noqa: E402
from inference.training.shelf import Shelf  # noqa: E402
from inference.training.spots import Contrast, SpotNet, gather, spread  # noqa: E402

SIDE = 96


@pytest.fixture(scope="module")
def eyes() -> np.ndarray:
    return np.stack([equalise_field(draw_fundus(seed, lesions=seed % 5, size=SIDE)) for seed in range(8)])


def shelf_of(pictures: np.ndarray, split: list[str]) -> Shelf:
    many = len(pictures)
    truth = np.zeros((many, 4), np.float32)
    truth[::2] = 1
    names = np.array([str(place) for place in range(many)])
    return Shelf(pictures, truth, np.ones(many), np.ones(many, bool), np.array(split), names, np.full(many, "photo"))


@pytest.mark.parametrize("seed", range(6))
def test_another_camera_leaves_black_black_and_the_field_lit(eyes: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    framed = camera.frame(rng, eyes[seed], 64, zoom=(0.9, 1.4), roam=0.06, scale=64 / SIDE)
    taken = camera.record(rng, framed)
    assert taken.shape == (64, 64, 3) and taken.dtype == np.uint8
    assert np.array_equal(taken.max(axis=2) > 3, framed.max(axis=2) > 3)


def test_equalising_again_undoes_what_a_camera_did_to_the_light(eyes: np.ndarray) -> None:
    taken = camera.exposed(np.random.default_rng(3), eyes[1])
    apart = np.abs(equalise_lit(taken).astype(float) - eyes[1])
    assert not np.array_equal(taken, eyes[1]) and apart.mean() < 6


def test_lesions_on_a_part_of_a_photo_keep_their_size(eyes: np.ndarray) -> None:
    marked = {}
    for side in (SIDE, 4 * SIDE):
        drawn = [lesions.paste(np.random.default_rng(seed), eyes[0], 12, side)[0] for seed in range(12)]
        marked[side] = sum(int((one != eyes[0]).any(axis=2).sum()) for one in drawn)
    assert marked[4 * SIDE] > 2 * marked[SIDE]


def test_local_contrast_does_not_depend_on_sharpness_or_surround(eyes: np.ndarray) -> None:
    weak = np.where(eyes[:1] > 0, 128 + (eyes[:1].astype(int) - 128) // 3, 0).astype(np.uint8)
    with torch.inference_mode():
        strong, faint = (Contrast()(pixels(one))[:, 3:] for one in (eyes[:1], weak))
    assert torch.corrcoef(torch.stack([strong.flatten(), faint.flatten()]))[0, 1] > 0.98
    assert 0.7 < float(faint.std() / strong.std()) < 1.4


def test_the_map_adds_up_to_what_the_answer_weighs() -> None:
    maps = torch.rand(2, 3, 4, 4)
    assert gather(maps).shape == (2, 9)
    flat = torch.full((1, 3, 4, 4), 0.5)
    weight = torch.rand(1, 9)
    drawn = torch.nn.functional.conv2d(flat, spread(weight, 3))
    assert torch.allclose(drawn.mean(), (gather(flat) @ weight.T)[0, 0], atol=1e-3)


def test_a_network_for_spots_is_exported(eyes: np.ndarray) -> None:
    torch.manual_seed(0)
    net = SpotNet((8, 8, 8, 8), (1, 1, 1), 4, 4, 0.1)
    model = to_onnx.export(Served([net], [[], [3]], 1, [0, 1, 2, 3], 1), 3, SIDE)
    assert answers(model, eyes[:2]).shape == (2, 5)
    assert open_model(model).run(["cam"], as_served(eyes[0]))[0].shape[-1] == 12


def test_a_copy_in_another_split_is_left_out_of_training(eyes: np.ndarray) -> None:
    copy = augment.compress(np.random.default_rng(0), np.ascontiguousarray(eyes[2][:, ::-1]), 60, 61)
    shelf = shelf_of(np.concatenate([eyes, copy[None]]), ["train"] * 8 + ["val"])
    left, pairs = duplicates.without_twins(shelf)
    assert [(pair.learnt, pair.held) for pair in pairs] == [(2, 8)]
    assert left.split.tolist() == ["train", "train", "twin", *["train"] * 5, "val"]
    assert not duplicates.twins(shelf_of(eyes, ["train"] * 4 + ["val"] * 4))


def test_a_label_efficiency_curve_rises_with_what_there_is_to_learn() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(240) % 2 == 0
    split, names = np.array(["train"] * 160 + ["val"] * 80), np.arange(240).astype(str)
    told = truth[:, None] + rng.normal(0, 1.0, (240, 6))
    found = efficiency.curve(told, Labelled(np.zeros((240, 4, 4, 3), np.uint8), truth, split, names))
    assert list(found) == list(efficiency.SHARES) and found[1.0] > 0.9 and found[1.0] >= found[0.05] - 0.02


def test_the_recipe_ends_at_the_size_asked_for() -> None:
    assert [step["step"] for step in fundus_spots.recipe(64)][-2:] == ["equalise_field", "scale"]


def test_a_run_is_finished_when_its_epochs_are_done(tmp_path) -> None:
    config = Config("tiny", "tiny", "none", 32, (8, 8, 8), (1, 1, 1), epochs=2)
    assert not fit.finished(config, tmp_path)
    torch.save({"done": 1}, tmp_path / "state.pt")
    assert not fit.finished(config, tmp_path)
    torch.save({"done": 2}, tmp_path / "state.pt")
    assert fit.finished(config, tmp_path)


def test_the_failure_gallery_is_in_words(eyes: np.ndarray) -> None:
    shelf = shelf_of(eyes, ["devtest"] * 8)
    noted = dataclasses.replace(shelf, notes={"quality": np.array(["good", "reject"] * 4)})
    truth = np.array([True, True, False, False] * 2)
    told = list(report._gallery(np.linspace(0, 1, 8), noted, truth, 0.5))
    assert told == [
        "- Ill but left alone, by quality: good 1 of 2, reject 1 of 2.",
        "- Healthy but called, by quality: good 1 of 2, reject 1 of 2.",
    ]


@pytest.mark.parametrize("net", [
    lambda: SpotNet((4, 6, 8, 10), (1, 1, 1), 4, 4, 0.0),
    lambda: ChestNet(Shape((4, 6, 8, 10), (1, 1, 1, 1), 1, 3, 5), 1),
])  # fmt: skip
def test_what_is_gathered_is_what_the_answer_is_made_from(net: Any) -> None:
    made = net().eval()
    seen = torch.rand(2, 1 if isinstance(made, ChestNet) else 3, 64, 64)
    with torch.no_grad():
        gathered, logits = made.gathered(seen), made(seen).logits
    weight = torch.cat([made.from_fine.weight, made.from_coarse.weight], dim=1)
    whole = gathered @ weight.T + made.from_coarse.bias
    alike = slice(None) if isinstance(made, SpotNet) else slice(0, 2)  # the last answer sees the whole film as well
    assert torch.allclose(whole.detach()[:, alike], logits[:, alike], atol=1e-4)


def test_without_labels_every_film_is_drawn_onto_and_none_tells_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    films = np.stack([np.dstack([np.full((64, 64), 90, np.uint8), np.full((64, 64), 255, np.uint8)])] * 4)
    shelf = dataclasses.replace(shelf_of(films, ["train", "train", "val", "val"]), normal=np.array([True, False] * 2))
    monkeypatch.setattr(chest_drawn.chest_films, "shelve", lambda *_: shelf)
    config = Config("drawn", "cxr-tb", "chest_drawn", 64, (4, 6, 8, 10), (1, 1, 1, 1), 1)
    task = chest_drawn.build(config, Path(), Path())
    assert np.isnan(task.shelf.targets).all() and task.shelf.normal.all()
    assert task.finish(films[0]).shape == (64, 64, 1)
