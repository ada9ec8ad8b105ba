"""What the public data sets hold: one `Sample` per picture, with its label, its split and whose it is."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NIH_TEST_SPLIT = "split_b"  # another part of the archive; the random split flatters by view and era


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of a public set. `group` is the patient or film: no group is ever in two splits."""

    path: Path
    source: str
    label: str
    split: str
    group: str
    notes: tuple[tuple[str, str], ...] = ()

    def note(self, name: str) -> str:
        """The value of another labelled column, "" where the set has none."""
        return dict(self.notes).get(name, "")


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def _notes(row: dict[str, str], *names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, row.get(name, "")) for name in names)


def eyepacs(root: Path, kind: str) -> list[Sample]:
    """EyePACS photos, `kind` "eq256" (train, val) or "raw400" (devtest); label is the ICDR grade, "0" to "4"."""
    folder = root / "fundus" / f"eyepacs_{kind}"
    return [
        Sample(
            folder / row["image"], f"eyepacs_{kind}", row["grade"], row["split"], row["patient"],
            _notes(row, "eye", "eyeq_quality"),
        )
        for row in _rows(folder)
    ]  # fmt: skip


def drimdb(root: Path) -> list[Sample]:
    """DRIMDB photos of one camera; label "good", "bad" or "outlier" (not a retina). Every fifth is for test."""
    folder = root / "fundus" / "quality_drimdb"
    seen: dict[str, int] = {}
    found = []
    for row in sorted(_rows(folder), key=lambda row: row["image"]):
        place = seen[row["quality"]] = seen.get(row["quality"], -1) + 1
        split = {3: "val", 4: "test"}.get(place % 5, "train")
        found.append(Sample(folder / row["image"], "drimdb", row["quality"], split, row["image"]))
    return found


def phone_frames(root: Path) -> list[Sample]:
    """Sixteen frames of one eye through a smartphone lens: for looking at, too few to learn or test on."""
    folder = root / "fundus" / "smartphone_frames"
    paths = sorted((folder / "images").glob("*.jpg"))
    return [Sample(path, "smartphone_frames", "", "look", "C001R") for path in paths]


def nih(root: Path) -> list[Sample]:
    """NIH ChestX-ray14 films, label "normal" or "abnormal", split by another part of the archive."""
    folder = root / "cxr" / "nih512"
    return [
        Sample(
            folder / row["image"], "nih", row["label"], row[NIH_TEST_SPLIT] or "train", row["patient_id"],
            _notes(row, "view", "sex", "age", "findings"),
        )
        for row in _rows(folder)
    ]  # fmt: skip


def shenzhen(root: Path) -> list[Sample]:
    """Shenzhen films at 128 px, label "tb" or "normal". The ready-augmented extras are left out."""
    folder = root / "cxr" / "tb_shenzhen128"
    return [
        Sample(folder / row["image"], "shenzhen", row["label"], row["split"], row["film"], _notes(row, "tone"))
        for row in _rows(folder)
        if row["image"].startswith("images/")
    ]


def not_medical(root: Path) -> list[Sample]:
    """Charts, icons and stock art. Empty files are left out."""
    paths = sorted(path for path in (root / "not_medical").iterdir() if path.stat().st_size > 0)
    return [Sample(path, "not_medical", "other", "test", path.name) for path in paths]
