"""One JSON object a line, with who asked and the request's id; never what was asked for, nor any
variable of a failing function: both may hold a patient's data.
"""

import logging
from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from structlog.stdlib import ProcessorFormatter

KNOWN: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
]


class RequestLogMiddleware(RequestMiddleware):
    """A line a request. Its address goes without the query, which may be a name searched for."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


def formatter() -> logging.Formatter:
    """For LOGGING: Django's and everybody else's lines look like ours."""
    render: list[Any] = [
        ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    return ProcessorFormatter(foreign_pre_chain=KNOWN, processors=render)


def configure() -> None:
    """Structlog's own loggers go through Python's logging, whose levels and handlers decide."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *KNOWN,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
