"""Writes scenes as a page that GitHub shows well: a table a chapter, a row a message with its buttons."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from bot.texts.formatting import AttachmentKind, Span, Style, Text
from tools.gallery.scene import Chapter, Scene
from tools.gallery.stage import RINA, Bubble, Person

PICTURE_WIDTH_PX = 240

HEAD = """\
# Gallery

Everything Loket says, as it looks in a chat: on the left what happened and what somebody typed, on the
right the answer with the buttons under it. Nothing is made up but the alarms: a counter with a small price
list, in memory, took in what is typed here and found these words. `make gallery` writes this page, and a
test holds it against the texts.
"""

Pictures = dict[str, bytes]
"""The pictures of the page by their file names."""


def page(chapters: Sequence[Chapter]) -> tuple[str, Pictures]:
    """Play all chapters; give the page and its pictures."""
    pictures: Pictures = {}
    anchors = " · ".join(f"[{one.title}](#{_anchor(one.title)})" for one in chapters)
    parts = [HEAD, f"{anchors}\n", *(_chapter(one, pictures) for one in chapters)]
    return "\n".join(parts), pictures


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _chapter(chapter: Chapter, pictures: Pictures) -> str:
    rows = "\n".join(row for scene in chapter.play() for row in _rows(scene, pictures))
    return f"## {chapter.title}\n\n{chapter.words}\n\n<table>\n{rows}\n</table>\n"


def _rows(scene: Scene, pictures: Pictures) -> Iterator[str]:
    did = f"<br>{_typed(scene.did)}" if scene.did else ""
    shown: list[Bubble | None] = [*scene.said] or [None]
    for number, bubble in enumerate(shown):
        span = f' rowspan="{len(shown)}"' if len(shown) > 1 else ""
        left = f'<td width="30%" valign="top"{span}>{scene.when}{did}</td>' if number == 0 else ""
        right = _bubble(bubble, pictures) if bubble else "<i>nothing is said</i>"
        yield f'<tr>{left}<td width="70%" valign="top">{right}</td></tr>'


def _typed(did: str) -> str:
    return "<br>".join(f"<code>{escape(line, quote=False)}</code>" for line in did.splitlines())


def _bubble(bubble: Bubble, pictures: Pictures) -> str:
    parts = [
        _addressed(bubble.to),
        *_attached(bubble, pictures),
        _words(bubble.rendered.text),
        *([f"<sub>reply: <i>{escape(bubble.rendered.asks)}</i></sub>"] if bubble.rendered.asks else []),
        *(" ".join(f"<kbd>{escape(label)}</kbd>" for label in row) for row in bubble.keys),
    ]
    return "<br>".join(part for part in parts if part)


def _addressed(to: Person) -> str:
    return "<sub>to the admins</sub>" if to is RINA else ""


def _attached(bubble: Bubble, pictures: Pictures) -> Iterator[str]:
    attachment = bubble.rendered.attachment
    if attachment is None:
        return
    if attachment.form is AttachmentKind.FILE:
        yield f"📎 <b>{escape(attachment.name)}</b>"
        return
    name = f"gallery-{len(pictures) + 1}.png"
    pictures[name] = attachment.content
    yield f'<img src="pictures/{name}" width="{PICTURE_WIDTH_PX}" alt="{escape(attachment.name)}">'


def _words(text: Text) -> str:
    return "".join(_span(span) for span in text).replace("\n", "<br>")


def _span(span: Span) -> str:
    shown = re.sub(r"  +", lambda found: "&nbsp;" * len(found[0]), escape(span.text, quote=False))
    match span.style:
        case Style.BOLD:
            return f"<b>{shown}</b>"
        case Style.CODE:
            return f"<code>{shown}</code>"
        case Style.PLAIN:
            return shown
