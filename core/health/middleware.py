"""Health is answered before anything else of a request can touch a server."""

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest

from core.health import answers

PATHS = {
    "/health/live": answers.live,
    "/health/ready": answers.ready,
    "/api/sync/health": answers.sync_health,
}


class HealthMiddleware:
    """Answers the health paths; everything else passes through."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        answer = PATHS.get(request.path)
        if iscoroutinefunction(self.get_response):
            return self.__acall__(request)
        return answer(request) if answer else self.get_response(request)

    async def __acall__(self, request: HttpRequest) -> Any:
        answer = PATHS.get(request.path)
        if answer:
            # A thread of its own: a request that waits for a server must not hold up this answer.
            return await sync_to_async(answer, thread_sensitive=False)(request)
        return await self.get_response(request)
