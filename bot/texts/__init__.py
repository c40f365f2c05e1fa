"""Every Indonesian sentence Loket says, one function a notice; facts in, `Text` out.

Text from outside (names, product codes, the biller's reasons) is only ever put in as plain characters:
no markup is parsed anywhere, so that nothing in it can format, link or hide.
"""

from bot.texts.buttons import COPY, label_of, toast_text
from bot.texts.formatting import Clock, Span, Text
from bot.texts.message import Attachment, Form
from bot.texts.message_merging import merge
from bot.texts.render import Rendered, render

__all__ = [
    "COPY",
    "Attachment",
    "Clock",
    "Form",
    "Rendered",
    "Span",
    "Text",
    "label_of",
    "merge",
    "render",
    "toast_text",
]
