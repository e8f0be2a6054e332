"""Files in a bucket that speaks S3, each call with a deadline."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from core.errors import ServiceUnavailable

CONNECT_SECONDS = 2
READ_SECONDS = 10
ATTEMPTS = 2
REMEDY = "Look whether it is reachable; nothing was changed."
MISSING = {"NoSuchKey", "404", "NotFound"}


class Bucket:
    """Credentials come from the environment or the machine's role, as boto3 finds them."""

    def __init__(self, name: str, endpoint: str = "") -> None:
        self.name, self.endpoint = name, endpoint

    def put(self, key: str, content: bytes) -> None:
        with self._reachable():
            self._client.put_object(Bucket=self.name, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        with self._reachable():
            return bytes(self._client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def delete(self, key: str) -> None:
        with self._reachable():
            self._client.delete_object(Bucket=self.name, Key=key)

    def keys(self) -> Iterator[str]:
        with self._reachable():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
            for page in pages:
                yield from (one["Key"] for one in page.get("Contents", ()))

    @cached_property
    def _client(self) -> Any:
        limits = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )
        return boto3.client("s3", endpoint_url=self.endpoint or None, config=limits)

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                raise FileNotFoundError(self.name) from error
            raise self._gone() from error
        except BotoCoreError as error:
            raise self._gone() from error

    def _gone(self) -> ServiceUnavailable:
        return ServiceUnavailable("The store of files", self.endpoint or self.name, REMEDY)
