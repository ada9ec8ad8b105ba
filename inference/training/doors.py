"""Two doors by pack name, for the management commands."""

from pathlib import Path

from inference.training import config, plan, run


def train_and_publish(name: str, data: Path | None, work: Path | None, packs: Path | None) -> list[str]:
    """Train what the pack needs, publish it, and say what it can do."""
    made = run.make_from_scratch(_plan(name), data or config.DATA, work or config.WORK, packs or run.PACKS)
    return run.lines(*made)


def measure_again(name: str, data: Path | None, work: Path | None, packs: Path | None) -> list[str]:
    """Measure the pack on disk."""
    made = run.evaluate(_plan(name), data or config.DATA, work or config.WORK, packs or run.PACKS)
    return run.lines(*made)


def _plan(name: str) -> plan.Plan:
    return plan.read(plan.FOLDER / f"{name}.toml")
