"""Judge an exam by what the model said of the golden cases. Pure: each verdict has its code and its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from inference.declared import PackError
from inference.pack.manifest import Manifest
from inference.pack.tensors import SCORED, Measurement

# Scores that differ less than this on pictures chosen to differ come from a model that was never trained. Shares of
# a frame are smaller by nature; lengths and vectors are compared with their own range.
LEAST_SPREAD = 0.2
LEAST_SHARE_SPREAD = 0.02
LEAST_RELATIVE_SPREAD = 0.01
# Beyond this many labels only the order turned round is looked for, not every order.
MOST_PERMUTED = 6


@dataclass(frozen=True)
class CaseResult:
    """One golden case: what was expected, what the model said here, the largest difference, what people see in it."""

    file: str
    expected: Mapping[str, float]
    found: Mapping[str, float]
    difference: float
    shows: tuple[str, ...] | None = None


def verdicts(manifest: Manifest, results: Sequence[CaseResult]) -> list[PackError]:
    """Everything that is wrong with the answers, in the order a person would want to hear it."""
    swapped = list(_swapped(manifest, results))
    return [*(swapped or _differences(manifest, results)), *_mistaken(results), *_alike(manifest, results)]


def _swapped(manifest: Manifest, results: Sequence[CaseResult]) -> Iterator[PackError]:
    """The right numbers under the wrong labels: the labels stand in another order than the model answers in."""
    labels, limit = manifest.output.labels, manifest.exam.tolerance
    expected = np.array([[one.expected[label] for label in labels] for one in results])
    found = np.array([[one.found[label] for label in labels] for one in results])
    if not np.isfinite(expected).all() or np.abs(expected - found).max() <= limit:
        return
    order = next((o for o in _orders(len(labels)) if np.abs(expected - found[:, o]).max() <= limit), None)
    if order is None:
        return
    moved = [f"{labels[at]!r} answers for {labels[was]!r}" for was, at in enumerate(order) if was != at]
    yield PackError("labels_swapped", f"The labels are in another order than the model's answers: {moved[0]}.")


def _orders(count: int) -> Iterator[list[int]]:
    if count <= MOST_PERMUTED:
        yield from (list(order) for order in permutations(range(count)))
        return
    yield list(reversed(range(count)))
    for one in range(count):
        for other in range(one):
            order = list(range(count))
            order[one], order[other] = other, one
            yield order


def _differences(manifest: Manifest, results: Sequence[CaseResult]) -> list[PackError]:
    limit = manifest.exam.tolerance
    return [
        PackError("wrong_score", f"{one.file}: a score is off by {one.difference:.4f}; {limit} is allowed.")
        for one in results
        if not one.difference <= limit
    ]


def compared(shows: Sequence[Sequence[str] | None]) -> bool:
    """Whether what people see can be held against the model: a label that one picture shows, and another does not."""
    known = [set(one) for one in shows if one is not None]
    return any(one != known[0] for one in known)


def _mistaken(results: Sequence[CaseResult]) -> Iterator[PackError]:
    """A label must score higher on every picture that shows it than on every picture that does not.

    Where no labelled picture is without it, only this can be asked: some picture that shows it must score at least as
    high as the lowest of those nobody spoke of. It catches two labels turned round, and little else.
    """
    known = [one for one in results if one.shows is not None]
    unspoken = [one for one in results if one.shows is None]
    for label in results[0].found:
        with_it = [one for one in known if label in (one.shows or ())]
        without = [one for one in known if label not in (one.shows or ())]
        if with_it and unspoken and not without:
            yield from _lowest(label, with_it, unspoken)
        if not with_it or not without:
            continue
        weakest = min(with_it, key=lambda one: one.found[label])
        strongest = max(without, key=lambda one: one.found[label])
        if weakest.found[label] <= strongest.found[label]:
            said = (
                f"{weakest.file} shows {label!r} and {strongest.file} does not, but the model says the opposite: "
                "are the labels in the model's order?"
            )
            yield PackError("labels_swapped", said)
            return


def _lowest(label: str, with_it: Sequence[CaseResult], unspoken: Sequence[CaseResult]) -> Iterator[PackError]:
    best = max(with_it, key=lambda one: one.found[label])
    if best.found[label] < min(one.found[label] for one in unspoken):
        said = (
            f"{best.file} shows {label!r}, but the model sees more of it on every golden picture nobody labelled: are "
            "the labels in the model's order? If those show it too, label them."
        )
        yield PackError("labels_swapped", said)


def _alike(manifest: Manifest, results: Sequence[CaseResult]) -> list[PackError]:
    output = manifest.output
    found = np.array([[one.found[label] for label in output.labels] for one in results])
    spread = float(np.ptp(found, axis=0).max())
    if isinstance(output, Measurement):
        widths = np.array([usual.high - usual.low for usual in output.ranges])
        spread, least = float((np.ptp(found, axis=0) / widths).max()), LEAST_RELATIVE_SPREAD
    elif output.kind == "embedding":
        spread, least = spread / max(float(np.abs(found).max()), 1e-12), LEAST_RELATIVE_SPREAD
    else:
        least = LEAST_SPREAD if output.kind in SCORED else LEAST_SHARE_SPREAD
    if spread > least:
        return []
    return [
        PackError("untrained", f"All golden scores are alike (they differ by {spread:.3f}): the model looks untrained.")
    ]
