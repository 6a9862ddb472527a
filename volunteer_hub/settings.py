"""Settings: one typed file, driven by the environment, safe by default.

``HUB_DATA`` names the folder of everything the platform writes; ``DATABASE_URL`` and ``REDIS_URL``
move it from the embedded default (SQLite, no broker) to PostgreSQL and Redis; ``HUB_DEMO=1`` opens the
demo's doors (personas, outbox page, no second factor).
"""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF  # noqa: F401
from django.utils.translation import gettext_lazy as _

from volunteer_hub import keys, logs


def _flag(name: str, *, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0") == "1"


ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("HUB_DATA", ROOT / "var")).resolve()
KEYS = keys.read(DATA)
HUB_ID = KEYS.hub_id if KEYS else "none"
SECRET_KEY = KEYS.secret_key if KEYS else ""
DEBUG = _flag("HUB_DEBUG")
DEMO = _flag("HUB_DEMO")
ALLOWED_HOSTS = os.environ.get("HUB_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
HUB_PROXIES = int(
    os.environ.get("HUB_PROXIES", "0")
)  # reverse proxies whose X-Forwarded-For is believed
HUB_HTTPS = _flag("HUB_HTTPS")
HUB_ORIGIN = os.environ.get(
    "HUB_ORIGIN", "http://127.0.0.1:8000"
)  # printed in QR codes and messages

ROOMS = [
    "kernel",
    "regions",
    "accounts",
    "organizations",
    "help_requests",
    "matching",
    "service_records",
    "incentives",
    "rights",
    "notifications",
]
INSTALLED_APPS = [
    "daphne",
    *ROOMS,
    "web",
    "api",
    "volunteer_hub",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_q",
    "django_htmx",
    "django_filters",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.shared.private.PrivateMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "web.shared.refusals.RefusalMiddleware",
    "web.shared.second_factor.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "volunteer_hub.urls"
WSGI_APPLICATION = "volunteer_hub.wsgi.application"
ASGI_APPLICATION = "volunteer_hub.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.shared.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "web.shared.templatetags.hub",
                "web.shared.templatetags.components",
            ],
        },
    }
]

# --- data ---------------------------------------------------------------------------------------

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL", f"sqlite:///{DATA / 'hub.sqlite3'}")
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Closing the last connection writes the whole log back: kept open, an answer never waits for that. The
    # search walks many pages: up to 64 MB of them are kept.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536;"
        ),
    }
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}
else:
    _given = DATABASES["default"].get(
        "OPTIONS", {}
    )  # what the URL says: sslmode, a socket's folder
    DATABASES["default"]["HOST"] = _given.pop("host", DATABASES["default"]["HOST"])
    # A pool is for web processes: the job cluster forks, and would share its sockets.
    DATABASES["default"]["OPTIONS"] = {
        **_given,
        "server_side_binding": True,
        **({"pool": {"min_size": 2, "max_size": 20}} if _flag("HUB_POOL") else {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES: dict[str, Any] = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
Q_CLUSTER: dict[str, Any] = {
    "name": f"hub-{HUB_ID}",
    "orm": "default",
    "workers": 1,
    "timeout": 25,
    "retry": 30,
    "poll": 0.5,
    "catch_up": False,
    "save_limit": 100,
    "label": "jobs",
    # What may take minutes has a worker of its own, so that nobody's offer waits for it. It takes the next
    # task while it is still at one, and what is taken must not come again meanwhile.
    "ALT_CLUSTERS": {"slow": {"timeout": 240, "retry": 780}},
}
# Where "leave this page now" leads: a plain public page elsewhere.
HUB_LEAVE_URL = os.environ.get("HUB_LEAVE_URL", "https://www.shanghai.gov.cn/")
HUB_POLL_SECONDS = 60  # a page without a socket asks for news so often
HUB_TIES: int | None = None  # the demo sets it while it is built: the same seed, the same city
HUB_WAKE = _flag("HUB_WAKE", default=True)  # off: nothing is queued, a sweep finds what is due
MEDIA_ROOT = DATA / "uploads"

# --- words and time -----------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
LANGUAGE_COOKIE_NAME = f"hub_language_{HUB_ID}"
HUB_BOX = (30.6, 31.95, 120.8, 122.3)  # south, north, west, east: where points are believed
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- people -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/account/enter/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# Our users are found by blind index; allauth never sees an address in clear.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses are proved by our own one-time codes
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "kernel.sessions"
SESSION_COOKIE_NAME = f"hub_session_{HUB_ID}"
CSRF_COOKIE_NAME = f"hub_csrf_{HUB_ID}"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HUB_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HUB_HTTPS else 0
STAFF_SECOND_FACTOR = _flag("HUB_SECOND_FACTOR", default=not DEMO)
MFA_ADAPTER = "web.account.second.SealedAdapter"
MFA_TOTP_TOLERANCE = 1  # the code before and after: clocks of phones differ
HUB_REVEALS_A_DAY = int(
    os.environ.get("HUB_REVEALS_A_DAY", "30")
)  # distinct people, per member of staff
HUB_REALNAME = os.environ.get("HUB_REALNAME", "accounts.gateways.realname.demo")
X_FRAME_OPTIONS = "DENY"

# --- telling people -----------------------------------------------------------------------------

# Adapters (notifications.gateways). Outside the demo nothing is pretended to have been sent.
HUB_SMS = os.environ.get("HUB_SMS", f"notifications.gateways.sms.{'demo' if DEMO else 'http'}")
HUB_SMS_URL = os.environ.get("HUB_SMS_URL", "")
HUB_SMS_TOKEN = os.environ.get("HUB_SMS_TOKEN", "")
HUB_EMAIL = os.environ.get(
    "HUB_EMAIL", f"notifications.gateways.email.{'demo' if DEMO else 'smtp'}"
)
HUB_PROVIDER_SECONDS = 8.0  # after which a provider that hangs is given up
EMAIL_HOST = os.environ.get("HUB_MAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("HUB_MAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("HUB_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("HUB_MAIL_PASSWORD", "")
EMAIL_USE_TLS = _flag("HUB_MAIL_TLS")
EMAIL_TIMEOUT = 8
DEFAULT_FROM_EMAIL = os.environ.get("HUB_MAIL_FROM", "hub@localhost")

# --- when something is wrong: days of 信访工作条例 2022, hours of an incident's report -------------

HUB_CASE_DAYS = {"acknowledge": 15, "conclude": 60, "extension": 30, "review": 30, "appeal": 30}
HUB_INCIDENT_HOURS = 48

# --- files the browser gets ---------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if _flag("HUB_PLAIN_STATIC")  # the tests serve files from where they are written
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = _flag("HUB_PLAIN_STATIC")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "microphone", "geolocation", "payment", "usb")
}

# --- programs -----------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.authentication.InScope"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.ByCursor",
    "DEFAULT_FILTER_BACKENDS": [],
    "EXCEPTION_HANDLER": "api.errors.handle",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Volunteer Hub",
    "VERSION": "1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "DEFAULT_GENERATOR_CLASS": "api.schema.Generator",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [],  # choices stand where they are used, under no made-up names
}

# --- log ----------------------------------------------------------------------------------------

logs.configure()
