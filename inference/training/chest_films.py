"""What is on a frontal chest film: tuberculosis, anything abnormal, and kinds of finding, asked of one network.

Shenzhen says tuberculosis or normal; NIH says which findings, or none. Each film answers the questions its source
can answer. `options.lean` says which answer the weights are kept for: "tb" or "abnormal".
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.drawing import draw_chest
from inference.pack.manifest import Step
from inference.picture import lungs
from inference.statistics.areas import auc
from inference.training import augment, gate, onnx_answers, opacities, robust, samples
from inference.training.config import Config
from inference.training.plan import Plan
from inference.training.samples import Sample
from inference.training.scanner import Looks, rescan
from inference.training.shelf import Picture, Shelf
from inference.training.task import Task, cached
from inference.training.trial import Trial, kept

BORDER = 0.0625  # letters and film edges; 8 of 128 px on each side
COPY = 128  # the Shenzhen set is only there at this size: films of NIH lose their finer detail likewise
TB, ABNORMAL = 0, 1
DRAWN, FIRST_SEED = "drawn", 700_000
WELL = ("normal", "none")
GROUPS = (
    ("Infiltration", "Pneumonia", "Consolidation", "Edema"), ("Atelectasis",), ("Nodule", "Mass"),
    ("Pleural_Thickening", "Fibrosis"), ("Emphysema", "Pneumothorax"), ("Effusion",), ("Cardiomegaly",),
)  # fmt: skip
AROUND = 2  # the last two lie partly outside the lungs
OUTPUTS = 2 + len(GROUPS)


def recipe(size: int) -> gate.Recipe:
    """The pack's preprocessing."""
    side = float(size)
    return [
        {"step": "grayscale"}, {"step": "border_crop", "fraction": BORDER},
        {"step": "resize", "height": side, "width": side}, {"step": "scale", "divide": 255.0},
    ]  # fmt: skip


def load(sample: Sample, steps: tuple[Step, ...], copy: int = COPY) -> Picture:
    """A film at the detail of the Shenzhen copies, through the served preprocessing, with its lungs beside it."""
    rgb = _draw(sample) if sample.source == DRAWN else gate.open_rgb(sample.path)
    if rgb.shape[0] > copy:
        rgb = np.asarray(cv2.resize(rgb, (copy, copy), interpolation=cv2.INTER_AREA), np.uint8)
    film = gate.prepared(rgb, steps)[..., 0]
    return np.dstack([film, lungs.mask(film) * np.uint8(255)])


def drawn(count: int) -> list[Sample]:
    """Drawn chests, half of them well: one more kind of film that must not confuse, nothing to be measured on."""
    shown = ("none", "cavity", "none", "infiltrate", "none", "nodule")
    kinds = [shown[seed % len(shown)] for seed in range(count)]
    return [Sample(Path(str(seed)), DRAWN, kind, "train", f"drawn-{seed}") for seed, kind in enumerate(kinds)]


def _draw(sample: Sample) -> Picture:
    opacity = None if sample.label == "none" else sample.label
    film = draw_chest(FIRST_SEED + int(sample.path.name), opacity=opacity, size=384)
    return np.asarray(cv2.cvtColor(film, cv2.COLOR_GRAY2RGB) if film.ndim == 2 else film, np.uint8)


def change(rng: np.random.Generator, film: Picture, looks: Looks) -> Picture:
    """Another film of the same chest, from another scanner; uint8 [S, S, 2]."""
    film = augment.mirror(rng, film, upright=True)
    film = augment.turn(rng, film, degrees=9, zoom=(0.88, 1.2), shift=0.06)
    film = rescan(rng, film, looks)
    if rng.random() < 0.3:
        film[..., :1] = augment.hide(rng, film[..., :1], 0.3)
    return film


def dense(
    rng: np.random.Generator, film: Picture, grid: int, draw: bool, normal: bool
) -> tuple[Picture, NDArray[np.float32]]:
    """The film, with shadows drawn into its lungs where `draw`, and the truth [1 + kinds, grid, grid]: lungs first."""
    truth = np.full((1 + len(opacities.KINDS), grid, grid), np.nan, np.float32)
    truth[0] = cv2.resize(film[..., 1], (grid, grid), interpolation=cv2.INTER_AREA) > 100
    if draw:
        gray, truth[1:] = opacities.paste(rng, np.ascontiguousarray(film[..., 0]), film[..., 1], grid)
        film = np.dstack([gray, film[..., 1]])
    elif normal:
        truth[1:] = 0.0
    return film, truth


def build(config: Config, data: Path, work: Path) -> Task:
    """Every film of both sources with what is known of it."""
    shelf = shelve(config, data, work)
    looks = Looks(shelf.pictures[shelf.split == "train"])
    lean = TB if config.options.get("lean", "tb") == "tb" else ABNORMAL
    return Task(
        shelf, partial(change, looks=looks), lambda film: film[..., :1], softmax=False,
        score=partial(score, lean=lean), dense=dense, kinds=1 + len(opacities.KINDS),
    )  # fmt: skip


def shelve(config: Config, data: Path, work: Path) -> Shelf:
    """The shelf; targets [tuberculosis, abnormal, *GROUPS], nan where a source does not say."""
    steps, side = gate.steps(recipe(config.size)), config.size
    copy = int(config.options.get("copy", COPY))
    films = [*samples.shenzhen(data), *samples.nih(data), *drawn(int(config.options.get("drawn", 0)))]
    path = work / f"chest_films_{side}_{copy}_{len(films)}.npy"
    pictures = cached(films, partial(load, steps=steps, copy=copy), (side, side, 2), path)
    source = np.array([film.source for film in films])
    ill = np.array([film.label not in WELL for film in films])
    return Shelf(
        pictures, _targets(films, ill), _weights(films, ill, config.options), ~ill,
        np.array([film.split for film in films]), np.array([film.group for film in films]), source,
        {name: np.array([film.note(name) for film in films]) for name in ("tone", "view", "sex")},
    )  # fmt: skip


def _targets(films: list[Sample], ill: NDArray[np.bool_]) -> NDArray[np.float32]:
    targets = np.full((len(films), OUTPUTS), np.nan, np.float32)
    targets[:, ABNORMAL] = ill
    for row, film in enumerate(films):
        if film.source == "shenzhen" or (film.source == DRAWN and film.label != "nodule"):
            targets[row, TB] = ill[row]
        if film.source == "nih":
            named = set(film.note("findings").split("|"))
            targets[row, 2:] = [bool(named & set(group)) for group in GROUPS]
    # A normal film of Shenzhen has none of the findings; what its ill films show is not said.
    targets[np.array([film.source == "shenzhen" for film in films]) & ~ill, 2:] = 0.0
    return targets


def _weights(films: list[Sample], ill: NDArray[np.bool_], options: dict[str, Any]) -> NDArray[np.float64]:
    """Each view and answer equally often: bed-side films (AP) of NIH are mostly normal here, standing ones not."""
    train = np.array([film.split == "train" for film in films])
    kind = np.array([film.note("view") or film.source for film in films])
    weight = np.ones(len(films))
    share = {"shenzhen": float(options.get("shenzhen", 1.0)), DRAWN: float(options.get("drawn_share", 0.2))}
    for name in np.unique(kind):
        for answer in (True, False):
            rows = (kind == name) & (ill == answer)
            weight[rows] = share.get(name, 1.0) / max(1, int((rows & train).sum()))
    return weight


def score(logits: NDArray[np.float32], shelf: Shelf, rows: NDArray[np.int64], lean: int) -> float:
    """AUC of the answer in question, on the source that knows it: Shenzhen for tuberculosis, else NIH."""
    known = shelf.source[rows] == ("shenzhen" if lean == TB else "nih")
    return auc(logits[known, lean], shelf.targets[rows[known], lean] > 0.5)


def trial(config: Config, data: Path, work: Path) -> Trial:
    """The films that are not for training, of the source that knows the answer; without their lungs."""
    shelf = shelve(config, data, work)
    tb = config.options.get("lean", "tb") == "tb"
    everything = kept(replace(shelf, pictures=np.ascontiguousarray(shelf.pictures[..., :1])))
    split = np.where(shelf.source == ("shenzhen" if tb else "nih"), shelf.split, "train")
    shelf = kept(replace(shelf, split=split))
    bare = replace(shelf, pictures=np.ascontiguousarray(shelf.pictures[..., :1]))
    return Trial(bare, recipe(config.size), config.size, 1, partial(_probe, shelf=everything, tb=tb))


def _probe(plan: Plan, model: bytes, shelf: Shelf, tb: bool) -> list[str]:
    """How the pack bears other scanners, where it looks, and how it ranks the other source's films."""
    if tb:
        return [*robust.lines(model, shelf, 0, TB, "shenzhen", "nih"), "", *_elsewhere(model, shelf, "nih")]
    return [
        *robust.lines(model, shelf, 0, ABNORMAL, "nih", "shenzhen"),
        "",
        *(line for source in ("nih", "shenzhen") for line in (*_elsewhere(model, shelf, source), "")),
    ]


def _elsewhere(model: bytes, shelf: Shelf, source: str) -> list[str]:
    """The score's ranking of films from the other source: ill against normal ones, findings one by one."""
    rows = np.flatnonzero((shelf.source == source) & (shelf.split != "train"))
    score = onnx_answers.answers(model, shelf.pictures[rows])[:, 0]
    targets = shelf.targets[rows]
    well = targets[:, ABNORMAL] < 0.5
    kinds = {"any": targets[:, ABNORMAL] > 0.5}
    kinds |= {", ".join(names).replace("_", " "): targets[:, 2 + k] > 0.5 for k, names in enumerate(GROUPS)}
    said = [
        f"- {name} against normal: AUC {auc(score[well | ill], ill[well | ill]):.3f} ({int(ill.sum())} films)"
        for name, ill in kinds.items()
        if ill.sum() >= 10
    ]
    return [f"Its ranking of {source} films that were not trained on ({int(well.sum())} normal):", "", *said]
