"""The ASGI entry: pages, API and sockets in one process."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "volunteer_hub.settings")
application = get_asgi_application()

from kernel import startup  # noqa: E402 (the app registry is there only now)

startup.require()
