"""A bad line: uploads go on at the byte where they broke, and a whole case gets through on slow 3G."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference import drawing
from tests.browser.line import Line
from tests.browser.phones import Phone, held, until
from tests.server import Server

CHUNK = 256 * 1024
ONE_REQUEST = 4096  # bytes of headers and of what is asked before an upload goes on
FIRST_LOAD = 100_000
SLOW_3G = {"rate": 50_000, "delay": 0.4}  # 400 kbit/s, 400 ms


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of more than five megabytes: lossless, with the noise of a camera."""
    eye = drawing.draw_fundus(40, size=1700).astype(np.int16)
    eye += np.random.default_rng(1).integers(-5, 6, eye.shape, dtype=np.int16)
    file = tmp_path_factory.mktemp("large") / "large.png"
    Image.fromarray(eye.clip(0, 255).astype(np.uint8)).save(file, compress_level=1)
    assert file.stat().st_size > 5_000_000
    return file


def until_photos(phone: Phone, large: Path, small: Path, name: str) -> str:
    """A visit with a large photo, ready to be handed in: its id."""
    phone.enrol(name)
    phone.consent()
    phone.answer()
    phone.photo("OD", large)
    phone.photo("OS", small)
    return phone.page.url.split("/visit/")[1].split("/")[0]


def digests(server: Server, visit: str) -> set[str]:
    return {digest for _image, _view, digest in held(server, [visit])[0]["images"]}


def test_an_upload_cut_ten_times_sends_at_most_a_chunk_again_each_time(
    new_phone: Any, line: Line, server: Server, large: Path, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    visit = until_photos(phone, large, eyes[21], "Cut Ten Times")
    row = max((row for row in phone.rows("items")), key=lambda row: row["size"])
    line.forget()
    chance = random.Random(4)
    line.breaks = sorted(chance.sample(range(100_000, row["size"]), 10))
    phone.hand_in()
    phone.delivered(240)
    assert line.broken == 10
    again = line.sent_again()
    more = line.sent - sum(one["size"] for one in phone.rows("receipts"))
    print(f"a photo of {row['size']} bytes, cut 10 times: {again} bytes again; {more} more with headers and questions")
    # Negative where the line counted bytes of other items that were on their way at a cut: nothing was sent twice.
    assert len(again) == 10 and max(again) <= CHUNK
    # The longer it takes on a busy machine, the more often the phone asks; from the beginning it would be tenfold.
    assert more <= sum(max(0, one) for one in again) + 300 * ONE_REQUEST
    assert row["sha256"] in digests(server, visit)


def test_a_server_killed_during_an_upload_gets_it_all_the_same(
    new_phone: Any, line: Line, server: Server, large: Path, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    visit = until_photos(phone, large, eyes[23], "Server Killed")
    wanted = max((row for row in phone.rows("items")), key=lambda row: row["size"])["sha256"]
    line.rate = 1_500_000
    line.forget()
    phone.hand_in()
    until(lambda: line.sent > 1_500_000)
    for process in web_processes(server):
        os.kill(process, signal.SIGKILL)
    line.rate = 0
    phone.delivered(240)
    assert wanted in digests(server, visit)


def web_processes(server: Server) -> list[int]:
    """Everything the supervisor started, but not the supervisor."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = [server.process.pid]
    for parent in found:
        found += [pid for pid, its in parents.items() if its == parent]
    return found[1:]


def test_a_whole_case_on_slow_3g_with_a_slow_processor(
    new_phone: Any, line: Line, server: Server, pictures: Path
) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    phone.context.new_cdp_session(phone.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    line.rate, line.delay = SLOW_3G["rate"], SLOW_3G["delay"]
    line.forget()
    started = time.monotonic()
    phone.visit("Slow Line", pictures / "diseased-R.jpg", pictures / "healthy-L.jpg", sudden_loss="yes")
    handed_in = time.monotonic() - started
    phone.delivered(240)
    delivered = time.monotonic() - started
    figures = {"bytes_up": line.sent, "bytes_down": line.received}
    phone.page.locator("section.answer").wait_for(timeout=240_000)
    until(lambda: "efer" in phone.page.locator("section.answer").inner_text(), 240)
    answered = time.monotonic() - started
    seconds = {"handed_in": round(handed_in, 1), "delivered": round(delivered, 1), "answered": round(answered, 1)}
    print(json.dumps({"slow 3G, processor 4 times slower": figures | seconds}))
    line.rate = line.delay = 0


def test_the_first_load_is_small(new_phone: Any, line: Line) -> None:
    phone: Phone = new_phone()
    cdp = phone.context.new_cdp_session(phone.page)
    cdp.send("Network.enable")
    loaded: dict[str, float] = {}
    names: dict[str, str] = {}
    cdp.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))
    cdp.on("Network.loadingFinished", lambda event: loaded.update({event["requestId"]: event["encodedDataLength"]}))
    line.rate, line.delay = SLOW_3G["rate"], SLOW_3G["delay"]
    started = time.monotonic()
    phone.page.goto("/app/")
    phone.page.get_by_role("link", name="Sign in").wait_for()
    seconds = time.monotonic() - started
    until(lambda: phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)"))
    first = sum(size for request, size in loaded.items() if names.get(request, "").startswith(line.url))
    print(json.dumps({"first load": {"bytes": first, "files": len(loaded), "seconds on slow 3G": round(seconds, 1)}}))
    assert first <= FIRST_LOAD
    line.forget()
    line.rate = line.delay = 0
    phone.page.reload()
    phone.page.get_by_role("link", name="Sign in").wait_for()
    line.down()
    phone.page.reload()
    phone.page.get_by_role("link", name="Sign in").wait_for()
