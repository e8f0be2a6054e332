"""Settings of Seth Clinic: one file, read from the environment and `.env`.

Whatever of DATABASE_URL, MONGODB_URL and REDIS_URL is missing is served by the embedded
servers of `$CLINIC_HOME`, which `bin/up` starts.
"""

import logging
from pathlib import Path

from csp.constants import NONE, SELF
from environ import Env

from clinic.environment.reading import read
from core.databases import no_maps
from core.embedded import home, servers

no_maps.install()

BASE_DIR = Path(__file__).resolve().parent.parent
# Every variable with its explanation: clinic/environment/table.py and .env.example.
env = read(BASE_DIR / ".env")

CLINIC_HOME = home.clinic_home()
EMBEDDED = servers.connection_urls(CLINIC_HOME)
KEYS_FOLDER = env["KEYS_FOLDER"] or CLINIC_HOME / "secrets" / "keys"
KEYS_GIVEN = {
    "envelope": env["KEY_ENVELOPE"],
    "index": env["KEY_INDEX"],
    "row": env["KEY_ROW"],
    "seal": env["KEY_SEAL"],
    "checkpoint": env["KEY_CHECKPOINT"],
}
AUDIT_CHECKPOINTS = env["AUDIT_CHECKPOINTS"] or CLINIC_HOME / "audit" / "checkpoints.jsonl"
AUDIT_ARCHIVE = env["AUDIT_ARCHIVE"] or CLINIC_HOME / "audit" / "archive"

QUARANTINE_FOLDER = CLINIC_HOME / "quarantine"
FILES_FOLDER = env["FILES_FOLDER"] or CLINIC_HOME / "documents"
FILES_S3_BUCKET, FILES_S3_ENDPOINT = env["FILES_S3_BUCKET"], env["FILES_S3_ENDPOINT"]
UPLOAD_MEGABYTES = env["UPLOAD_MEGABYTES"]
CLAMD = env["CLAMD"]


def url(name: str, fallback: str) -> str:
    """The named connection: the environment's, else the embedded server's, else the fallback."""
    return str(env[name] or EMBEDDED.get(name) or fallback)


DEBUG = env["DEBUG"]
SECRET_KEY = env["SECRET_KEY"] or home.secret("django")
ALLOWED_HOSTS = env["ALLOWED_HOSTS"]
CSRF_TRUSTED_ORIGINS = env["CSRF_TRUSTED_ORIGINS"]
TRUSTED_PROXIES = env["TRUSTED_PROXIES"]
# What anybody else says of it is taken away before Django looks (core.shell.proxies).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
PORT = env["PORT"]
VERSION = "1.0.0"
ENVIRONMENT = env["ENVIRONMENT"]

CLINIC_NAME = env["CLINIC_NAME"]
CLINIC_ADDRESS = env["CLINIC_ADDRESS"]
CLINIC_PHONE = env["CLINIC_PHONE"]
FIRST_STOP = env["FIRST_STOP"]
CLINIC_DEMO = env["CLINIC_DEMO"]
CURRENCY = env["CURRENCY"]
DENOMINATIONS = env["DENOMINATIONS"]
DISCOUNT_LIMIT = env["DISCOUNT_LIMIT"]
PHONE_REGION = env["PHONE_REGION"]
LAB_SECOND_PERSON = env["LAB_SECOND_PERSON"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "channels",
    "pgtrigger",
    "django_htmx",
    "template_partials",
    "csp",
    "django_structlog",
    "core",
    "inventory",
    "patients",
    "billing",
    "clinical_docs",
    "audit",
    "clinic",
    "core.admin_site.ClinicAdminConfig",
]

# Every one of these can run async: a sync-only middleware under Daphne blocks shutdown for good.
MIDDLEWARE = [
    "core.shell.proxies.ProxyMiddleware",
    "core.shell.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Before anyone asks who the user is: that question goes to PostgreSQL.
    "core.health.middleware.HealthMiddleware",
    "core.shell.middleware.AskerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.shell.logs.RequestLogMiddleware",
    "core.capture.middleware.ContextMiddleware",
    "core.shell.middleware.PageMiddleware",
    "core.door.middleware.DoorMiddleware",
    "core.shell.reading.ReadingMiddleware",
]

ROOT_URLCONF = "clinic.urls"
ASGI_APPLICATION = "clinic.asgi.application"
WSGI_APPLICATION = "clinic.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.shell.context.shell",
            ],
            "builtins": [
                "core.shell.templatetags.clinic_tags",
                "template_partials.templatetags.partials",
            ],
        },
    },
]

# --- Databases -----------------------------------------------------------------------------
# The web connects as a role that may only add to and read the outbox; migrations and the relay
# take their own role's URL (core.databases.roles). A URL that is not given falls back to the first.
DATABASE_URL = url("DATABASE_URL", "postgresql://clinic_app@127.0.0.1:1/seth_clinic")
DATABASE_ROLE_URLS = {
    "app": DATABASE_URL,
    "owner": url("DATABASE_OWNER_URL", DATABASE_URL),
    "relay": url("DATABASE_RELAY_URL", DATABASE_URL),
}
MONGODB_URL = url("MONGODB_URL", "mongodb://127.0.0.1:1/seth_clinic_mongo")
MONGODB_OWNER_URL = url("MONGODB_OWNER_URL", MONGODB_URL)
MONGODB_READ_URL = url("MONGODB_READ_URL", MONGODB_URL)
MONGODB_ARCHIVER_URL = url("MONGODB_ARCHIVER_URL", MONGODB_URL)
MONGODB_NAME = env["MONGODB_NAME"] or servers.mongodb_name(MONGODB_URL)
REDIS_URL = url("REDIS_URL", "redis://127.0.0.1:1")

POSTGRES_TIMEOUTS = (
    "-c statement_timeout=5s -c lock_timeout=2s "
    "-c idle_in_transaction_session_timeout=30s -c synchronous_commit=on"
)
DATABASE_POOL = env["DATABASE_POOL"]
POSTGRES = Env.db_url_config(DATABASE_URL)
DATABASES = {
    "default": {
        **POSTGRES,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **POSTGRES.get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 2},
            "connect_timeout": 2,
            "options": POSTGRES_TIMEOUTS,
        },
    },
    "mongodb": {
        "ENGINE": "django_mongodb_backend",
        "HOST": MONGODB_READ_URL,
        "NAME": MONGODB_NAME,
        "OPTIONS": {"timeoutMS": 2000, "serverSelectionTimeoutMS": 1000},
        "TEST": {"MIGRATE": False},
    },
}
DATABASE_ROUTERS = ["core.databases.mirror.MirrorRouter"]

CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": f"{REDIS_URL}/1",
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.3,
            "SOCKET_TIMEOUT": 0.3,
            "CONNECTION_POOL_KWARGS": {"retry": None},
            # The usual one unpickles: whoever may write to Valkey could then run code in the pages.
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
        },
    }
}
SESSION_ENGINE = "core.sessions.store"
# Not in a cookie: a message may name a patient, and browsers keep cookies where anybody may look.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "core.live.layer.PatientLayer",
        "CONFIG": {
            "hosts": [
                {"address": f"{REDIS_URL}/2", "socket_connect_timeout": 0.5, "socket_timeout": 8}
            ],
            # Several clinics may share one Valkey: none hears another's topics.
            "prefix": f"{MONGODB_NAME}:live",
            "capacity": 500,
            "expiry": 30,
        },
    }
}

# --- Signing in ----------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["core.accounts.backends.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "core.accounts.passwords.GuessableValidator"},
]
# User names are unique whatever their case: a constraint on Lower("username").
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "start"
SECOND_FACTOR_ROLES = env["SECOND_FACTOR_ROLES"]
RECORDS_AN_HOUR = env["RECORDS_AN_HOUR"]
# Locked when nobody has touched anything for so many seconds; ended after twelve hours whatever happens.
LOCK_AFTER = env["LOCK_AFTER"]
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = env["HTTPS"]
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
# A browser takes a `__Host-` cookie from this very host alone, and by https alone.
COOKIE_PREFIX = "__Host-" if env["HTTPS"] else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "report-uri": ["/csp-report/"],
    }
}

# --- Words, times, files -------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "clinic.formats"
TIME_ZONE = env["TIME_ZONE"]
USE_I18N = True
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = CLINIC_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "clinic.static.HashedFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = ["core.files.quarantine.Quarantine"]
# Bodies on their way in lie there too, and not in a folder that everybody shares.
QUARANTINE_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
FILE_UPLOAD_TEMP_DIR = QUARANTINE_FOLDER

# --- Celery: hints only; what is due stands in PostgreSQL ------------------------------------
CELERY_BROKER_URL = f"{REDIS_URL}/0"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "tidy": {"task": "core.tidy", "schedule": 6 * 3600},
    "verify": {"task": "audit.verify", "schedule": 24 * 3600},
    "archive": {"task": "audit.archive", "schedule": 24 * 3600},
}

# One line a request, when it is answered.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "core.shell.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {"django_structlog": {"level": "INFO"}},
    "root": {"handlers": ["console"], "level": env["LOG_LEVEL"]},
}
