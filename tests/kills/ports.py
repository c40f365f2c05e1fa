"""Ports that stay free while no process of the bot runs."""

import random
import socket

FIRST, LAST = 10_240, 32_767
"""Below the ephemeral ports: an outgoing connection could take the port of a killed bot."""

_chance = random.SystemRandom()
_reserved: set[int] = set()


def reserved_port() -> int:
    """Return a port that is not in use, and that no other call in this process returns."""
    while True:
        port = _chance.randint(FIRST, LAST)
        if port in _reserved:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _reserved.add(port)
        return port
