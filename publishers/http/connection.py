"""One connection that knows how far it came: not connected, connected, or something has left.

That is the difference between "surely nothing happened" and "nobody knows". requests is told only
that something failed; the connection below it knows.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.timeout import Timeout

from publishers.errors import PublishError
from publishers.http.address import resolve


class Trace:
    """What became of one exchange. `left` is true once the first byte of the request may have
    gone out; `refused` is why the address was not connected to."""

    def __init__(self, *, local: bool, deadline: float) -> None:
        self.local = local
        self.left = False
        self.expired = False
        self.refused: PublishError | None = None
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(deadline, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Trace:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()

    def connected(self, plug: socket.socket) -> None:
        """Remember what to cut when the time is up: a handle of our own, since TLS takes the
        connection's."""
        if self._socket is not None:
            self._socket.close()
        self._socket = plug.dup()
        if self.expired:
            self._cut()

    def _expire(self) -> None:
        self.expired = True
        self._cut()

    def _cut(self) -> None:
        """Wakes whoever waits on the connection, also below TLS."""
        plug = self._socket
        if plug is not None:
            with suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)


class CheckedAdapter(HTTPAdapter):
    """Connects to addresses that `publishers.http.address` allows, and writes into a trace."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._trace)


def _pools(trace: Trace) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(_Traced, HTTPConnection):
        pass

    class Secure(_Traced, HTTPSConnection):
        pass

    Plain.trace = Secure.trace = trace
    plain = type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
    secure = type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure})
    return {"http": plain, "https": secure}


class _Traced:
    """Mixed into urllib3's connections."""

    trace: Trace

    def _new_conn(self: Any) -> socket.socket:
        try:
            addresses = resolve(self._dns_host, self.port, local=self.trace.local)
        except PublishError as error:
            self.trace.refused = error
            raise NewConnectionError(self, "not connected to") from None
        limit = Timeout.resolve_default_timeout(self.timeout)
        last: OSError = OSError("no address")
        for address in addresses:
            try:
                plug = socket.create_connection(address, limit)
            except OSError as error:
                last = error
                continue
            plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.trace.connected(plug)
            return plug
        raise NewConnectionError(self, "cannot be reached") from last

    def send(self: Any, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.trace.left = True
        super().send(data)  # type: ignore[misc]
