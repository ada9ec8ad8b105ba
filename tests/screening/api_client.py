"""A client of the API in tests: JSON in and out, signed in by session or by token."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


class Api:
    """`Api(cast.amina).get("me")`. `Api(token="...")` sends a bearer token instead of a session."""

    def __init__(self, user: User | None = None, *, token: str = "", **defaults: Any) -> None:
        self.client = Client(**defaults)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        if user is not None:
            self.client.force_login(user, backend=BACKEND)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        address = path if path.startswith("http") else f"/api/v1/{path}"
        return self.client.generic(
            method, address, b"" if body is None else Client()._encode_json(body, "application/json"),
            content_type="application/json", headers={**self.headers, **headers},
        )  # fmt: skip

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def upload(self, path: str, data: bytes, media_type: str = "image/jpeg", **headers: str) -> Any:
        return self.client.generic(
            "PUT", f"/api/v1/{path}", data, content_type=media_type, headers={**self.headers, **headers}
        )


def keys(value: Any) -> set[str]:
    """Every key anywhere in a JSON value."""
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in keys(inner)}
    if isinstance(value, list):
        return {key for inner in value for key in keys(inner)}
    return set()
