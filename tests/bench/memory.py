"""Memory of one worker process after 50 and after 500 pictures: at most 300 MB, and flat."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = """
import json, psutil, sys
from pathlib import Path
from inference.preprocess import working_copy
from inference import pack, saliency
from inference.assess import assess
from screening import photo
from tests.bench.photos import phone_jpeg
photos = [photo.clean(phone_jpeg(seed)).display for seed in range(4)]
packs = Path(sys.argv[1])
gate, finding = pack.load(packs / "fundus-gradability"), pack.load(packs / "fundus-dr")
seen = {}
for n in range(1, 501):
    rgb = working_copy(photos[n % 4])
    assess(rgb, gate)
    found = assess(rgb, finding)
    if found.heat is not None:
        saliency.overlay(found.heat, found.frame, rgb.shape[1], rgb.shape[0])
    if n in (50, 250, 500):
        seen[n] = round(psutil.Process().memory_info().rss / 1e6)
print(json.dumps(seen))
"""


def measure() -> dict[str, Any]:
    packs = Path(__file__).resolve().parents[2] / "packs"
    done = subprocess.run(
        [sys.executable, "-c", "import django, os; os.environ['DJANGO_SETTINGS_MODULE']='deploy.settings_test';"
         "django.setup()\n" + SCRIPT, str(packs)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {"resident_mb_after": json.loads(done.stdout.strip().splitlines()[-1]), "aim": "≤ 300 MB after 500, flat"}
