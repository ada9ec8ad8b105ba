"""Find how far a phone may compress before a pack's answers change, and write it into the pack."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.core.management.base import CommandError
from django.utils import timezone

from inference.evaluation.cases import Cases
from inference.evaluation.compression import Bound, Sample, Trial, floor, judge, search, squeeze
from inference.evaluation.looks import Unreadable, score_of
from inference.evaluation.measure import check_classes
from inference.evaluation.sheet import SetRefused
from inference.pack import Pack, PackError
from inference.pack.reseal import reseal
from inference.picture.gradability import GATE_LIMIT
from screening.management.labelled import PACK_HELP, LabelledCommand, find_pack, new_home, open_picture, progress

FEWEST = 100


class Command(LabelledCommand):
    """manage.py certify_compression PACK --labels labels.csv --images FOLDER"""

    help = (
        "Compress labelled pictures harder and harder until the pack's area under the ROC curve falls, or its "
        "decisions flip, beyond the bound; write the last setting that holds into the pack as its compression floor."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", help=PACK_HELP)
        self.add_set(parser)
        parser.add_argument("--most-auc-loss", type=float, default=0.01)
        parser.add_argument("--most-flipped", type=float, default=0.05, help="share of decisions that may change")
        parser.add_argument("--threshold", type=float, help="whose decisions (default: the pack's operating point)")
        parser.add_argument("--most", type=int, default=400, help="use so many pictures, evenly from the table")
        parser.add_argument("--data", default="", help="name of the set, for the certificate")
        parser.add_argument("--out", type=Path, help="write the changed pack here (default: into its own folder)")

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_nonsense(options)
        found = find_pack(options["pack"], self)
        home = new_home(found, options["out"])
        cases = self.cases(options, found.manifest)
        chosen = np.zeros(len(cases), np.bool_)
        chosen[np.unique(np.linspace(0, len(cases) - 1, min(options["most"], len(cases))).round().astype(int))] = True
        try:
            cases, pictures, scores = _uncompressed(cases.only(chosen, "not drawn"), found, options)
            check_classes(cases.positive, cases.left_out)
        except SetRefused as refused:
            raise CommandError(refused.message) from refused
        if len(cases) < FEWEST:
            raise CommandError(f"{FEWEST} pictures are needed to certify anything; {len(cases)} are there.")
        threshold = _threshold(found, options["threshold"])
        bound = Bound(options["most_auc_loss"], options["most_flipped"])
        sample = Sample(scores, cases.positive, cases.patient, threshold)
        tried = self.tried(found, pictures, sample, bound, options)
        best = floor(tried)
        if best is None:
            raise CommandError("Not even the mildest compression keeps the bound: no floor is written, send full size.")
        data = options["data"] or options["labels"].resolve().parent.name
        changed = reseal(found, {"compression_floor": _certificate(best, pictures, threshold, bound, data)}, home)
        self.stdout.write(
            f"Floor: JPEG quality {best.jpeg_quality} at {best.longest_side} px "
            f"({best.mean_bytes / 1000:.0f} kB a picture). Written to {home}. The pack is now {changed.sha256[:12]}: "
            f"thresholds signed for the old one do not hold for it."
        )

    def tried(
        self, found: Pack, pictures: Sequence[npt.NDArray[np.uint8]], sample: Sample, bound: Bound,
        options: dict[str, Any],
    ) -> list[Trial]:  # fmt: skip

        def trial(side: int, quality: int) -> Trial:
            def one(picture: npt.NDArray[np.uint8]) -> tuple[float, int]:
                squeezed, size = squeeze(picture, side, quality)
                return score_of(squeezed, found, options["label"]), size

            with ThreadPoolExecutor(max(1, options["jobs"])) as pool:
                name = f"{side} px, quality {quality}"
                bar = progress(pool.map(one, pictures), name, len(pictures), leave=False, options=options)
                scores, sizes = zip(*bar, strict=True)
            result = judge(sample, np.array(scores), sizes, side, quality, bound)
            self.stdout.write(_line(result, len(pictures)))
            return result

        return search(_longest(pictures), trial)


def _refuse_nonsense(options: dict[str, Any]) -> None:
    shares = [options["most_auc_loss"], options["most_flipped"]]
    if not all(0 < one < 1 for one in shares):
        raise CommandError("--most-auc-loss and --most-flipped lie between 0 and 1.")
    if options["threshold"] is not None and not 0 <= options["threshold"] <= 1:
        raise CommandError("--threshold lies between 0 and 1, as the scores do.")
    if options["most"] < 1:
        raise CommandError("--most is 1 or more.")


def _uncompressed(
    cases: Cases, found: Pack, options: dict[str, Any]
) -> tuple[Cases, list[npt.NDArray[np.uint8]], npt.NDArray[np.float64]]:
    pictures, scores, usable = [], [], np.ones(len(cases), np.bool_)
    for row, name in enumerate(cases.names.tolist()):
        try:
            picture = open_picture(options["images"] / name)
            scores.append(score_of(picture, found, options["label"]))
            pictures.append(picture)
        except (Unreadable, PackError):
            usable[row] = False
    return cases.only(usable, "pictures that could not be scored"), pictures, np.array(scores, np.float64)


def _longest(pictures: Sequence[npt.NDArray[np.uint8]]) -> int:
    return int(np.median([max(picture.shape[:2]) for picture in pictures]))


def _threshold(found: Pack, asked: float | None) -> float:
    if asked is not None:
        return asked
    points = found.manifest.raw.get("operating_points", [])
    if points:
        return float(points[0]["threshold"])
    if found.manifest.purpose == "gate":
        return GATE_LIMIT
    raise CommandError("The pack has no operating point: say with --threshold whose decisions must not change.")


def _certificate(
    best: Trial, pictures: Sequence[npt.NDArray[np.uint8]], threshold: float, bound: Bound, data: str
) -> dict[str, Any]:
    told = {name: round(value, 5) if isinstance(value, float) else value for name, value in asdict(best).items()}
    told.pop("holds")
    if best.longest_side >= _longest(pictures):
        # Nothing was shrunk, so nothing is certified about shrinking larger photos.
        told["longest_side"] = None
    return {
        **told, "tested_side": best.longest_side, "pictures": len(pictures),
        "threshold": threshold, "bound": asdict(bound), "data": data,
        "measured_on": timezone.localdate().isoformat(),
    }  # fmt: skip


def _line(trial: Trial, pictures: int) -> str:
    return (
        f"{trial.longest_side:5} px, quality {trial.jpeg_quality:3}: {trial.mean_bytes / 1000:7.1f} kB, area "
        f"{trial.auc_change:+.4f} (at worst {trial.auc_change_lower:+.4f}), {trial.flipped} of {pictures} flipped "
        f"(at most {100 * trial.flipped_upper:.1f} %): {'holds' if trial.holds else 'fails'}"
    )
