"""Typed readers for the environment. A wrong value stops the start with a sentence that says what to do."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()


def number(name: str, default: int, *, low: int, high: int) -> int:
    """An integer setting between `low` and `high`. Raises ImproperlyConfigured otherwise."""
    raw = os.environ.get(name, "")
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}; it is {raw!r}.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """A yes/no setting: 1/0, true/false, yes/no, on/off. Raises ImproperlyConfigured otherwise."""
    raw = os.environ.get(name, "").strip().lower()
    if raw in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return default if not raw else raw in ("1", "true", "yes", "on")
    raise ImproperlyConfigured(f"{name} must be 1 or 0; it is {raw!r}.")


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    raw = os.environ.get(name, "")
    return [word.strip() for word in raw.split(",") if word.strip()] if raw else default


def data_dir() -> Path:
    """Where everything that must be kept lives: database, photos, queue, keys."""
    path = Path(os.environ.get("FIELDLIGHT_DATA", ROOT / "var")).resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def secret(name: str, path: Path, length: int = 50) -> str:
    """A secret from the environment, else from a file made once with mode 600. Never a default."""
    if given := os.environ.get(name):
        return given
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(length))
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} can be read by others. Run: chmod 600 {path}")
    return path.read_text().strip()
