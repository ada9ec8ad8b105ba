"""Real workers, really killed: every photo ends with exactly one finished result, and none is lost."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.pathway.conftest import PHOTOS
from tests.pathway.installation import Installation, copied, kill, killed_at_the_end

pytestmark = pytest.mark.processes


@pytest.fixture
def here(installation: Installation, tmp_path: Path) -> Installation:
    return copied(installation, tmp_path / "data")


def all_done(here: Installation) -> bool:
    return set(here.runs()) == {"done"}


def check_every_photo_once(here: Installation, photos: int) -> None:
    """Two models per photo, one result each, no queue left; and a specialist or a field worker is next."""
    twice = here.ask("SELECT photo, model_version_id FROM inference_run GROUP BY 1, 2 HAVING count(*) > 1")
    assert twice == []
    assert here.ask("SELECT count(DISTINCT photo) FROM inference_run") == [(photos,)]
    assert here.runs() == {"done": 2 * photos}
    unfinished = "finished_at IS NULL OR token IS NOT NULL OR (score IS NULL AND gradable IS NULL)"
    assert here.ask(f"SELECT count(*) FROM inference_run WHERE {unfinished}") == [(0,)]  # noqa: S608
    # Decided by what was found: nothing stays "being assessed".
    here.wait(lambda: here.ask("SELECT count(*) FROM screening_encounter WHERE triage_due_at IS NOT NULL") == [(0,)])
    assert here.ask("SELECT count(DISTINCT encounter_id) FROM screening_decision") == [(photos,)]


def test_a_worker_killed_in_the_middle_loses_nothing(here: Installation) -> None:
    worker = here.worker()
    with killed_at_the_end(worker) as crew:
        here.wait(lambda: here.runs().get("leased", 0) > 0 and here.runs().get("done", 0) > 0)
        kill(worker)
        at_the_kill = here.runs()
        assert at_the_kill.get("leased", 0) > 0, "killed between two photos; nothing was shown"
        crew.append(here.worker())
        took = here.wait(lambda: all_done(here))
        check_every_photo_once(here, PHOTOS)
    again = here.ask("SELECT count(*) FROM inference_run WHERE attempts > 1")[0][0]
    print(f"\nkilled at {at_the_kill}; all {2 * PHOTOS} runs done {took:.1f} s after the restart, {again} tried again")
    assert again > 0


def test_everything_killed_at_once_keeps_every_receipt(here: Installation) -> None:
    """Worker and sender die in the same moment: what was acknowledged is there, whole, and is assessed."""
    receipts = here.data / "receipts"
    worker, sender = here.worker(), here.sender()
    with killed_at_the_end(worker, sender) as crew:
        here.wait(lambda: receipts.exists() and len(receipts.read_text().splitlines()) >= 5)
        kill(sender)
        kill(worker)
        lines = [line.split() for line in receipts.read_text().splitlines() if len(line) == 97]
        stored = dict(here.ask("SELECT id, original FROM screening_image"))
        assert all(stored.get(image) == original for image, original in lines)
        whole = int(here.call("check").split()[-1])
        assert whole == len(stored) >= PHOTOS + 5
        crew.append(here.worker())
        took = here.wait(lambda: all_done(here))
        check_every_photo_once(here, len(stored))
    print(f"\n{len(lines)} receipts, {len(stored)} photos kept, 0 lost; all assessed {took:.1f} s after the restart")


def test_a_broker_that_forgot_everything_costs_one_sweep(here: Installation) -> None:
    here.call("ring")
    messages = here.data / "queue" / "messages"
    rung = len(list(messages.iterdir()))
    assert rung >= PHOTOS
    assert here.ask("SELECT count(*) FROM inference_run WHERE dispatched_at IS NULL") == [(0,)]
    shutil.rmtree(here.data / "queue")
    for name in ("messages", "control"):
        (here.data / "queue" / name).mkdir(parents=True)
    time.sleep(1)
    start = time.monotonic()
    with killed_at_the_end(here.worker()):
        here.wait(lambda: all_done(here))
        took = time.monotonic() - start
        check_every_photo_once(here, PHOTOS)
    print(
        f"\n{rung} messages lost; all {2 * PHOTOS} runs done {took:.1f} s later, of which the worker's start is a part"
    )
