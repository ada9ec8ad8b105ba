"""What is known of each film, and how often it is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.training import chest_films as films
from inference.training.samples import Sample
from inference.training.scanner import Looks
from tests.inference.training.films import with_lungs


def film(source: str, label: str, split: str = "train", **notes: str) -> Sample:
    return Sample(Path("0.png"), source, label, split, f"{source}{label}", tuple(notes.items()))


def test_each_source_answers_what_it_can() -> None:
    known = [film("shenzhen", "tb"), film("shenzhen", "normal"), film("nih", "abnormal", findings="Mass|Effusion"),
             film("nih", "normal", findings=""), film("drawn", "nodule"), film("drawn", "none")]  # fmt: skip
    ill = np.array([one.label not in films.WELL for one in known])
    found = films._targets(known, ill)
    assert found[:2, films.TB].tolist() == [1, 0] and np.isnan(found[2:5, films.TB]).all() and found[5, films.TB] == 0
    assert found[:, films.ABNORMAL].tolist() == [1, 0, 1, 0, 1, 0]
    named = dict(zip(films.GROUPS, found[2, 2:].tolist(), strict=True))
    assert {names for names, there in named.items() if there} == {("Nodule", "Mass"), ("Effusion",)}
    assert np.isnan(found[0, 2:]).all() and not found[1, 2:].any() and not found[3, 2:].any()


def test_each_view_and_answer_is_drawn_equally_often() -> None:
    known = [film("nih", "normal", view="AP")] * 9 + [film("nih", "abnormal", view="AP")]
    known += [film("nih", "normal", view="PA")] * 2 + [film("nih", "abnormal", view="PA")] * 5
    ill = np.array([one.label == "abnormal" for one in known])
    weight = films._weights(known, ill, {})
    views = np.array([one.note("view") for one in known])
    drawn = [weight[(views == view) & (ill == answer)].sum() for view in ("AP", "PA") for answer in (True, False)]
    assert drawn == pytest.approx([1, 1, 1, 1])


def test_a_changed_film_keeps_lungs_where_they_are() -> None:
    looks = Looks(np.stack([with_lungs(seed) for seed in range(2)]))
    for seed in range(5):
        changed = films.change(np.random.default_rng(seed), with_lungs(2), looks)
        assert changed.shape == with_lungs(2).shape and changed.dtype == np.uint8
        lung = changed[..., 1] > 127
        assert 0.05 < lung.mean() < 0.6


def test_shadows_are_told_only_where_they_are_known() -> None:
    rng, seen = np.random.default_rng(2), with_lungs(1)
    _, unknown = films.dense(rng, seen, 14, False, False)
    _, normal = films.dense(rng, seen, 14, False, True)
    assert np.isnan(unknown[1:]).all() and not normal[1:].any() and set(np.unique(normal[0])) == {0, 1}
    drawn = [films.dense(np.random.default_rng(seed), seen, 14, True, True)[1][1:].any() for seed in range(8)]
    assert sum(drawn) >= 5


def test_half_of_the_drawn_chests_are_well() -> None:
    drawn = films.drawn(12)
    assert sum(one.label in films.WELL for one in drawn) == 6 and {one.split for one in drawn} == {"train"}
    assert len({one.group for one in drawn}) == 12


def test_the_score_is_asked_of_the_source_that_knows() -> None:
    truth = np.array([[1, 1], [0, 0], [np.nan, 1], [np.nan, 0]], np.float32)
    shelf = films.Shelf(
        np.zeros((4, 2, 2, 1), np.uint8), truth, np.ones(4), np.zeros(4, bool), np.full(4, "val"),
        np.array(list("abcd")), np.array(["shenzhen", "shenzhen", "nih", "nih"]),
    )  # fmt: skip
    logits = np.array([[2, 0], [1, 0], [0, 1], [0, 2]], np.float32)
    assert films.score(logits, shelf, np.arange(4), films.TB) == 1
    assert films.score(logits, shelf, np.arange(4), films.ABNORMAL) == 0
