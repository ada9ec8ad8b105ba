"""Find (or install) the Chromium that the browser tests drive. `python -m tests.browser.chromium` says which."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """Path of a Chromium: named in FIELDLIGHT_CHROMIUM, on the PATH, or Playwright's own."""
    given = os.environ.get("FIELDLIGHT_CHROMIUM")
    if given:
        return given if os.access(given, os.X_OK) else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    own = glob.glob(os.path.expanduser("~/.cache/ms-playwright/chromium*/**/chrome"), recursive=True)
    own += glob.glob(os.path.expanduser("~/Library/Caches/ms-playwright/chromium*/**/Chromium"), recursive=True)
    return next((path for path in [*own, mac] if os.access(path, os.X_OK) and os.path.isfile(path)), None)


def install() -> None:
    """Try Playwright's download, then Debian's package where we may install packages."""
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, timeout=300)
    if find() is None and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], timeout=300, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], timeout=600, **quiet)


if __name__ == "__main__":
    if find() is None:
        install()
    found = find()
    print(f"Browser tests use {found}" if found else "NO CHROMIUM: the browser tests will be skipped.")
