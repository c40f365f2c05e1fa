"""Writes docs/gallery.md and its pictures."""

from tools.gallery.book import CHAPTERS, FOLDER, PAPER
from tools.gallery.page import page


def main() -> None:
    """Write the page and the pictures it shows."""
    text, pictures = page(CHAPTERS)
    PAPER.write_text(text, encoding="utf-8")
    for name, content in pictures.items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
