"""A door by pack name, for the management command."""

from pathlib import Path

from inference.training import config, plan, report, run


def train_and_publish(name: str, data: Path | None, work: Path | None, packs: Path | None) -> list[str]:
    """Train what the pack needs, publish it, and say what it can do."""
    wanted = plan.read(plan.FOLDER / f"{name}.toml")
    made = run.make_from_scratch(wanted, data or config.DATA, work or config.WORK, packs or run.PACKS)
    return report.lines(*made)
