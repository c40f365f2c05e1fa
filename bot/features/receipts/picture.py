"""Draws a receipt: the shop, the purchase, the PLN token or SN in large letters, the price."""

import re

from bot.features.receipts.canvas import INNER_PX, Canvas, printable, text_width_px, wrap_text
from bot.notices.receipts import ReceiptFacts
from bot.texts import receipts as words
from bot.texts.formatting import Clock, grouped, rupiah

BODY_PX, SMALL_PX = 36, 30
SHOP_PX, SHOP_LONG_PX = 64, 50
NUMBER_PX = 44
LARGE_PX, LESS_LARGE_PX = 80, 56
PROOF_SIZES_PX = (LARGE_PX, 64, LESS_LARGE_PX)
"""Sizes for an SN of several words: the largest at which it fits two lines is used."""

MAX_SHOP_CHARS = 60
MAX_SN_CHARS = 160
MIN_GROUPED_CHARS = 8
MAX_LARGE_GROUPS = 9


def draw_receipt(facts: ReceiptFacts, clock: Clock) -> bytes:
    """Return the receipt as PNG, 768 px wide and at most 3,000 px high; equal facts give equal bytes."""
    canvas = Canvas()
    _head(canvas, facts, clock)
    canvas.rule()
    _purchase(canvas, facts)
    if facts.token or facts.sn:
        canvas.rule()
        _proof(canvas, facts)
    canvas.rule()
    _foot(canvas, facts)
    return canvas.to_png()


def _head(canvas: Canvas, facts: ReceiptFacts, clock: Clock) -> None:
    shop = printable(facts.shop_name or "", MAX_SHOP_CHARS) or words.HEADING
    fits = text_width_px(shop, SHOP_PX) * 1.04 <= INNER_PX
    canvas.centred(shop, SHOP_PX if fits else SHOP_LONG_PX, bold=True)
    canvas.skip(6)
    canvas.centred(words.printed_moment(facts.at_ms, clock), SMALL_PX)


def _purchase(canvas: Canvas, facts: ReceiptFacts) -> None:
    if facts.product_name:
        canvas.row(words.PRODUCT, printable(facts.product_name, 90), BODY_PX)
    else:
        canvas.row(words.CODE, printable(facts.product_code, 40), BODY_PX)
    number = facts.destination
    canvas.row(
        words.NUMBER, printable(grouped(number) if number.isdigit() else number, 80), BODY_PX, bold=True
    )
    for label, fact in (
        (words.NAME, facts.customer_name),
        (words.TARIFF, facts.tariff),
        (words.KWH, facts.kwh),
        (words.STATUS, words.DELIVERED),
    ):
        if fact:
            canvas.row(label, printable(fact, 60), BODY_PX)


def _proof(canvas: Canvas, facts: ReceiptFacts) -> None:
    """Draw the token or the SN in large letters, a single word in groups of four characters."""
    canvas.centred(words.TOKEN if facts.token else words.SN, SMALL_PX)
    canvas.skip(8)
    proof = re.sub(r"[- ]", "", facts.token) if facts.token else facts.sn or ""
    proof = printable(proof, MAX_SN_CHARS)
    if proof.isalnum() and len(proof) >= MIN_GROUPED_CHARS:
        groups = re.findall(r".{1,4}", proof)
        canvas.groups(groups, LARGE_PX if len(groups) <= MAX_LARGE_GROUPS else LESS_LARGE_PX)
    else:
        size_px = next((size for size in PROOF_SIZES_PX if _fits_two_lines(proof, size)), NUMBER_PX)
        canvas.centred(proof, size_px, bold=True, max_lines=8)
    canvas.skip(4)


def _fits_two_lines(proof: str, size_px: int) -> bool:
    return len(wrap_text(proof, size_px, INNER_PX, 3)) <= 2  # noqa: PLR2004 - as the name says


def _foot(canvas: Canvas, facts: ReceiptFacts) -> None:
    if facts.customer_price_idr is not None:
        canvas.row(words.PRICE, rupiah(facts.customer_price_idr), NUMBER_PX, bold=True)
        canvas.rule()
    canvas.centred(words.THANKS, BODY_PX)
    canvas.skip(6)
    canvas.centred(words.REF.format(printable(facts.ref, 40)), SMALL_PX)
