"""What holds for all tests: nobody speaks to the world outside."""

import socket
from typing import Any

import pytest
from hypothesis import settings

# The same examples in every run, and no failure because the machine was busy.
settings.register_profile("tapwork", deadline=None, derandomize=True)
settings.load_profile("tapwork")

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to anywhere but this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
