"""The process that reads one untrusted list from its standard input and writes the result to its output.

A malicious file can kill this process only. The limits are set before the first byte is read; a process that
exceeds them is killed, and `file_reader.py` reports a damaged file.
"""

import os
import resource
import sys

from msgspec.json import encode

from bot.catalogue.price_list.reader import read_price_list
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES
from bot.features.biller_list import parse_biller_list
from bot.features.price_list.file_reader import FileKind
from bot.grammar.vocabulary import COMMANDS

NICENESS = 10
"""Gives the bot precedence when both need the CPU."""


def main() -> None:
    """Read a list within the limits of the arguments: memory in bytes, CPU time in seconds, kind of list."""
    memory_bytes, cpu_s = (int(argument) for argument in sys.argv[1:3])
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_AS, memory_bytes)
    os.nice(NICENESS)
    content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    match FileKind(sys.argv[3]):
        case FileKind.PRICE_LIST:
            sys.stdout.buffer.write(encode(read_price_list(content, commands=COMMANDS)))
        case FileKind.BILLER_LIST:
            sys.stdout.buffer.write(encode(parse_biller_list(content)))


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (allowed, allowed))


if __name__ == "__main__":
    main()
