"""ASGI entry point: pages and sockets on one port."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from daphne import http_protocol
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
pages = get_asgi_application()

from core.crypto import beginning  # noqa: E402  (needs the apps loaded)
from core.files.quarantine import most_bytes  # noqa: E402
from core.live.routing import websocket_urlpatterns  # noqa: E402
from core.shell.bodies import capped  # noqa: E402

beginning.refuse_without_keys()
# The largest file, and the form around it.
http_protocol.WebRequest = capped(most_bytes() + 1024 * 1024)

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)
