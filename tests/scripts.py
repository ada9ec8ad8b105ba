"""The scripts of the pages under Node: their unit tests, and their types by the TypeScript compiler.

    python -m tests.scripts

Node is a developer's tool: nothing that is served needs it. Where it is missing, or where TypeScript cannot be fetched,
one line says what was skipped, and the exit code is 0.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = 20  # has the test runner, and WebCrypto without a flag
COMPILER = ROOT / "node_modules" / "typescript" / "package.json"
TSC = ROOT / "node_modules" / ".bin" / "tsc"
PATIENCE = 300  # seconds for npm
PROJECTS = ("tsconfig.json", "tsconfig.workers.json")


def node() -> str:
    """Why Node cannot be used; empty where it can."""
    found = shutil.which("node")
    if found is None:
        return "Node is not installed"
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = said.removeprefix("v").partition(".")[0]
    return "" if major.isdigit() and int(major) >= OLDEST else f"Node {said or '?'} is older than {OLDEST}"


def unit_tests() -> subprocess.CompletedProcess[str]:
    """Run every test in tests/js."""
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").rglob("*.test.js"))
    return subprocess.run(["node", "--test", *files], cwd=ROOT, capture_output=True, text=True, check=False)


def compiler() -> str:
    """Why there is no TypeScript compiler; empty where there is one. Fetches it, exactly as package-lock.json says."""
    if not fetched():
        if shutil.which("npm") is None:
            return "npm is not installed"
        if not fetch():
            return "npm could not fetch TypeScript"
    runs = subprocess.run([TSC, "--version"], capture_output=True, check=False).returncode == 0
    return "" if runs else "TypeScript does not run on this machine"


def fetched() -> bool:
    """Whether the compiler that package.json names lies there."""
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]["typescript"]
    return TSC.exists() and COMPILER.exists() and json.loads(COMPILER.read_text())["version"] == wanted


def fetch() -> bool:
    """Fetch it from the registry npm is set to. No script of a package is run."""
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=PATIENCE, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def types() -> int:
    """Check every project; the number of those with faults."""
    return sum(subprocess.run([TSC, "--project", one], cwd=ROOT, check=False).returncode != 0 for one in PROJECTS)


def main() -> int:
    if missing := node():
        print(f"Skipped the unit tests and the types of the scripts: {missing}.")
        return 0
    tests = unit_tests()
    print(tests.stdout[-6000:] if tests.returncode else "The unit tests of the scripts hold.")
    if missing := compiler():
        print(f"Skipped the types of the scripts: {missing}.")
        return tests.returncode
    faulty = types()
    if not faulty:
        print("The types of the scripts hold.")
    return tests.returncode or faulty


if __name__ == "__main__":
    sys.exit(main())
