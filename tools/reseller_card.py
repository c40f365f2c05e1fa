"""Makes the picture of the reseller's card, docs/pictures/kartu-reseller.png, from docs/kartu-reseller.md.

Inter and a colour emoji font must be installed (Debian: fonts-inter and fonts-noto-color-emoji).
"""

import html
import re
import sys
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for a run as a script, from any directory

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tools.demo import ROOT, running_browser

CARD = ROOT / "docs" / "kartu-reseller.md"
PICTURE = ROOT / "docs" / "pictures" / "kartu-reseller.png"

WIDTH_PX, HEIGHT_PX = 397, 559
"""A6, 105 by 148 mm, at 96 dots per inch."""

SCALE = 3
"""The picture has 288 dots per inch, enough for print."""

COLOURS = 128
DIGEST = "Source-SHA-256"
"""The key in the picture under which the digest of its page stands."""

_STYLE = """
* { box-sizing: border-box; margin: 0 }
body { width: 397px; height: 559px; padding: 12px 14px; background: #fff; color: #16202a;
       font: 11.5px/1.25 Inter, "Noto Color Emoji", sans-serif;
       display: flex; flex-direction: column; justify-content: space-between }
h1 { font-size: 18px; line-height: 1.15 }
h2 { font-size: 12.5px; padding: 3px 7px; margin-bottom: 2px; border-radius: 4px;
     background: #0b5d8a; color: #fff }
table { width: 100%; border-collapse: collapse }
td { padding: 2px 4px; border-bottom: 1px solid #d5dde3; vertical-align: top }
td:first-child { white-space: nowrap; width: 1% ; padding-right: 10px }
code { font: 600 11px/1.3 "DejaVu Sans Mono", monospace }
p { padding: 6px 8px; border-radius: 4px; background: #fdeceb; border-left: 4px solid #b3261e }
"""


def sections_of(card: str) -> Iterator[tuple[str, list[tuple[str, str]], list[str]]]:
    """Yield the sections of the card: heading, rows of its table, paragraphs after it."""
    for section in card.split("\n## ")[1:]:
        heading, *text = section.splitlines()
        rows = [
            tuple(cell.strip() for cell in line.strip("|").split("|")) for line in text if line[:1] == "|"
        ]
        yield heading, [(left, right) for left, right in rows[2:]], [line for line in text if line[:1] == "*"]


def page(card: str) -> str:
    """Return the card as an HTML page of the size of A6."""
    blocks = [f"<h1>🛒 {_inline(card.splitlines()[0].removeprefix('# '))}</h1>"]
    for heading, rows, paragraphs in sections_of(card):
        table = "".join(f"<tr><td>{_inline(left)}</td><td>{_inline(right)}</td></tr>" for left, right in rows)
        blocks.append(f"<section><h2>{_inline(heading)}</h2><table>{table}</table></section>")
        blocks += [f"<p>{_inline(text)}</p>" for text in paragraphs]
    head = f'<!doctype html><html lang="id"><meta charset="utf-8"><style>{_STYLE}</style>'
    return f"{head}{''.join(blocks)}</html>"


def _inline(text: str) -> str:
    """Return text with its bold words and what is typed as HTML."""
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text))
    return re.sub(r"`(.+?)`", r"<code>\1</code>", text)


def _save(shot: bytes, source: str) -> None:
    """Store the picture in few colours, with the digest of its source."""
    marks = PngInfo()
    marks.add_text(DIGEST, digest_of(source))
    with Image.open(BytesIO(shot)) as picture:
        picture.convert("RGB").quantize(COLOURS).save(PICTURE, pnginfo=marks, optimize=True, dpi=(288, 288))


def digest_of(source: str) -> str:
    return sha256(source.encode()).hexdigest()


def main() -> None:
    """Write the picture; RuntimeError if the card does not fit its page."""
    with running_browser() as browser:
        view = browser.new_page(
            viewport={"width": WIDTH_PX, "height": HEIGHT_PX}, device_scale_factor=SCALE, color_scheme="light"
        )
        view.set_content(page(CARD.read_text()))
        view.evaluate("document.fonts.ready")
        if view.evaluate("document.documentElement.scrollHeight") > HEIGHT_PX:
            raise RuntimeError("the card does not fit on A6: make docs/kartu-reseller.md shorter")
        shot = view.screenshot()
    _save(shot, page(CARD.read_text()))
    sys.stdout.write(f"{PICTURE}\n")


if __name__ == "__main__":
    main()
