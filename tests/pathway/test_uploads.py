"""Uploads against the real web server: cut, killed with -9, raced, and by somebody else's client."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pathway.installation import Installation, copied
from tests.pathway.phone import Phone, Web, noise

pytestmark = pytest.mark.processes
CHUNK = 256 * 1024


@pytest.fixture
def web(installation: Installation, tmp_path: Path) -> Iterator[Web]:
    server = Web(copied(installation, tmp_path / "data"))
    try:
        server.start()
        yield server
    finally:
        server.kill()


def sent(phone: Phone, place: str, sealed: bytes) -> None:
    """Go on from wherever the server is, to the end."""
    at = phone.offset(place)
    while at < len(sealed):
        answer = phone.patch(place, at, sealed[at : at + CHUNK])
        assert answer.status == 204, answer.data  # type: ignore[attr-defined]
        at = int(answer.headers["Upload-Offset"])


def settled(phone: Phone, place: str, before: int) -> int:
    """The offset once the server has noticed that the connection is gone."""
    for _ in range(60):
        at = phone.offset(place)
        if at > before and at == phone.offset(place):
            return at
        time.sleep(0.1)
    return phone.offset(place)


def check(web: Web, phone: Phone, item: str, photo: bytes) -> None:
    """The receipt says so; if the server was killed or too busy at the last byte, after the sweep went on with it."""
    for _ in range(5):
        answer = phone.ask("GET", f"/api/v1/sealed/{item}")
        receipt = json.loads(answer.data)  # type: ignore[attr-defined]
        if answer.status == 200 and receipt["state"] != "waiting":
            break
        web.here.call("sweep", module="tests.pathway.phone")
    assert (receipt["state"], receipt["kept"]) == ("applied", True), receipt
    assert receipt["sha256"] == hashlib.sha256(photo).hexdigest()


def test_kill_nine_in_the_middle_loses_nothing_that_was_told(web: Web) -> None:
    phone, photo = Phone.at(web), noise(1)
    item, sealed = phone.seal(photo)
    place, told = phone.create(item, sealed), 0
    resent: list[int] = []
    for _ in range(4):
        at = phone.offset(place)
        assert at >= told, "what was told to be stored is stored"
        if at < len(sealed):
            answer = phone.patch(place, at, sealed[at : at + 100_000])
            told = int(answer.headers["Upload-Offset"])
        killer = threading.Timer(0.8, web.kill)
        killer.start()
        gone = phone.dribble(place, told, sealed[told:], per_second=120_000, seconds=1.5)
        killer.join()
        web.start()
        resent.append(told + gone - phone.offset(place))
    sent(phone, place, sealed)
    check(web, phone, item, photo)
    print(f"\n4 kills of the web server in mid-upload: resent {resent} bytes of {len(sealed)}")
    kept = web.here.ask("SELECT original FROM screening_image")
    assert kept.count((hashlib.sha256(photo).hexdigest(),)) == 1


def test_a_connection_cut_ten_times_resends_less_than_a_chunk_each_time(web: Web) -> None:
    phone, photo = Phone.at(web), noise(2)
    item, sealed = phone.seal(photo)
    place, at, resent = phone.create(item, sealed), 0, []
    for _ in range(10):
        gone = at + phone.dribble(place, at, sealed[at:], per_second=400_000, seconds=0.2)
        at = settled(phone, place, at)
        resent.append(gone - at)
    sent(phone, place, sealed)
    check(web, phone, item, photo)
    print(f"\n10 cuts: resent {resent} bytes of {len(sealed)}")
    assert max(resent) <= CHUNK


def test_four_phones_racing_over_one_upload_store_each_byte_once(web: Web) -> None:
    phone, photo = Phone.at(web), noise(3)
    item, sealed = phone.seal(photo)
    place = phone.create(item, sealed)
    statuses: list[int] = []

    def race() -> None:
        at = 0
        while at < len(sealed):
            answer = phone.patch(place, at, sealed[at : at + 60_000])
            statuses.append(answer.status)
            at = phone.offset(place)

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {204, 409, 503}
    check(web, phone, item, photo)
    assert web.here.ask("SELECT offset, length FROM screening_upload") == [(len(sealed), len(sealed))]
    left = [path for path in (web.here.data / "blobs" / "uploads").rglob("*") if path.is_file()]
    assert not left, "the losers' pieces are gone, and so are the winners' once the envelope is kept"
    print(f"\n4 writers in 2 processes: {statuses.count(204)} stored, {statuses.count(409)} turned away")


def test_somebody_elses_client_speaks_with_us(web: Web) -> None:
    """tuspy, the protocol's own Python client, with a server that is killed between two chunks."""
    client_of: Any = pytest.importorskip("tusclient.client")
    phone, photo = Phone.at(web), noise(4)
    item, sealed = phone.seal(photo)
    path = web.here.data / "sealed"
    path.write_bytes(sealed)
    headers = {"Cookie": phone.headers["Cookie"], "X-CSRFToken": phone.token}
    client = client_of.TusClient(f"http://127.0.0.1:{web.port}/api/v1/uploads/", headers=headers)
    about = phone.metadata(item, sealed)
    uploader = client.uploader(str(path), chunk_size=CHUNK, metadata=about, upload_checksum=True)
    uploader.upload_chunk()
    assert uploader.offset == CHUNK
    web.kill()
    web.start()
    again = client.uploader(str(path), chunk_size=CHUNK, metadata=about, url=uploader.url)
    assert again.offset == CHUNK
    again.upload()
    check(web, phone, item, photo)
