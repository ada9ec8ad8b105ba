"""Pictures of one person are drawn together, and count as fewer where they are alike."""

from __future__ import annotations

import numpy as np
import pytest

from inference.statistics import people


def test_the_bootstrap_draws_whole_people() -> None:
    names = np.repeat(np.arange(40), 2).astype(str)
    batches = list(people.drawn(names, rounds=130))
    assert [len(weights) for weights in batches] == [100, 30]
    for weights in batches:
        assert (weights[:, ::2] == weights[:, 1::2]).all()
        assert (weights.sum(axis=1) == 80).all()


def test_the_same_seed_draws_the_same_people() -> None:
    names = np.arange(9).astype(str)
    one, same, other = (next(people.drawn(names, 5, seed)) for seed in (1, 1, 2))
    assert (one == same).all() and (one != other).any()


def test_the_design_effect_is_how_often_a_person_is_counted() -> None:
    values = np.repeat([0.0, 1.0, 1.0, 0.0], 3)
    assert people.design_effect(values, np.repeat(np.arange(4), 3).astype(str)) == pytest.approx(3)
    assert people.design_effect(values, np.arange(12).astype(str)) == 1
    assert people.design_effect(np.ones(5), np.zeros(5).astype(str)) == 5, "all alike: worth one person"
    assert people.design_effect(np.ones(5), np.arange(5).astype(str)) == 1
    assert people.design_effect(np.ones(1), np.array(["a"])) == 1
