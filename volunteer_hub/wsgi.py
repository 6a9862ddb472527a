"""The WSGI entry."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "volunteer_hub.settings")
application = get_wsgi_application()

from kernel.startup import require_at_entry  # noqa: E402 (models load only after Django is set up)

require_at_entry()
