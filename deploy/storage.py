"""Files that survive a power cut: written beside, synced, renamed into place, folder synced."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from re import Match
from typing import Any

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files named by their content, the modules that our scripts import as well."""

    support_js_module_import_aggregation = True

    def url_converter(self, name: str, hashed_files: Any, template: str | None = None) -> Callable[[Match[str]], str]:
        if name.endswith(".js") and not name.startswith("js/"):
            # Scripts of others come whole; what looks like an import in them is not for us to follow.
            return lambda match: match[0]
        follow: Callable[[Match[str]], str] = super().url_converter(name, hashed_files, template)
        return follow


class DurableStorage(FileSystemStorage):
    """A file storage where a name is either absent or whole. Writing an existing name replaces it whole."""

    def _save(self, name: str, content: Any) -> str:
        path = self.path(name)
        folder = os.path.dirname(path)
        os.makedirs(folder, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".writing-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        # Names are hashes of their content or ids: the same name means the same bytes.
        return name
