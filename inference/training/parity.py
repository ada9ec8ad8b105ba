"""What a cheaper precision changes against the original, and whether it may stand in for it."""

from dataclasses import dataclass

ORIGINAL = "fp32"
MOST_FLIPPED = 0.01  # share of decisions at the operating point
MOST_AUC_LOST = 0.005
TOLERANCE = 0.05  # of a score in 0..1
LEAST_SPEED = 0.8


@dataclass(frozen=True, slots=True)
class Parity:
    """What one precision changes against the original, on `pictures` never trained on.

    Gaps are of activated scores. `flipped` counts decisions that change at the operating point (0 where there is
    none). `milliseconds` is processor time of one forward pass on the machine that published, on one thread, and
    `speed` how many times that of the original.
    """

    precision: str
    pictures: int
    largest_gap: float
    mean_gap: float
    auc: float
    auc_change: float
    flipped: int
    milliseconds: float
    speed: float
    bytes: int

    @property
    def stands_in(self) -> bool:
        """Whether it goes into the pack beside the original: it passed, and some machine may be quicker with it."""
        return self.precision != ORIGINAL and self.passed and self.speed >= LEAST_SPEED

    @property
    def passed(self) -> bool:
        """Whether it may stand in for the original."""
        return (
            self.largest_gap <= TOLERANCE
            and abs(self.auc_change) <= MOST_AUC_LOST
            and self.flipped <= MOST_FLIPPED * self.pictures
        )
