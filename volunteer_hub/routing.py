"""What ASGI serves: sockets always, pages too where one process serves all (the embedded default)."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "volunteer_hub.settings")
pages = get_asgi_application()

from web.live import sockets  # noqa: E402 (models load only after Django is set up)

application = ProtocolTypeRouter({"http": pages, "websocket": sockets})
