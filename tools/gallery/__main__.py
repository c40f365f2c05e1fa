"""Writes docs/gallery.md and its pictures."""

from tools.gallery.book import CHAPTERS, GALLERY, PICTURES
from tools.gallery.page import page


def main() -> None:
    text, pictures = page(CHAPTERS)
    GALLERY.write_text(text, encoding="utf-8")
    for name, content in pictures.items():
        (PICTURES / name).write_bytes(content)


if __name__ == "__main__":
    main()
