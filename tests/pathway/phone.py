"""A phone over a real connection, and the web server it talks to: for uploads that are cut, killed and raced.

`python -m tests.pathway.phone open` inside an installation opens a visit and a session for Amina, printed as JSON.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_public_key

from screening.offline import envelope
from tests.pathway.installation import Installation, kill
from tests.server import free_port

BYTES = "application/offset+octet-stream"


@dataclass
class Web:
    """The product's web server (two processes) over an installation. Killed as the power would do it."""

    here: Installation
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        there = replace(self.here)
        environment = {**there.environment, "FIELDLIGHT_BIND": f"127.0.0.1:{self.port}"}
        log = (self.here.data / "process.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "deploy.wsgi:application"],
            env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        self.here.wait(self._answers, 120)

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            connection.request("OPTIONS", "/api/v1/uploads/")
            return connection.getresponse().status in (200, 204)
        except OSError:
            return False

    def kill(self) -> None:
        if self.process:
            kill(self.process)
            self.process = None


@dataclass
class Phone:
    """Signed in over the network: what it needs to seal, and every request with its token."""

    port: int
    session: str
    encounter: str
    token: str = ""
    ticket: str = ""
    key: Any = None

    @classmethod
    def at(cls, web: Web) -> Phone:
        phone = cls(web.port, **json.loads(web.here.call("open", module="tests.pathway.phone").splitlines()[-1]))
        phone.token = phone.json("GET", "/api/v1/csrf")["token"]
        pulled = phone.json("GET", "/api/v1/offline")
        phone.ticket = pulled["ticket"]
        phone.key = load_der_public_key(base64.b64decode(pulled["keys"][-1]["spki"]))
        return phone

    @property
    def headers(self) -> dict[str, str]:
        cookies = f"sessionid={self.session}; csrftoken={self.token}"
        return {"Cookie": cookies, "X-CSRFToken": self.token, "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, {**self.headers, **headers})
        answer = connection.getresponse()
        answer.data = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def json(self, method: str, path: str) -> Any:
        answer = self.ask(method, path)
        assert answer.status == 200, (answer.status, answer.data)  # type: ignore[attr-defined]
        return json.loads(answer.data)  # type: ignore[attr-defined]

    def seal(self, photo: bytes, view: str = "OS") -> tuple[str, bytes]:
        item = str(uuid.uuid4())
        header = {
            "kind": "pixels", "item": item, "ticket": self.ticket, "sha256": hashlib.sha256(photo).hexdigest(),
            "encounter": self.encounter, "view": view, "capture_class": "fundus_phone",
        }  # fmt: skip
        return item, envelope.seal(header, photo, self.key)

    def metadata(self, item: str, sealed: bytes) -> dict[str, str]:
        return {"item": item, "encounter": self.encounter, "sha256": hashlib.sha256(sealed).hexdigest()}

    def create(self, item: str, sealed: bytes) -> str:
        pairs = self.metadata(item, sealed).items()
        said = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs)
        answer = self.ask(
            "POST", "/api/v1/uploads/", b"", **{"Upload-Length": str(len(sealed)), "Upload-Metadata": said}
        )
        assert answer.status == 201, answer.data  # type: ignore[attr-defined]
        return answer.headers["Location"]

    def offset(self, place: str) -> int:
        answer = self.ask("HEAD", place)
        assert answer.status == 200, answer.status
        return int(answer.headers["Upload-Offset"])

    def patch(self, place: str, at: int, data: bytes) -> http.client.HTTPResponse:
        return self.ask("PATCH", place, data, **{"Upload-Offset": str(at), "Content-Type": BYTES})

    def dribble(self, place: str, at: int, data: bytes, *, per_second: int, seconds: float) -> int:
        """Send slowly over one connection and let go of it; the bytes sent. A server that dies is no error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest("PATCH", place)
        said = {**self.headers, "Upload-Offset": str(at), "Content-Type": BYTES, "Content-Length": str(len(data))}
        for name, value in said.items():
            connection.putheader(name, value)
        connection.endheaders()
        sent, end = 0, time.monotonic() + seconds
        step = per_second // 20
        while sent < len(data) and time.monotonic() < end:
            try:
                connection.send(data[sent : sent + step])
            except OSError:
                break
            sent += len(data[sent : sent + step])
            time.sleep(0.05)
        connection.close()
        return sent


def noise(seed: int, side: int = 900) -> bytes:
    """A photo of about a megabyte that no two seeds share."""
    import cv2
    import numpy as np

    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())


def _open() -> None:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import Site, User
    from screening.models import Programme
    from tests import factories as make

    amina = User.objects.get(username="amina")
    encounter = make.visit(Programme.objects.get(code="diabetic-eye"), Site.objects.get(code="north"))
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(amina.pk), amina.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()
    print(json.dumps({"session": session.session_key, "encounter": str(encounter.pk)}))


def _sweep() -> None:
    from screening import tasks

    tasks._deliver()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")
    import django

    django.setup()
    _open() if sys.argv[1] == "open" else _sweep()
