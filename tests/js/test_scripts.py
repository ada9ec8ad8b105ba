"""The pure parts of the scripts, tested in their own language where Node is installed."""

from __future__ import annotations

import json
import shutil

import pytest

from tests import scripts


def test_the_unit_tests_of_the_scripts() -> None:
    if missing := scripts.node():
        pytest.skip(f"the unit tests of the scripts: {missing}")
    done = scripts.unit_tests()
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_a_machine_without_node_is_told_what_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert scripts.main() == 0
    assert capsys.readouterr().out == "Skipped the unit tests and the types of the scripts: Node is not installed.\n"


@pytest.mark.parametrize("npm", [None, "/usr/bin/npm"])
def test_a_compiler_that_cannot_be_had_is_no_fault(
    npm: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if missing := scripts.node():
        pytest.skip(missing)
    monkeypatch.setattr(scripts, "node", lambda: "")
    monkeypatch.setattr(scripts, "unit_tests", lambda: scripts.subprocess.CompletedProcess([], 0, "", ""))
    monkeypatch.setattr(scripts, "fetched", lambda: False)
    monkeypatch.setattr(scripts, "fetch", lambda: False)
    monkeypatch.setattr(shutil, "which", lambda _name: npm)
    assert scripts.main() == 0
    why = "npm could not fetch TypeScript" if npm else "npm is not installed"
    assert f"Skipped the types of the scripts: {why}." in capsys.readouterr().out


def test_the_lock_file_names_no_registry_but_the_public_one() -> None:
    packages = json.loads((scripts.ROOT / "package-lock.json").read_text())["packages"].values()
    sources = [one["resolved"] for one in packages if "resolved" in one]
    assert all(one.startswith("https://registry.npmjs.org/") for one in sources)
    assert all(one.get("integrity") for one in packages if "version" in one)
