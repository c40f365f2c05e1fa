"""The environment and `.env`, where settings come from: misspelt names, unreadable lines, the file's mode."""

import logging
import os
import re
import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from pydantic_settings import BaseSettings, DotEnvSettingsSource
from rapidfuzz.distance import DamerauLevenshtein, Prefix

ENV_FILE = Path(".env")

MAX_TYPOS = 2
"""Two of our own names differ in at least three letters."""

NOT_OURS = frozenset({"LOKET_HOST", "TELEGRAM_API_ID", "TELEGRAM_API_HASH"})
"""Names that other programs read: Caddy in `compose.yaml`, and a Bot API server of the operator's own."""

FAIL_OPEN = frozenset(
    {
        "DATABASE_URL",
        "ORDER_MAX_AGE_S",
        "REVERSAL_ALLOWED_IPS",
        "TELEGRAM_API_URL",
        "TRUSTED_PROXIES",
    }
)
"""Optional settings that must not be lost to a typo.

Their defaults accept reversals from any address, start an empty database, buy orders that are too old, or
talk to another server.
"""

_PARSER_LOG = logging.getLogger("dotenv.main")
_PARSER_LOG.addHandler(logging.NullHandler())  # what it has to say is a fault, in our own words
_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*(.*)", re.MULTILINE)
_PREFIX = "LOKET_"
_ALIKE_CHARS = 4
"""Words that begin alike: PROXY and PROXIES, ALLOW and ALLOWED."""


class NearName(Struct, frozen=True):
    """A name that is no setting, and the setting that was probably meant."""

    given: str
    meant: str


class SourceFindings(Struct, frozen=True):
    """What is wrong with the places that settings come from: faults prevent a start, warnings do not."""

    faults: list[str]
    warnings: list[str]
    is_readable: bool = True


def inspect_sources(settings_class: type[BaseSettings]) -> SourceFindings:
    """Read the environment and `.env`, and return what is wrong with them."""
    try:
        in_file, unreadable_lines = _read_env_file(settings_class)
        text = ENV_FILE.read_text(encoding="utf-8") if in_file else ""
    except OSError as error:
        return SourceFindings([f"{ENV_FILE} cannot be read: {error.strerror}"], [], is_readable=False)
    except UnicodeError:
        return SourceFindings([f"{ENV_FILE} cannot be read: save it as UTF-8 text"], [], is_readable=False)
    given = in_file | {name.upper(): value for name, value in os.environ.items()}
    misspelt, doubtful = _misspelt(settings_class, given)
    return SourceFindings(
        [
            *(f"{ENV_FILE} line {number} cannot be read: write NAME=value" for number in unreadable_lines),
            *_lost_values(settings_class, in_file, text),
            *misspelt,
        ],
        _file_mode_warnings() + doubtful,
    )


def _names_of(settings_class: type[BaseSettings]) -> set[str]:
    return {name.upper() for name in settings_class.model_fields}


def _lost_values(
    settings_class: type[BaseSettings], in_file: Mapping[str, str | None], text: str
) -> list[str]:
    """Return a fault for each setting in `.env` that has no value, or one that a later line replaces."""
    ours = _names_of(settings_class)
    empty = [name for name, value in in_file.items() if value is None and name in ours]
    replaced = [name for name in _replaced(text) if name in ours]
    return [
        *(f"{name}: has no value in {ENV_FILE}, write {name}=value" for name in empty),
        *(f"{name}: is set more than once in {ENV_FILE}, leave one line" for name in replaced),
    ]


def _misspelt(
    settings_class: type[BaseSettings], given: Mapping[str, str | None]
) -> tuple[list[str], list[str]]:
    """Return a fault for each misspelt setting that a start needs, and a warning for each other one."""
    fields = settings_class.model_fields.items()
    needed = FAIL_OPEN | {name.upper() for name, field in fields if field.is_required()}
    faults: list[str] = []
    warnings: list[str] = []
    for near in near_names(given, _names_of(settings_class)):
        is_lost = near.meant in needed and not given.get(near.meant)
        (faults if is_lost else warnings).append(f"{near.given}: unknown setting, did you mean {near.meant}?")
    return faults, warnings


def near_names(given: Iterable[str], ours: Collection[str]) -> list[NearName]:
    """Return the names that are nearly one of ours."""
    strange = sorted(set(given) - set(ours) - NOT_OURS)
    found = ((name, _nearest(name, ours)) for name in strange)
    return [NearName(name, meant) for name, meant in found if meant]


def _nearest(name: str, ours: Iterable[str]) -> str | None:
    plain = re.sub(r"\W", "_", name)
    short = plain.removeprefix(_PREFIX)
    near = [our for our in ours if _is_near(short, our) or _is_near(plain, our)]
    return min(near, key=lambda our: (DamerauLevenshtein.distance(short, our), our), default=None)


def _is_near(name: str, our: str) -> bool:
    if DamerauLevenshtein.distance(name, our, score_cutoff=MAX_TYPOS) <= MAX_TYPOS:
        return True
    words, our_words = name.split("_"), our.split("_")
    if our in FAIL_OPEN and len(words) > 2 and words[:-1] == our_words[:-1]:  # noqa: PLR2004 - as below
        return True
    return _has_the_words_of(words, our_words)


def _has_the_words_of(words: list[str], our_words: list[str]) -> bool:
    """Check for our words in any order, shortened or lengthened, with at most one more or one fewer.

    A word before all of ours belongs to another program, as in `RUST_LOG_LEVEL`.
    """
    few, many = sorted((words, our_words), key=len)
    if len(few) < 2 or len(many) - len(few) > 1:  # noqa: PLR2004 - one common word is no likeness
        return False
    left = list(many)
    for word in few:
        alike = next((other for other in left if _is_alike(word, other)), None)
        if alike is None:
            return False
        left.remove(alike)
    return not (left and many is words and left[0] == words[0])


def _is_alike(word: str, other: str) -> bool:
    common = Prefix.similarity(word, other)
    return 0 < common >= min(len(word), len(other), _ALIKE_CHARS)


def _read_env_file(settings_class: type[BaseSettings]) -> tuple[dict[str, str | None], list[int]]:
    """Return the values of `.env` by name in capitals, and the numbers of lines that cannot be parsed."""
    unreadable = _LineNumbers()
    _PARSER_LOG.addHandler(unreadable)
    try:
        values = DotEnvSettingsSource(settings_class).env_vars
    finally:
        _PARSER_LOG.removeHandler(unreadable)
    return {name.upper(): value for name, value in values.items()}, unreadable.numbers


class _LineNumbers(logging.Handler):
    """Collects the line numbers of the parser's warnings, which it reports only to its log."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[int] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple):
            self.numbers += [number for number in record.args if isinstance(number, int)]


def _replaced(text: str) -> list[str]:
    """Return the names with a value that a later line replaces; a line may fill an empty one before it."""
    values: dict[str, list[str]] = {}
    for name, value in _LINE.findall(text):
        values.setdefault(name.upper(), []).append(value)
    return [name for name, given in values.items() if any(given[:-1])]


def _file_mode_warnings() -> list[str]:
    """Warn of a `.env` that others can read; its group may, if the file belongs to another user."""
    try:
        state = ENV_FILE.stat()
    except OSError:
        return []
    exposed = stat.S_IRWXO | (stat.S_IRWXG if state.st_uid == os.geteuid() else 0)
    if not state.st_mode & exposed:
        return []
    mode = f"{stat.S_IMODE(state.st_mode):04o}"
    return [f"{ENV_FILE}: other users of this machine can read it (mode {mode}), run: chmod 600 {ENV_FILE}"]
