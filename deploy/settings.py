"""Settings: the embedded default, and everything that may be changed from the environment.

Every setting read here is documented in docs/settings.md.
"""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from deploy import env as read
from deploy.version import VERSION

ROOT = read.ROOT
DATA = read.data_dir()

DEBUG = False
FIELDLIGHT_VERSION = VERSION
SECRET_KEY = read.secret("FIELDLIGHT_SECRET_KEY", DATA / "keys" / "django")
FIELDLIGHT_SEALING_KEY = read.secret("FIELDLIGHT_SEALING_KEY", DATA / "keys" / "sealing")
FIELDLIGHT_DEMO = read.flag("FIELDLIGHT_DEMO")
FIELDLIGHT_HTTPS = read.flag("FIELDLIGHT_HTTPS")
FIELDLIGHT_LEASE_SECONDS = read.number("FIELDLIGHT_LEASE_SECONDS", 60, low=1, high=3600)
FIELDLIGHT_SWEEP_SECONDS = read.number("FIELDLIGHT_SWEEP_SECONDS", 15, low=1, high=600)
FIELDLIGHT_RESERVE_MB = read.number("FIELDLIGHT_RESERVE_MB", 500, low=0, high=1_000_000)
FIELDLIGHT_PACKS = DATA / "packs"
FIELDLIGHT_BUNDLED_PACKS = ROOT / "packs"
FIELDLIGHT_PHONE_KEYS = read.env.str("FIELDLIGHT_PHONE_KEYS", default=str(DATA / "keys" / "phone"))
FIELDLIGHT_QUOTA_MB = read.number("FIELDLIGHT_QUOTA_MB", 1000, low=1, high=1_000_000)
FIELDLIGHT_SITE_QUOTA_MB = read.number("FIELDLIGHT_SITE_QUOTA_MB", 5000, low=1, high=1_000_000)

ALLOWED_HOSTS = read.words("FIELDLIGHT_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = read.words("FIELDLIGHT_ORIGINS", [])

INSTALLED_APPS = [
    "accounts",
    "inference",
    "screening",
    "deploy",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before the policies of pages: on forty small files they would cost a phone sixteen kilobytes at the first load.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # Before anything reads the body; after the language is known, or it would answer in that of the request before.
    "deploy.middleware.BodyLimit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "deploy.middleware.NoNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.idle.IdleLock",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.DenyByDefault",
    "accounts.middleware.PrivateByDefault",
    "deploy.middleware.RingOnce",
]

ROOT_URLCONF = "deploy.urls"
WSGI_APPLICATION = "deploy.wsgi.application"
ASGI_APPLICATION = "deploy.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "screening.views.shell.context",
            ],
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": read.env.db("DATABASE_URL", default=f"sqlite:///{DATA / 'fieldlight.sqlite3'}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Without IMMEDIATE, concurrent writers fail at once with "database is locked" whatever the timeout.
    # FULL, because NORMAL may lose a committed row on a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "fieldlight_cache"}}

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "deploy.storage.DurableStorage", "OPTIONS": {"location": str(DATA / "blobs")}},
    "staticfiles": {"BACKEND": "deploy.storage.HashedStatic"},
}
if bucket := read.env.str("FIELDLIGHT_S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": read.env.str("FIELDLIGHT_S3_ENDPOINT", default="") or None,
            "file_overwrite": True,  # names are hashes: writing one again writes the same bytes
            "default_acl": None,
        },
    }

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "UserAttributeSimilarityValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# By account, not by address: a whole clinic sits behind one address.
ACCOUNT_RATE_LIMITS: dict[str, str] = {"login_failed": "5/5m/key", "login": "300/m/ip", "token": "30/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = read.number("FIELDLIGHT_PROXIES", 0, low=0, high=3)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
IDP_OIDC_PRIVATE_KEY = ""
IDP_OIDC_ADAPTER = "accounts.adapter.TokenAdapter"

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = FIELDLIGHT_HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = False  # the reverse proxy redirects
SECURE_HSTS_SECONDS = 31_536_000 if FIELDLIGHT_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "script-src": [SELF],
        "style-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": ["self"], "geolocation": [], "microphone": [], "payment": [], "usb": [],
}  # fmt: skip

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")), ("fr", _("French")), ("es", _("Spanish")),
    ("hi", _("Hindi")), ("sw", _("Swahili")), ("ar", _("Arabic")),
]  # fmt: skip
FORMAT_MODULE_PATH = ["deploy.formats"]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = read.env.str("FIELDLIGHT_TIME_ZONE", default="UTC")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ROOT / "static"]

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FIELDLIGHT_UPLOAD_LIMIT = 64 * 1024 * 1024  # bytes of one photo or film

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.tokens.MachineAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.Allow"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "screening.api.paging.Pages",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "screening.api.problems.handler",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min"},
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fieldlight",
    "DESCRIPTION": "The same verbs as the pages: enrol, hand in, ask for the answer, read.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
}

CELERY_BROKER_URL = read.env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "screening.tasks.sweep",
        "schedule": float(FIELDLIGHT_SWEEP_SECONDS),
        "options": {"expires": float(FIELDLIGHT_SWEEP_SECONDS)},
    }
}
if CELERY_BROKER_URL.startswith("filesystem"):
    for name in ("messages", "control"):
        (DATA / "queue" / name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA / "queue" / "messages"),
        "data_folder_out": str(DATA / "queue" / "messages"),
        "control_folder": str(DATA / "queue" / "control"),
        "polling_interval": 0.1,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 2 * CELERY_TASK_TIME_LIMIT}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},  # it tells every glyph it keeps
        "kombu.connection": {"level": "ERROR"},  # it warns that a folder has no host name
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the reverse proxy redirects to TLS
    "security.W005",  # other hosts under the clinic's domain, and the browsers' preload list,
    "security.W021",  # are the clinic's to decide, not ours
]
