"""Parses text as Telegram does: HTML into text with entities (offsets in UTF-16 units), and commands."""

import re
from dataclasses import dataclass, field
from typing import Final

from sandbox.telegram.chats import Json
from sandbox.telegram.errors import ViolationError

_KINDS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_ATTRIBUTE = r"""\s+([^\s=>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?"""
_START = re.compile(rf"<([^\s>]*)((?:{_ATTRIBUTE})*)\s*>")
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot)(?![a-zA-Z])|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));?")
_COMMAND = re.compile(r"(?<![\w/<])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/>@])")
# Telegram marks no commands inside these entities.
_OPAQUE: Final = frozenset({"code", "pre", "text_link"})
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LAST_CODE_POINT: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


def utf16_len(text: str) -> int:
    """Return the length in UTF-16 units, in which Telegram counts offsets."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def commands_in(text: str, entities: tuple[Json, ...] = ()) -> tuple[Json, ...]:
    """Return the commands in a text as entities, except inside code or links among `entities`."""
    found = (
        {
            "type": "bot_command",
            "offset": utf16_len(text[: command.start()]),
            "length": utf16_len(command[0]),
        }
        for command in _COMMAND.finditer(text)
    )
    opaque = [one for one in entities if one["type"] in _OPAQUE]
    return tuple(one for one in found if not any(_overlap(one, other) for other in opaque))


def _overlap(one: Json, other: Json) -> bool:
    starts_before_end: bool = one["offset"] < other["offset"] + other["length"]
    return starts_before_end and other["offset"] < one["offset"] + one["length"]


def parse_html(source: str) -> tuple[str, tuple[Json, ...]]:
    """Return text and entities; ViolationError `can't parse entities: …` in Telegram's own words."""
    return _Parser(source).run()


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    extra: Json


@dataclass(slots=True)
class _Parser:
    source: str
    at: int = 0
    text: list[str] = field(default_factory=list)
    offset: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def run(self) -> tuple[str, tuple[Json, ...]]:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self._close()
            elif self.source[self.at] == "<":
                self._open()
            else:
                self._plain()
        if self.stack:
            raise self._violation(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')
        for entity in self.entities:
            if entity["type"] == "code":  # only a `pre` block has a language
                entity.pop("language", None)
        in_order = sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.text), tuple(in_order)

    def _plain(self) -> None:
        end = self.source.find("<", self.at)
        end = len(self.source) if end < 0 else end
        piece = _ENTITY.sub(_decoded, self.source[self.at : end])
        self.text.append(piece)
        self.offset += utf16_len(piece)
        self.at = end

    def _open(self) -> None:
        name = re.split(r"[\s>]", self.source[self.at + 1 :], maxsplit=1)[0]
        tag = name.lower()
        if tag not in _KINDS:
            raise self._violation(f'Unsupported start tag "{tag}" at byte offset {self._byte()}')
        found = _START.match(self.source, self.at)
        if found is None:
            raise self._violation(f'Unclosed start tag "{tag}" at byte offset {self._byte()}')
        attributes = {key.lower(): _value(raw) for key, raw in re.findall(_ATTRIBUTE, found[2])}
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._violation(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte()}')
        self.stack.append(_Open(tag, self.offset, _extra(tag, attributes)))
        self.at = found.end()

    def _close(self) -> None:
        end = self.source.find(">", self.at)
        if end < 0:
            raise self._violation(f"Unclosed end tag at byte offset {self._byte()}")
        name = self.source[self.at + 2 : end].strip().lower()
        if not self.stack:
            raise self._violation(f"Unexpected end tag at byte offset {self._byte()}")
        opened = self.stack.pop()
        if name != opened.tag:
            expected = f'expected "</{opened.tag}>", found "</{name}>"'
            raise self._violation(f"Unmatched end tag at byte offset {self._byte()}, {expected}")
        self.at = end + 1
        self._add(opened)

    def _add(self, opened: _Open) -> None:
        length = self.offset - opened.offset
        if length == 0 or (opened.tag == "a" and "url" not in opened.extra):
            return
        entity: Json = {"type": _KINDS[opened.tag], "offset": opened.offset, "length": length} | opened.extra
        last = self.entities[-1] if self.entities else {}
        if (
            opened.tag == "pre"
            and "language" in last
            and (last["offset"], last["length"])
            == (
                entity["offset"],
                length,
            )
        ):
            entity["language"] = self.entities.pop()["language"]
        self.entities.append(entity)

    def _byte(self) -> int:
        return len(self.source[: self.at].encode())

    def _violation(self, reason: str) -> ViolationError:
        return ViolationError(f"can't parse entities: {reason}")


def _decoded(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return _NAMED[name]
    point = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(point) if 0 < point <= _LAST_CODE_POINT and point not in _SURROGATES else found[0]


def _value(raw: str) -> str:
    return _ENTITY.sub(_decoded, raw[1:-1] if raw[:1] in {"'", '"'} else raw)


def _extra(tag: str, attributes: dict[str, str]) -> Json:
    match tag:
        case "a" if re.match(r"(https?|tg|mailto|tel):", attributes.get("href", "")):
            return {"url": attributes["href"]}
        case "code" if attributes.get("class", "").startswith("language-"):
            return {"language": attributes["class"].removeprefix("language-")}
        case "blockquote" if "expandable" in attributes:
            return {"type": "expandable_blockquote"}
        case "tg-emoji" if "emoji-id" in attributes:
            return {"custom_emoji_id": attributes["emoji-id"]}
        case _:
            return {}
