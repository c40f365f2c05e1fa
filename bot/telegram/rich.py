"""The calls that send or edit a rich message of the Bot API (10.2): text and tables as blocks."""

from bot.delivery.sending import OutgoingMessage
from bot.telegram.client import Json
from bot.texts.formatting import Layout, MessageTable, Span, Style, Text

_STYLES = {Style.BOLD: "bold", Style.CODE: "code"}

RichText = str | Json


def layout_call(outgoing: OutgoingMessage) -> tuple[str, Json]:
    """Return the method for a message with tables, and its content."""
    # Loket styles what may be tapped; of itself Telegram would see phone numbers in every order.
    content = {"blocks": blocks_of(outgoing.layout), "skip_entity_detection": True}
    method = "editMessageText" if outgoing.edits is not None else "sendRichMessage"
    return method, {"rich_message": content}


def blocks_of(layout: Layout) -> list[Json]:
    """Return the blocks of a layout: a paragraph for each line, and its tables."""
    blocks: list[Json] = []
    for part in layout:
        if isinstance(part, MessageTable):
            blocks.append(_table(part))
        else:
            blocks += [{"type": "paragraph", "text": [_rich(span) for span in row]} for row in _rows(part)]
    return blocks


def _rows(text: Text) -> list[list[Span]]:
    """Return the spans of each line that is not blank; a paragraph has no line breaks."""
    rows: list[list[Span]] = [[]]
    for span in text:
        first, *further = span.text.split("\n")
        for index, piece in enumerate((first, *further)):
            if index:
                rows.append([])
            if piece:
                rows[-1].append(Span(piece, span.style))
    return [row for row in rows if row]


def _rich(span: Span) -> RichText:
    return {"type": _STYLES[span.style], "text": span.text} if span.style in _STYLES else span.text


def _table(table: MessageTable) -> Json:
    first_amount = len(table.columns) - table.amounts
    aligned = ["right" if column >= first_amount else "left" for column in range(len(table.columns))]
    header = [
        _cell(Span(name), align) | {"is_header": True}
        for name, align in zip(table.columns, aligned, strict=True)
    ]
    rows = [[_cell(span, align) for span, align in zip(row, aligned, strict=True)] for row in table.rows]
    return {
        "type": "table",
        "cells": [header, *rows],
        "is_bordered": True,
        "is_striped": True,
        "is_compact": True,
    }


def _cell(span: Span, align: str) -> Json:
    cell: Json = {"align": align, "valign": "top"}
    return cell | {"text": _rich(span)} if span.text else cell
