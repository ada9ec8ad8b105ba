"""A phone in tests: seals like the browser does, delivers forms, uploads pixels over tus."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils import timezone

from accounts.models import Site, User
from screening.models import Programme
from screening.offline import envelope
from tests import factories
from tests.screening.api_client import Api

SEALED = "application/vnd.fieldlight.sealed"
BYTES = "application/offset+octet-stream"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Phone:
    """`Phone(cast.amina)`: signed in, with a ticket and the server's key. What it captures is Amina's."""

    def __init__(self, user: User) -> None:
        self.user, self.api = user, Api(user)
        pulled = self.api.get("offline").json()
        self.ticket = pulled["ticket"]
        current = next(key for key in pulled["keys"] if key["current"])
        self.key: Any = load_der_public_key(base64.b64decode(current["spki"]))

    def handed_to(self, user: User) -> None:
        """Somebody else signs in on the phone; what lies sealed on it stays."""
        self.api = Api(user)

    # sealing ------------------------------------------------------------------------------------------------------

    def seal_form(self, form: Any, item: uuid.UUID | None = None, **header: Any) -> tuple[uuid.UUID, bytes]:
        item = item or uuid.uuid4()
        body = form if isinstance(form, bytes) else json.dumps(form).encode()
        return item, self.seal("form", item, body, **header)

    def seal_photo(self, encounter: Any, view: str, photo: bytes, item: uuid.UUID | None = None, **more: Any) -> Any:
        item = item or uuid.uuid4()
        about = {"encounter": str(encounter), "view": view, "capture_class": "fundus_tabletop", **more}
        return item, self.seal("pixels", item, photo, **about)

    def seal(self, kind: str, item: uuid.UUID, body: bytes, **header: Any) -> bytes:
        said = {"kind": kind, "item": str(item), "ticket": self.ticket, "sha256": hashlib.sha256(body).hexdigest()}
        return envelope.seal(said | header, body, self.key)

    def photos(self, form: Any, taken: dict[str, Any]) -> list[tuple[uuid.UUID, bytes]]:
        return [self.seal_photo(form["encounter"], view, data, uuid.UUID(pk)) for pk, (view, data) in taken.items()]

    # delivering ---------------------------------------------------------------------------------------------------

    def deliver(self, item: uuid.UUID, sealed: bytes, **headers: str) -> Any:
        return self.api.upload(f"sealed/{item}", sealed, SEALED, **headers)

    def create(self, item: Any, encounter: Any, sealed: bytes, **headers: str) -> Any:
        pairs = {"item": str(item), "encounter": str(encounter), "sha256": hashlib.sha256(sealed).hexdigest()}
        said = ",".join(f"{key} {b64(value)}" for key, value in pairs.items())
        return self.tus(
            "POST", "/api/v1/uploads/", **{"Upload-Length": str(len(sealed)), "Upload-Metadata": said, **headers}
        )

    def tus(self, method: str, path: str, data: bytes = b"", media_type: str = BYTES, **headers: str) -> Any:
        said = {"Tus-Resumable": "1.0.0", **headers}
        return self.api.client.generic(
            method, path, data, media_type, headers={k: v for k, v in said.items() if v}, CONTENT_TYPE=media_type
        )

    def patch(self, place: str, at: int, data: bytes, **headers: str) -> Any:
        return self.tus("PATCH", place, data, **{"Upload-Offset": str(at), **headers})

    def upload(self, item: uuid.UUID, encounter: Any, sealed: bytes, chunk: int = 100_000) -> Any:
        """Send it all; the last answer."""
        answer = self.create(item, encounter, sealed)
        assert answer.status_code == 201, answer.content
        place, at = answer["Location"], int(answer["Upload-Offset"])
        while at < len(sealed):
            answer = self.patch(place, at, sealed[at : at + chunk])
            assert answer.status_code == 204, answer.content
            at = int(answer["Upload-Offset"])
        return answer

    def receipt(self, item: uuid.UUID) -> Any:
        return self.api.get(f"sealed/{item}").json()

    # forms --------------------------------------------------------------------------------------------------------

    def visit(self, programme: Programme, site: Site, photos: dict[str, bytes] | None = None, **changes: Any) -> Any:
        """A whole visit of a new patient, as its form says it, and the photos by image id."""
        encounter, taken = str(uuid.uuid4()), {str(uuid.uuid4()): pair for pair in (photos or {}).items()}
        text = programme.consent_texts.all()[0]
        images = [
            {"id": pk, "view": view, "capture_class": "fundus_tabletop", "sha256": hashlib.sha256(data).hexdigest(),
             "bytes": len(data), "quality": {"verdict": "good", "tries": 1}, "preview": None}
            for pk, (view, data) in taken.items()
        ]  # fmt: skip
        form = {
            "version": 1, "type": "visit", "claimed_at": timezone.now().isoformat(), "site": site.code,
            "patient": {"id": str(uuid.uuid4()), "enrol": {
                "name": f"Offline {next(factories.NUMBER)}", "sex": "female", "birth_year": 1970,
                "phone": "", "local_id": ""}},
            "programme": programme.code, "encounter": encounter,
            "consent": {"id": str(uuid.uuid4()), "version": text.version, "language": text.language, "answer": "given",
                        "mark": {"kind": "spoken", "png": None}},
            "answers": {}, "unobtainable": {}, "images": images, "hand_in": True,
        }  # fmt: skip
        return {**form, **changes}, taken
