"""The quality sample: drawn without bias, and always the same."""

from __future__ import annotations

from scipy.stats import binomtest

from screening import rules


def test_the_draw_is_unbiased_and_always_the_same() -> None:
    for rate in (0.02, 0.1, 0.5):
        drawn = [rules.drawn("a salt", f"visit {n}", rate) for n in range(20_000)]
        assert binomtest(sum(drawn), len(drawn), rate).pvalue > 0.001
        assert drawn == [rules.drawn("a salt", f"visit {n}", rate) for n in range(20_000)]
    assert not any(rules.drawn("s", str(n), 0) for n in range(1000))
    assert all(rules.drawn("s", str(n), 1) for n in range(1000))
    other = [rules.drawn("another salt", f"visit {n}", 0.5) for n in range(2000)]
    assert other != [rules.drawn("a salt", f"visit {n}", 0.5) for n in range(2000)]
