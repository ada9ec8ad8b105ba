"""A real installation in a throw-away folder, without a web server: prepared once, copied for each test.

`python -m tests.pathway.installation prepare N` fills the folder named by FIELDLIGHT_DATA with the cast, two tiny
models (the finding model dawdles, so that there is time to kill something) and N photos handed in but not rung for.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
LEASE, SWEEP = 3, 1


@dataclass(frozen=True)
class Installation:
    """The folder, and what can be done with it from outside."""

    data: Path
    lease: int = LEASE

    @property
    def environment(self) -> dict[str, str]:
        dropped = ("DATABASE_URL", "CELERY_BROKER_URL", "FIELDLIGHT_TEST_DATABASE_URL", "FIELDLIGHT_DEMO")
        kept = {key: value for key, value in os.environ.items() if key not in dropped}
        return {
            **kept, "FIELDLIGHT_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "deploy.settings",
            "FIELDLIGHT_LEASE_SECONDS": str(self.lease), "FIELDLIGHT_SWEEP_SECONDS": str(SWEEP),
            "FIELDLIGHT_RESERVE_MB": "1", "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    def call(self, *words: str, module: str = "tests.pathway.installation") -> str:
        """Run one of our modules to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", module, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        log = (self.data / "process.log").open("ab")
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)

    def worker(self) -> subprocess.Popen[bytes]:
        """A real worker with its sweep, as the supervisor starts it."""
        return self.start(
            sys.executable, "-m", "celery", "-A", "deploy", "worker", "--beat", "--schedule", str(self.data / "beat"),
            "--concurrency", "2", "--loglevel", "WARNING",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        )  # fmt: skip

    def sender(self) -> subprocess.Popen[bytes]:
        """Somebody who hands in photo after photo, and notes each receipt in `receipts` before the next."""
        return self.start(sys.executable, "-m", "tests.pathway.installation", "send")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """One look into the database from outside."""
        with sqlite3.connect(f"file:{self.data}/fieldlight.sqlite3?mode=ro", uri=True, timeout=20) as connection:
            return connection.execute(sql).fetchall()

    def runs(self) -> dict[str, int]:
        return dict(self.ask("SELECT state, count(*) FROM inference_run GROUP BY state"))

    def log(self) -> str:
        path = self.data / "process.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def wait(self, until: Callable[[], bool], patience: float = 90) -> float:
        """Wait until something is so; the seconds it took."""
        start = time.monotonic()
        while not until():
            assert time.monotonic() - start < patience, f"still {self.runs()}\n{self.log()}"
            time.sleep(0.05)
        return time.monotonic() - start


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 the whole tree at once, as when the power goes."""
    try:
        tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        tree = []
    for one in tree:
        try:
            one.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    process.wait()


@contextmanager
def killed_at_the_end(*processes: subprocess.Popen[bytes]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Whatever happens, nothing of this outlives the test. Append what is started later."""
    crew = list(processes)
    try:
        yield crew
    finally:
        for process in crew:
            kill(process)


def prepared(folder: Path, photos: int) -> Installation:
    """A fresh installation with photos queued."""
    folder.mkdir(parents=True)
    installation = Installation(folder)
    installation.call("prepare", str(photos))
    return installation


def copied(original: Installation, folder: Path) -> Installation:
    shutil.copytree(original.data, folder)
    return Installation(folder)


# ------------------------------------------------------------------------------------------- inside the installation


def _prepare(photos: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    _cast_and_models()
    for number in range(photos):
        _hand_in(number)  # outside of an edge no bell rings: that is for the tests to do


def _cast_and_models() -> None:
    from django.conf import settings

    from inference import pack
    from inference.models import ModelVersion
    from tests import factories as make
    from tests.cast import assemble
    from tests.inference import packs
    from tests.pathway.slow_packs import GATE, dawdling_model

    cast = assemble()
    made = settings.DATA / "made"
    for name, model, changes in (("gate", None, GATE), ("finding", dawdling_model(), {"latency_budget_ms": 60000})):
        found = pack.copy_into(packs.make(made / name, model, **changes), settings.FIELDLIGHT_PACKS)
        version = ModelVersion.objects.create(
            sha256=found.sha256, name=found.manifest.name, version="1", modality="fundus",
            purpose=found.manifest.purpose, manifest=found.manifest.raw, exam={},
        )  # fmt: skip
        if version.purpose == "finding":
            make.operating_point(version, "fundus_phone")
        make.signed_into_force(cast.eye, version)


def _hand_in(number: int) -> Any:
    """Take in one photo (the right eye) of a new visit; the image."""
    import cv2
    import numpy as np

    from accounts.models import Site
    from screening.models import Programme
    from screening.visit import pictures
    from tests import factories as make

    encounter = make.visit(Programme.objects.get(code="diabetic-eye"), Site.objects.get(code="north"))
    pixels = np.random.default_rng(number).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes()
    return pictures.accept(encounter.started_by, encounter, view="OD", data=data, capture_class="fundus_phone")[0]


def _send() -> None:
    from django.conf import settings

    from screening import tasks

    with (settings.DATA / "receipts").open("a") as receipts:
        for number in range(1000, 2000):
            with tasks.edge():
                image = _hand_in(number)
                receipts.write(f"{image.pk.hex} {image.original_sha256}\n")
                receipts.flush()


def _ring() -> None:
    from inference.models import Run
    from screening import tasks

    for photo in Run.objects.values_list("display_sha256", flat=True).distinct():
        tasks.ring("photo", photo)


def _check_originals() -> None:
    """Print how many images have every file, and an original that opens and is what the receipt says."""
    from hashlib import sha256

    from inference import blobs
    from screening.models import Image
    from screening.visit import pictures

    whole = 0
    for image in Image.objects.all():
        assert sha256(pictures.original_bytes(image)).hexdigest() == image.original_sha256
        assert blobs.exists(blobs.thumbnail(image.display_sha256))
        assert sha256(blobs.get(blobs.display(image.display_sha256))).hexdigest() == image.display_sha256
        whole += 1
    print(whole)


def main() -> None:
    import django

    django.setup()
    word, *rest = sys.argv[1:]
    acts: dict[str, Callable[[], None]] = {
        "prepare": lambda: _prepare(int(rest[0])), "send": _send, "ring": _ring, "check": _check_originals,
    }  # fmt: skip
    acts[word]()


if __name__ == "__main__":
    main()
