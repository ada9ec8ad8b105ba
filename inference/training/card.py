"""The model card: what the pack was learnt from, what it can do, where it fails."""

from collections.abc import Sequence

from inference.rounding import floored
from inference.training.parity import Parity
from inference.training.plan import Plan
from inference.training.report import Point, Report

WARNING = "Research and evaluation use. Not a medical device. Validate locally before use."


def write(plan: Plan, report: Report, at: Point | None, parity: Sequence[Parity] = ()) -> str:
    """The card as Markdown."""
    parts = [
        f"# {plan.title} ({plan.name} {plan.version})\n\n**{WARNING}**",
        f"## Intended use\n\n{plan.intended_use}",
        f"## Not intended for\n\n{plan.not_intended_for}",
        "## Data and terms\n\n" + _table(("data", "pictures", "terms"), _data(plan)),
        f"Licence of the weights: {plan.licence}",
        f"## How it was made and chosen\n\n{plan.chosen}",
        "## Figures\n\n" + _table(("figure", "data", "value"), report.figures),
        *(["\n".join(report.remarks)] if report.remarks else []),
        *(["## Operating point\n\n" + _operating(plan, at)] if plan.purpose != "gate" else []),
        *(["## Subgroups of the test data\n\n" + _table(("group", "figure", "value"), report.subgroups)]
          if report.subgroups else []),
        *(["## Precisions\n\n" + _precisions(parity)] if parity else []),
        "## Known failures\n\n" + "\n".join(f"- {one}" for one in plan.failures),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def where_measured(plan: Plan, kind: str = "") -> str:
    """The data behind the operating point, in words; for a kind of picture, with what sets it apart."""
    measured = next(str(one["name"]) for one in plan.training_data if one.get("validation")) + ", one photo per person"
    return "; ".join(filter(None, [measured, plan.operating_classes.get(kind, "")]))


def _precisions(parity: Sequence[Parity]) -> str:
    rows = [
        (
            one.precision, f"{one.largest_gap:.4f}", f"{one.mean_gap:.5f}", f"{one.auc:.4f} ({one.auc_change:+.4f})",
            f"{one.flipped} of {one.pictures}", f"{one.milliseconds:.2f}", f"{one.bytes / 1e6:.2f}",
            "the model" if one.speed == 1 else "yes" if one.stands_in else "no",
        )
        for one in parity
    ]  # fmt: skip
    head = (
        "precision", "largest score change", "mean", "AUC (change)",
        "decisions flipped", "ms a pass", "MB", "in the pack",
    )  # fmt: skip
    return _table(head, rows) + (
        "\n\nProcessor time on one thread of the machine that published. Each machine that installs the pack measures "
        "again and uses the fastest one that gives the golden scores there."
    )


def _data(plan: Plan) -> list[tuple[str, str, str]]:
    return [(str(one["name"]), str(one["images"]), str(one["terms"])) for one in plan.training_data]


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _operating(plan: Plan, at: Point | None) -> str:
    if at is None:
        return "None: there are too few positives to prove any useful sensitivity. Every photo goes to a reader."
    found = at.threshold
    kinds = " and ".join(plan.operating_classes)
    text = (
        f"For capture class {kinds} only: score >= {found.threshold:.4f}. Chosen on validation data "
        f"({at.positives} positive and {at.negatives} negative persons, one photo each) as the highest threshold whose "
        f"one-sided exact 95 % bound of sensitivity reaches {found.target:.2f}. There: sensitivity "
        f"{found.sensitivity:.3f} (bound {floored(found.sensitivity_lower, 3):.3f}), "
        f"specificity {found.specificity or 0:.3f}."
    )
    if found.target < at.wanted:
        text += f" The wanted {at.wanted:.2f} cannot be proved with {at.positives} positives."
    for kind, words in plan.operating_classes.items():
        text += f" For {kind}: {words}." if words else ""
    return text + " Other capture classes have no operating point: there a specialist looks at every picture."
