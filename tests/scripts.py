"""The scripts of the pages under Node: their unit tests, and their types by the TypeScript compiler.

    python -m tests.scripts

Node is a developer's tool: nothing that is served needs it. Where it is missing, or where TypeScript cannot be fetched,
one line says what was skipped, and the exit code is 0.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = 20  # has the test runner, and WebCrypto without a flag
COMPILER = ROOT / "node_modules" / "typescript" / "package.json"
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
    if COMPILER.exists():
        return ""
    if shutil.which("npm") is None:
        return "npm is not installed"
    fetched = subprocess.run(["npm", "ci"], cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if fetched.returncode == 0 else "npm could not fetch TypeScript"


def types() -> int:
    """Check every project; the number of those with faults."""
    command = [str(COMPILER.parent.parent / ".bin" / "tsc"), "--project"]
    return sum(subprocess.run([*command, project], cwd=ROOT, check=False).returncode != 0 for project in PROJECTS)


def main() -> int:
    if missing := node():
        print(f"Skipped the unit tests and the types of the scripts: {missing}.")
        return 0
    tests = unit_tests()
    print(tests.stdout[-6000:] if tests.returncode else "The unit tests of the scripts hold.")
    if missing := compiler():
        print(f"Skipped the types of the scripts: {missing}.")
        return tests.returncode
    return tests.returncode or types()


if __name__ == "__main__":
    sys.exit(main())
