"""Settings for the tests: a throw-away data folder, fast passwords, the doorbell rung by hand."""

from __future__ import annotations

import os
import tempfile

if test_database := os.environ.get("FIELDLIGHT_TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = test_database
if test_broker := os.environ.get("FIELDLIGHT_TEST_BROKER_URL"):
    os.environ["CELERY_BROKER_URL"] = test_broker
os.environ.setdefault("FIELDLIGHT_DATA", tempfile.mkdtemp(prefix="fieldlight-test-"))

from deploy.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
ACCOUNT_RATE_LIMITS = {}
REST_FRAMEWORK["DEFAULT_THROTTLE_CLASSES"] = []  # noqa: F405
FIELDLIGHT_RESERVE_MB = 0
# Tests ring the bell themselves; only tests of real processes talk to a broker.
CELERY_TASK_ALWAYS_EAGER = False
