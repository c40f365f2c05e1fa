"""The process that reads one price list from its standard input and writes the result to its standard output.

A malicious file can kill this process only. The limits are set before the first byte is read; a process that
exceeds them is killed, and `file_reader.py` reports a damaged file.
"""

import os
import resource
import sys

from msgspec.json import encode

from bot.catalogue.price_list.reader import read_price_list
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES
from bot.grammar.vocabulary import COMMANDS

NICENESS = 10
"""Gives the bot precedence when both need the CPU."""


def main() -> None:
    """Read a list within the limits of the arguments: memory in bytes, CPU time in seconds."""
    memory_bytes, cpu_s = (int(argument) for argument in sys.argv[1:])
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_AS, memory_bytes)
    os.nice(NICENESS)
    content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    sys.stdout.buffer.write(encode(read_price_list(content, commands=COMMANDS)))


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (allowed, allowed))


if __name__ == "__main__":
    main()
