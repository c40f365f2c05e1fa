"""The process in which one price list is read: it takes the file from its input and answers on its output.

A file made to kill its reader kills this process alone. The limits are set before the first byte is read;
what goes beyond them ends the process, which `file_reader.py` takes for a damaged file.
"""

import os
import resource
import sys

from msgspec.json import encode

from bot.catalogue.price_list.reader import read_price_list
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES
from bot.grammar.vocabulary import COMMANDS

BELOW_ORDERS = 10
"""How much this gives way to the bot, where both want the processor."""


def main() -> None:
    """Read a list within the memory (bytes) and processor time (seconds) of the arguments."""
    memory_bytes, cpu_s = (int(argument) for argument in sys.argv[1:])
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_AS, memory_bytes)
    os.nice(BELOW_ORDERS)
    content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    sys.stdout.buffer.write(encode(read_price_list(content, commands=COMMANDS)))


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (allowed, allowed))


if __name__ == "__main__":
    main()
