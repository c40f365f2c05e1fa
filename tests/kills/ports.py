"""Ports that stay free between two lives."""

import random
import socket

FIRST, LAST = 10_240, 32_767
"""Below those that systems lend to outgoing connections, one of which could take a dead bot's port."""

_chance = random.SystemRandom()
_given: set[int] = set()


def quiet_port() -> int:
    """Give a port that nobody listens on, and that is given to nobody else here."""
    while True:
        port = _chance.randint(FIRST, LAST)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
