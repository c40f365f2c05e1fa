"""Rich messages: their limits, and their blocks as plain text; HTML and Markdown are not emulated."""

from collections.abc import Iterator
from typing import Final

from sandbox.telegram.chats import Json
from sandbox.telegram.errors import ViolationError

_SOURCES: Final = frozenset({"blocks", "html", "markdown"})
_MOST_CHARACTERS: Final = 32_768
_MOST_BLOCKS: Final = 500
_MOST_COLUMNS: Final = 20
_DEEPEST: Final = 16


def blocks_in(message: Json) -> tuple[Json, ...]:
    """Return the blocks of an InputRichMessage; ViolationError if it is over a limit of Telegram's."""
    if len(_SOURCES & message.keys()) != 1:
        raise ViolationError("exactly one of blocks, html and markdown must be used")
    if "blocks" not in message:
        raise ViolationError("the sandbox shows rich messages of blocks only")
    blocks: list[Json] = message["blocks"]
    if not plain_text(blocks).strip():
        raise ViolationError("message text is empty")
    if len(plain_text(blocks)) > _MOST_CHARACTERS:
        raise ViolationError("rich message is too long")
    # The rows of a table count as blocks.
    if sum(1 + len(block.get("cells", ())) for block in blocks) > _MOST_BLOCKS:
        raise ViolationError("rich message has too many blocks")
    for block in blocks:
        _check_block(block)
    return tuple(blocks)


def _check_block(block: Json) -> None:
    for row in block.get("cells", ()):
        if sum(cell.get("colspan", 1) for cell in row) > _MOST_COLUMNS:
            raise ViolationError("table has too many columns")
    texts = (block.get("text", ""), *(cell.get("text", "") for row in block.get("cells", ()) for cell in row))
    if any(_depth(text) > _DEEPEST for text in texts):
        raise ViolationError("rich message is nested too deeply")


def _depth(text: object) -> int:
    if isinstance(text, list):
        return max(map(_depth, text), default=0)
    return 1 + _depth(text["text"]) if isinstance(text, dict) else 1


def plain_text(blocks: list[Json]) -> str:
    """Return a line for each paragraph and row, as a search in the chat finds it."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Json) -> Iterator[str]:
    if block["type"] != "table":
        yield _plain(block.get("text", ""))
        return
    if "caption" in block:
        yield _plain(block["caption"])
    for row in block["cells"]:
        yield " ".join(filter(None, (_plain(cell.get("text", "")) for cell in row)))


def _plain(text: object) -> str:
    if isinstance(text, list):
        return "".join(map(_plain, text))
    return _plain(text["text"]) if isinstance(text, dict) else str(text)
