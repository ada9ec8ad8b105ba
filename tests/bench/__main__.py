"""`python -m tests.bench [NAME …]`: every figure as a ratio or against a stated aim, in one run, as JSON.

Names: pipeline, speed, memory, latency, start, worklist, desk, quality, search. Without names, all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys

from tests.bench import desk, latency, memory, pipeline, quality, search, speed, start, worklist

PARTS = {
    "pipeline": pipeline.measure, "speed": speed.measure, "memory": memory.measure,
    "latency": latency.measure, "start": start.measure, "worklist": worklist.measure,
    "desk": desk.measure, "quality": quality.measure, "search": search.measure,
}  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("names", nargs="*", choices=[[], *PARTS], metavar="NAME")
    names = asked.parse_args().names or list(PARTS)
    report: dict[str, object] = {"machine": {"cpus": os.cpu_count(), "python": platform.python_version()}}
    for name in names:
        print(f"measuring {name} …", file=sys.stderr)
        report[name] = PARTS[name]()
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
