"""A phone in a few lines: signs in like a person and speaks /api/v1/ over a real connection. For benchmarks."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.parse
import urllib.request
import uuid
from typing import Any


class Client:
    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        page = self.opener.open(f"{url}/sign-in/").read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {"login": username, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
        self.opener.open(f"{url}/sign-in/", urllib.parse.urlencode(form).encode()).read()

    def _send(self, method: str, path: str, body: bytes | None, media_type: str) -> Any:
        headers = {"Content-Type": media_type, "Referer": self.url}
        for cookie in self.jar:
            if cookie.name == "csrftoken":
                headers["X-CSRFToken"] = cookie.value or ""
        request = urllib.request.Request(f"{self.url}{path}", body, headers, method=method)
        with self.opener.open(request, timeout=120) as response:
            data = response.read()
        return json.loads(data) if data else None

    def get(self, path: str) -> Any:
        return self._send("GET", path, None, "application/json")

    def post(self, path: str, body: Any) -> Any:
        return self._send("POST", path, json.dumps(body).encode(), "application/json")

    def put(self, path: str, body: Any) -> Any:
        return self._send("PUT", path, json.dumps(body).encode(), "application/json")

    def open_visit(self, programme: str, name: str) -> str:
        """Enrol somebody, record their consent, open a visit; its id."""
        patient, visit = str(uuid.uuid4()), str(uuid.uuid4())
        site = self.get("/api/v1/sites")["results"][0]
        offered = next(p for p in self.get("/api/v1/programmes")["results"] if p["code"] == programme)
        person = {"site": site["code"], "name": name, "sex": "female", "birth_year": 1960}
        self.put(f"/api/v1/patients/{patient}", person)
        text = offered["consent_texts"][0]
        said = {"programme": programme, "version": text["version"], "language": text["language"], "answer": "given"}
        self.post(f"/api/v1/patients/{patient}/consents", said)
        self.put(f"/api/v1/encounters/{visit}", {"patient": patient, "programme": programme})
        return visit

    def put_image(self, visit: str, image: str, view: str, capture_class: str, data: bytes) -> Any:
        path = f"/api/v1/encounters/{visit}/images/{image}?view={view}&capture_class={capture_class}"
        return self._send("PUT", path, data, "image/jpeg")
