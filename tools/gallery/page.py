"""Renders scenes as Markdown for GitHub: one table per chapter, one row per message with its buttons."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from bot.texts.formatting import AttachmentKind, Span, Style, Text
from tools.gallery.scene import Chapter, Scene
from tools.gallery.stage import RINA, Bubble, Person

PICTURE_WIDTH_PX = 240

HEAD = """\
# Gallery

Every message of Loket as it looks in a chat: on the left the event and the typed text, on the right the
answer with its buttons. Except for the alarms, Loket itself produced the messages from the typed texts, with
a small price list and a database in memory. `make gallery` writes this page, and a test compares it with
the texts.
"""

Pictures = dict[str, bytes]
"""The pictures of the page by file name."""


def page(chapters: Sequence[Chapter]) -> tuple[str, Pictures]:
    """Play all chapters; return the page and its pictures."""
    pictures: Pictures = {}
    anchors = " · ".join(f"[{one.title}](#{_anchor(one.title)})" for one in chapters)
    parts = [HEAD, f"{anchors}\n", *(_chapter(one, pictures) for one in chapters)]
    return "\n".join(parts), pictures


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _chapter(chapter: Chapter, pictures: Pictures) -> str:
    rows = "\n".join(row for scene in chapter.play() for row in _rows(scene, pictures))
    return f"## {chapter.title}\n\n{chapter.intro}\n\n<table>\n{rows}\n</table>\n"


def _rows(scene: Scene, pictures: Pictures) -> Iterator[str]:
    typed = f"<br>{_typed(scene.typed)}" if scene.typed else ""
    bubbles: list[Bubble | None] = [*scene.messages] or [None]
    for number, bubble in enumerate(bubbles):
        span = f' rowspan="{len(bubbles)}"' if len(bubbles) > 1 else ""
        left = f'<td width="30%" valign="top"{span}>{scene.caption}{typed}</td>' if number == 0 else ""
        right = _bubble(bubble, pictures) if bubble else "<i>no message</i>"
        yield f'<tr>{left}<td width="70%" valign="top">{right}</td></tr>'


def _typed(text: str) -> str:
    return "<br>".join(f"<code>{escape(line, quote=False)}</code>" for line in text.splitlines())


def _bubble(bubble: Bubble, pictures: Pictures) -> str:
    parts = [
        _recipient(bubble.to),
        *_attached(bubble, pictures),
        _text(bubble.rendered.text),
        *([f"<sub>reply: <i>{escape(bubble.rendered.asks)}</i></sub>"] if bubble.rendered.asks else []),
        *(" ".join(f"<kbd>{escape(label)}</kbd>" for label in row) for row in bubble.buttons),
    ]
    return "<br>".join(part for part in parts if part)


def _recipient(to: Person) -> str:
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


def _text(text: Text) -> str:
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
