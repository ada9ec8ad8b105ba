"""A decoder may crash, hang or gorge itself: the photo is refused, everything else goes on, nothing stays behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import billiard
import psutil
import pytest

from screening import photo
from screening.photo import DEFAULT, PhotoRefused, Refusal
from screening.photo.kind import Kind
from screening.photo.sandbox import Sandbox
from tests.screening import corpus

ROOT = Path(__file__).resolve().parents[3]
GOOD = corpus.jpeg()
pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def poisonable() -> Iterator[Sandbox]:
    sandbox = Sandbox("tests.screening.poison")
    yield sandbox
    sandbox.close()


def fate(sandbox: Sandbox, deed: str, **limits: int) -> Refusal | None:
    data = corpus.jpeg(comment=f"DO:{deed}")
    try:
        sandbox.run("clean", Kind.JPEG, data, replace(DEFAULT, **limits))
    except PhotoRefused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("segfault", Refusal.DECODER_FAILED),
        ("hang", Refusal.DECODER_TIMEOUT),
        ("spin", Refusal.DECODER_TIMEOUT),
        ("eat", Refusal.DECODER_MEMORY),
        ("gorge", Refusal.DECODER_FAILED),
        ("raise", Refusal.DECODER_FAILED),
        ("write", Refusal.DECODER_FAILED),
        ("look", Refusal.DECODER_FAILED),
        ("nothing", None),
    ],
)
def test_a_bad_decoder_costs_one_photo(poisonable, monkeypatch, deed, code):
    monkeypatch.setenv("SECRET_KEY", corpus.CANARY)
    seconds = 1 if code is Refusal.DECODER_TIMEOUT else 10
    assert fate(poisonable, deed, seconds=seconds) is code
    before = poisonable.pid
    assert fate(poisonable, "nothing") is None
    assert poisonable.pid == before


def test_a_babbling_decoder_is_not_believed(poisonable, monkeypatch):
    monkeypatch.setattr(photo, "SANDBOX", poisonable)
    with pytest.raises(PhotoRefused) as refused:
        photo.clean(corpus.jpeg(comment="DO:babble"))
    assert refused.value.code is Refusal.DECODER_FAILED


def test_nothing_is_heard_of_a_bug(poisonable, capfd):
    fate(poisonable, "raise")
    assert corpus.CANARY not in "".join(capfd.readouterr())


def test_a_small_photo_needs_little_memory():
    """The 64 megapixels that are allowed fit into the default; a quarter of it is refused, not swapped."""
    big = corpus.flat_png(8000, 7990, colour=0)
    assert len(big) < 100_000
    assert photo.clean(big).width == 8000
    with pytest.raises(PhotoRefused) as refused:
        photo.clean(big, limits=replace(DEFAULT, memory=40 * 1024 * 1024))
    assert refused.value.code in (Refusal.DECODER_MEMORY, Refusal.DAMAGED, Refusal.DECODER_FAILED)


def test_a_killed_decoding_process_is_replaced():
    sandbox = Sandbox()
    assert fate(sandbox, "nothing") is None
    first = sandbox.pid
    os.kill(first, signal.SIGKILL)
    assert fate(sandbox, "nothing") is None
    assert sandbox.pid != first
    sandbox.close()
    assert not psutil.pid_exists(first)


def test_a_photo_in_work_survives_the_loss_of_its_neighbours(poisonable):
    fates: list[Refusal | None] = []
    thread = threading.Thread(target=lambda: fates.append(fate(poisonable, "nap")))
    thread.start()
    time.sleep(0.4)
    os.kill(poisonable.pid, signal.SIGKILL)
    assert fate(poisonable, "nothing") is None
    thread.join()
    assert fates == [None]


def test_a_decoding_process_that_cannot_start_is_said_plainly(capfd):
    sandbox = Sandbox("tests.screening.no_such_module")
    assert fate(sandbox, "nothing") is Refusal.DECODER_UNAVAILABLE


def test_many_threads_share_one_decoding_process():
    photo.clean(GOOD)
    pid, names, failures = photo.SANDBOX.pid, [], []

    def work() -> None:
        try:
            names.append(photo.clean(GOOD).display_sha256)
        except PhotoRefused as refused:
            failures.append(refused.code)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 12 and len(set(names)) == 1 and not failures
    assert photo.SANDBOX.pid == pid


def _clean_elsewhere(queue: object) -> None:
    queue.put((photo.clean(GOOD).display_sha256, photo.SANDBOX.pid))


@pytest.mark.parametrize(
    "library", [multiprocessing.get_context("fork"), billiard], ids=["multiprocessing", "billiard"]
)
def test_a_daemonic_worker_gets_its_own(library):
    """Celery's pool processes are daemonic and forked from a parent that may have a decoder already."""
    here = photo.clean(GOOD).display_sha256
    queue = library.Queue()
    worker = library.Process(target=_clean_elsewhere, args=(queue,))
    worker.daemon = True
    worker.start()
    there, pid = queue.get(timeout=30)
    worker.join()
    assert there == here and pid != photo.SANDBOX.pid
    assert _gone(pid)
    assert photo.clean(GOOD).display_sha256 == here


# A shell's `&` and nohup let what they start ignore signals, and children inherit that: the program begins as one that
# was started in a terminal, however the tests were.
PROGRAM = """
import signal, sys, time
from screening import photo
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
data = open(sys.argv[1], "rb").read()
photo.clean(data)
print(photo.SANDBOX.pid, flush=True)
if sys.argv[2] == "exit":
    sys.exit()
time.sleep(60)
"""


def _gone(pid: int, patience: float = 5) -> bool:
    end = time.monotonic() + patience
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("end", ["exit", signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=str)
def test_nothing_stays_behind(tmp_path, end):
    (tmp_path / "eye.jpg").write_bytes(GOOD)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "eye.jpg"), str(end)]
    program = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    pid = int(program.stdout.readline())
    assert pid != program.pid
    if end != "exit":
        os.killpg(program.pid, end)
    program.wait(10)
    program.stdout.close()
    assert _gone(pid)


def test_a_photo_in_work_ends_with_its_application(tmp_path):
    """The decoding process takes its children along."""
    (tmp_path / "eye.jpg").write_bytes(corpus.jpeg(comment="DO:hang"))
    code = PROGRAM.replace("photo.clean(data)\n", "", 1).replace(
        "print(",
        "photo.SANDBOX = photo.Sandbox('tests.screening.poison')\n"
        "import threading\nthreading.Thread(target=photo.clean, args=(data,), daemon=True).start()\n"
        "while not photo.SANDBOX.pid: time.sleep(0.05)\n"
        "print(",
    )
    command = [sys.executable, "-c", code, str(tmp_path / "eye.jpg"), "stay"]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    pid = int(program.stdout.readline())
    children: list[psutil.Process] = []
    end = time.monotonic() + 20
    while not children and time.monotonic() < end:
        children = psutil.Process(pid).children()
    program.kill()
    program.wait(10)
    program.stdout.close()
    assert len(children) == 1
    assert _gone(pid) and _gone(children[0].pid)


def test_the_child_knows_no_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", corpus.CANARY)
    sandbox = Sandbox()
    assert fate(sandbox, "nothing") is None
    assert corpus.CANARY not in repr(psutil.Process(sandbox.pid).environ())
    sandbox.close()
