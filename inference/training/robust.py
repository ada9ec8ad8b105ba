"""Does a chest pack hold when the scanner changes, and does it look at lungs? Asked of the published file itself.

Nothing here replaces an outside test. It finds packs that would fail one: a score that comes from surroundings, or
that a usual difference between scanners turns over.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.picture import lungs
from inference.statistics.areas import auc
from inference.training.onnx_answers import answers, as_served, open_model
from inference.training.scanner import match
from inference.training.shelf import Shelf

Film = NDArray[np.uint8]
Change = Callable[[Film], Film]
AROUND = 9  # pixels by which a lung is widened: pleura and hilum belong to it


def looks(borrowed: Film) -> Mapping[str, Change]:
    """Usual differences between scanners, each the same for every film; `borrowed` lends its histogram."""
    size = borrowed.shape[0]
    grain = np.random.default_rng(3).normal(0, 8, borrowed.shape)
    slope = np.linspace(0.75, 1.25, size)[None, :]
    middle = (size / 2 - 0.5, size / 2 - 0.5)

    def curve(power: float) -> Change:
        table = np.rint(255 * (np.arange(256) / 255) ** power).astype(np.uint8)
        return lambda film: np.asarray(cv2.LUT(film, table), np.uint8)

    def moved(degrees: float, zoom: float) -> Change:
        matrix = cv2.getRotationMatrix2D(middle, degrees, zoom)
        return lambda film: np.asarray(
            cv2.warpAffine(film, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE), np.uint8
        )

    def flat(low: float, high: float) -> Change:
        return lambda film: np.rint(low + film * ((high - low) / 255.0)).astype(np.uint8)

    return {
        "brighter (gamma 0.6)": curve(0.6), "darker (gamma 1.7)": curve(1.7),
        "half the contrast": flat(60, 190),
        "contrast evened out by the scanner": lambda film: np.asarray(
            cv2.createCLAHE(3.0, (4, 4)).apply(film), np.uint8
        ),
        "the histogram of a film from the other source": lambda film: match(film, borrowed, 1.0),
        "out of focus": lambda film: np.asarray(cv2.GaussianBlur(film, (0, 0), size / 90), np.uint8),
        "grainy": lambda film: np.clip(film + grain, 0, 255).astype(np.uint8),
        "compressed (JPEG, quality 20)": _compressed,
        "light from one side": lambda film: np.clip(film * slope, 0, 255).astype(np.uint8),
        "15 % nearer": moved(0, 1.15), "15 % farther": moved(0, 0.87), "tilted by 8 degrees": moved(8, 1.0),
    }  # fmt: skip


def _compressed(film: Film) -> Film:
    _, coded = cv2.imencode(".jpg", film, [cv2.IMWRITE_JPEG_QUALITY, 20])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def without_lungs(film: Film) -> Film:
    """The film with a blank of fixed shape over lungs and heart: what is left must not tell ill from well.

    The shape and the level are the same on every film: a blank cut to each lung would itself tell of the lung.
    """
    hole = (cv2.dilate(lungs.prior(len(film)), np.ones((9, 9))) > 0.05).astype(np.float32)
    soft = cv2.GaussianBlur(hole, (0, 0), 3)
    return np.asarray(film * (1 - soft) + 110.0 * soft, np.uint8)


def _wide(mask: Film) -> Film:
    return np.asarray(cv2.dilate(mask, np.ones((2 * AROUND + 1, 2 * AROUND + 1), np.uint8)), np.uint8)


def heat_in_lungs(model: bytes, films: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The share of each film's activation map that lies inside the (widened) lungs; films uint8 [N, S, S, 1]."""
    session = open_model(model)
    shares = []
    for film in films:
        cam = session.run(["cam"], as_served(film))[0].reshape(-1)
        side = round(len(cam) ** 0.5)
        heat = np.maximum(cam.reshape(side, side), 0)
        inside = cv2.resize(_wide(lungs.mask(film[..., 0])), (side, side), interpolation=cv2.INTER_AREA)
        shares.append(float((heat * (inside > 0)).sum() / max(float(heat.sum()), 1e-9)))
    return np.array(shares)


def lines(model: bytes, shelf: Shelf, place: int, output: int, source: str, rival: str) -> list[str]:
    """Markdown lines for the card.

    `shelf` holds gray films uint8 [N, S, S, 1] not trained on; `place` is the model's output and `output` its column
    among the targets. `source` is where the pack is tested, `rival` the other source.
    """
    tested = np.flatnonzero((shelf.source == source) & (shelf.split == "test") & ~np.isnan(shelf.targets[:, output]))
    truth = shelf.targets[tested, output] > 0.5
    films = shelf.pictures[tested]

    def area(change: Change) -> float:
        changed = np.stack([change(np.ascontiguousarray(film[..., 0]))[..., None] for film in films])
        return auc(answers(model, changed)[:, place], truth)

    other = np.flatnonzero(shelf.source == rival)
    plain = area(lambda film: film)
    found = {name: area(change) for name, change in looks(shelf.pictures[other[0], ..., 0]).items()}
    worst = min(found, key=lambda name: found[name])
    ill = films[truth]
    share = heat_in_lungs(model, ill)
    return [
        "## Beyond the test films as they are", "",
        f"AUC on {source} test is {plain:.3f}. The same films as another scanner might give them:", "",
        *(f"- {name}: {value:.3f}" for name, value in found.items()), "",
        f"Lowest: {worst}. With the lungs and their rim blanked out: {area(without_lungs):.3f} (0.5 would mean that "
        "nothing outside the lungs tells ill from well).", "",
        f"On ill films {float(np.median(share)):.0%} of the heat lies inside the lungs or within {AROUND} pixels of "
        f"them (median; lowest tenth {float(np.quantile(share, 0.1)):.0%}).",
    ]  # fmt: skip
