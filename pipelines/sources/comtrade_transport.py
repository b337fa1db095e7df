"""Asking UN Comtrade politely: pace, retries, checks of the answer, and a key that is never shown.

The official client `comtradeapicall` builds each query (address and parameters) but has a fixed host, prints errors
instead of raising them and forgets status and headers. So it is lent a transport: within `lend_transport`, the one
name through which the client reaches the network (`comtradeapicall.PreviewGet.urllib3`) is ours. The answer is taken
and checked here; the client itself gets an empty one. One download at a time in a process.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any

import requests
import tenacity

from features.errors import SourceError
from pipelines.settings.ingest import ComtradeApiSettings

KEY_HEADER = "Ocp-Apim-Subscription-Key"  # Azure API Management, which the service runs on
_LENT = threading.Lock()
_SHOWN = 200


class _TryAgainError(Exception):
    """An answer that may be better next time."""

    def __init__(self, told: str, wait_seconds: float | None = None) -> None:
        super().__init__(told)
        self.wait_seconds = wait_seconds


class Transport:
    """One polite line to the service. `sleep`, `clock` and `now` are given, so that tests never wait."""

    def __init__(
        self,
        settings: ComtradeApiSettings,
        key: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._key = settings, key
        self._sleep, self._clock, self._now = sleep, clock, now
        self._last_request: float | None = None
        self._session = requests.Session()
        self._session.headers[KEY_HEADER] = key
        self.n_requests = 0

    def fetch(self, address: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Get one checked answer. Raises SourceError when the service refuses, or keeps failing."""
        url = re.sub(r"^https?://[^/]+", self._settings.base_url.rstrip("/"), address)
        query = {name: str(value) for name, value in fields.items() if name != "subscription-key"}
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_TryAgainError),
            stop=tenacity.stop_after_attempt(self._settings.attempts),
            wait=self._wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._try, url, query)
        except _TryAgainError as error:
            raise SourceError(
                f"UN Comtrade did not give a usable answer in {self._settings.attempts} tries; the last: {error}; "
                "run the same command later, it goes on where it stopped"
            ) from error

    def _try(self, url: str, query: dict[str, str]) -> dict[str, Any]:
        self._keep_pace()
        self.n_requests += 1
        try:
            answer = self._session.get(url, params=query, timeout=self._settings.timeout_seconds)
        except requests.RequestException as error:
            raise _TryAgainError(self._clean(f"no connection ({type(error).__name__})")) from error
        told = self._clean(answer.text[:_SHOWN].strip())
        if answer.status_code == 429:
            raise _TryAgainError(f"asked to slow down (429): {told}", self._asked_wait(answer, told))
        if answer.status_code >= 500:
            raise _TryAgainError(f"server error {answer.status_code}: {told}", self._asked_wait(answer, ""))
        if answer.status_code in (401, 403):
            raise SourceError(
                f"UN Comtrade refused the key or its quota is used up ({answer.status_code}): {told}; "
                "check COMTRADE_API_KEY, or run the same command when the quota is renewed"
            )
        if answer.status_code != 200:
            raise SourceError(f"UN Comtrade refused the query ({answer.status_code}): {told}")
        return self._checked(answer, told)

    def _checked(self, answer: requests.Response, told: str) -> dict[str, Any]:
        try:
            payload = json.loads(answer.content)
        except ValueError as error:
            raise _TryAgainError(f"not JSON: {told}") from error
        if not isinstance(payload, dict):
            raise SourceError(f"UN Comtrade answered in another shape than documented: {told}")
        if payload.get("error"):
            raise SourceError(f"UN Comtrade answered with an error: {self._clean(str(payload['error']))[:_SHOWN]}")
        rows = payload.get("data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SourceError(f"UN Comtrade answered without a list of rows named 'data': {told}")
        return payload

    def _keep_pace(self) -> None:
        if self._last_request is not None:
            early = self._settings.seconds_between_requests - (self._clock() - self._last_request)
            if early > 0:
                self._sleep(early)
        self._last_request = self._clock()

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait_seconds if isinstance(error, _TryAgainError) else None
        wait = asked if asked is not None else 2.0**state.attempt_number
        return min(wait, self._settings.longest_wait_seconds)

    def _asked_wait(self, answer: requests.Response, told: str) -> float | None:
        """Seconds by the header Retry-After (number or date), else by the message's own words."""
        header = answer.headers.get("Retry-After", "").strip()
        if header.isdigit():
            return float(header)
        if header:
            try:
                return max(0.0, (parsedate_to_datetime(header) - self._now()).total_seconds())
            except (TypeError, ValueError):
                return None
        found = re.search(r"in (\d{1,6}) second", told)
        return float(found.group(1)) if found else None

    def _clean(self, text: str) -> str:
        return text.replace(self._key, "<key>")


class _Lent:
    """What the official client takes for urllib3."""

    def __init__(self, transport: Transport, exceptions: Any) -> None:
        self._transport = transport
        self.exceptions = exceptions
        self.payload: dict[str, Any] | None = None

    def PoolManager(self) -> _Lent:  # noqa: N802 - urllib3's name
        return self

    def request(self, method: str, url: str, fields: Mapping[str, Any], timeout: float) -> SimpleNamespace:
        """Answer one request of the client; the rows are kept here, the client gets none."""
        del method, timeout
        self.payload = self._transport.fetch(url, fields)
        return SimpleNamespace(status=200, data=b'{"count": 0, "data": []}')


@contextmanager
def lend_transport(transport: Transport) -> Iterator[_Lent]:
    """Let the official client speak through `transport`; `.payload` is the last checked answer."""
    from comtradeapicall import PreviewGet

    with _LENT:
        own = PreviewGet.urllib3
        lent = _Lent(transport, own.exceptions)
        PreviewGet.urllib3 = lent
        try:
            yield lent
        finally:
            PreviewGet.urllib3 = own
