"""Real Chromium, as a person in Shanghai has it."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from help_requests.actions import load_reference as load_catalogue
from kernel.sessions import SessionStore
from regions.actions import load_reference as load_regions

ARGS = """
--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage
"""


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": "/usr/bin/chromium", "args": ARGS.split()}


@pytest.fixture(scope="session")
def browser_context_args():
    return {
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 390, "height": 844},
    }


@pytest.fixture
def reference(transactional_db) -> None:
    """Write regions and catalogue into this test's own database."""
    load_regions()
    load_catalogue()


@pytest.fixture
def signed_in(live_server, new_context) -> Callable[[User], Page]:
    """Return ``signed_in(user)``: a page of a browser of their own, signed in."""

    def enter(user: User) -> Page:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        context = new_context(base_url=live_server.url)
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": str(session.session_key),
                    "url": live_server.url,
                }
            ]
        )
        return context.new_page()

    return enter


@pytest.fixture
def city(reference: None, settings: Any) -> list[dict[str, Any]]:
    """Build a small demo city; return its personas."""
    settings.DEMO = True
    out = StringIO()
    call_command(
        "demo_city", scale=0.02, today=timezone.localdate(), json=True, stdout=out, verbosity=0
    )
    found: list[dict[str, Any]] = json.loads(out.getvalue())["personas"]
    return found
