"""Makes pasted text plain: what cannot be seen is dropped, what looks the same is written the same."""

import unicodedata


def normalize(text: str) -> str:
    """Give `text` with what people paste unseen made plain: invisible marks dropped, wide forms narrowed.

    Only forms that look the same are changed; digits of other scripts and superscripts stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(_plain_char(char) for char in text).strip()


def _plain_char(char: str) -> str:
    if char == "\n":
        return char
    category = unicodedata.category(char)
    if category == "Cf" or (category == "Mn" and "\ufe00" <= char <= "\ufe0f"):
        return ""
    if category == "Zs" or char.isspace():
        return " "
    if category == "Pd" or char == "\u2212":
        return "-"
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    return char
