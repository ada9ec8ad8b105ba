"""The model card: what the pack was learnt from, what it can do, where it fails."""

from inference.training.plan import Plan
from inference.training.report import Point, Report

WARNING = "Research and evaluation use. Not a medical device. Validate locally before use."


def write(plan: Plan, report: Report, at: Point | None) -> str:
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
        *(["## Operating point\n\n" + _operating(plan, at)] if plan.purpose == "finding" else []),
        *(["## Subgroups of the test data\n\n" + _table(("group", "figure", "value"), report.subgroups)]
          if report.subgroups else []),
        "## Known failures\n\n" + "\n".join(f"- {one}" for one in plan.failures),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def where_measured(plan: Plan) -> str:
    """The data behind the operating point, in words."""
    return next(str(one["name"]) for one in plan.training_data if one.get("validation")) + ", one photo per person"


def _data(plan: Plan) -> list[tuple[str, str, str]]:
    return [(str(one["name"]), str(one["images"]), str(one["terms"])) for one in plan.training_data]


def _table(head: tuple[str, ...], rows: list[tuple[str, str, str]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _operating(plan: Plan, at: Point | None) -> str:
    if at is None:
        return "None: there are too few positives to prove any useful sensitivity. Every photo goes to a reader."
    found = at.threshold
    text = (
        f"For capture class {plan.operating_class} only: score >= {found.threshold:.4f}. Chosen on validation data "
        f"({at.positives} positive and {at.negatives} negative persons, one photo each) as the highest threshold whose "
        f"one-sided exact 95 % bound of sensitivity reaches {found.target:.2f}. There: sensitivity "
        f"{found.sensitivity:.3f} (bound {found.sensitivity_lower:.3f}), specificity {found.specificity or 0:.3f}."
    )
    if found.target < at.wanted:
        text += f" The wanted {at.wanted:.2f} cannot be proved with {at.positives} positives."
    return text + " Other capture classes have no operating point: there a specialist looks at every picture."
