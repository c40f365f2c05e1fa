"""Lays a receipt out on paper: the shop, what was bought for whom, the proof in large letters, the price."""

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
"""The largest at which an SN of several words fits two lines is taken."""

MAX_SHOP_CHARS = 60
MAX_SN_CHARS = 160
MIN_GROUPED_CHARS = 8
MAX_LARGE_GROUPS = 9


def draw_receipt(facts: ReceiptFacts, clock: Clock) -> bytes:
    """Give the receipt as a PNG, 768 px wide and at most 3,000 high; the same facts give the same bytes."""
    paper = Canvas()
    _head(paper, facts, clock)
    paper.rule()
    _purchase(paper, facts)
    if facts.token or facts.sn:
        paper.rule()
        _proof(paper, facts)
    paper.rule()
    _foot(paper, facts)
    return paper.to_png()


def _head(paper: Canvas, facts: ReceiptFacts, clock: Clock) -> None:
    shop = printable(facts.shop_name or "", MAX_SHOP_CHARS) or words.HEADING
    fits = text_width_px(shop, SHOP_PX) * 1.04 <= INNER_PX
    paper.centred(shop, SHOP_PX if fits else SHOP_LONG_PX, bold=True)
    paper.skip(6)
    paper.centred(words.printed_moment(facts.at_ms, clock), SMALL_PX)


def _purchase(paper: Canvas, facts: ReceiptFacts) -> None:
    if facts.product_name:
        paper.row(words.PRODUCT, printable(facts.product_name, 90), BODY_PX)
    else:
        paper.row(words.CODE, printable(facts.product_code, 40), BODY_PX)
    number = facts.destination
    paper.row(
        words.NUMBER, printable(grouped(number) if number.isdigit() else number, 80), BODY_PX, bold=True
    )
    for label, fact in (
        (words.NAME, facts.customer_name),
        (words.TARIFF, facts.tariff),
        (words.KWH, facts.kwh),
        (words.STATUS, words.DELIVERED),
    ):
        if fact:
            paper.row(label, printable(fact, 60), BODY_PX)


def _proof(paper: Canvas, facts: ReceiptFacts) -> None:
    """Put the token or the SN in large letters; one of a single word in groups of four."""
    paper.centred(words.TOKEN if facts.token else words.SN, SMALL_PX)
    paper.skip(8)
    proof = re.sub(r"[- ]", "", facts.token) if facts.token else facts.sn or ""
    proof = printable(proof, MAX_SN_CHARS)
    if proof.isalnum() and len(proof) >= MIN_GROUPED_CHARS:
        groups = re.findall(r".{1,4}", proof)
        paper.groups(groups, LARGE_PX if len(groups) <= MAX_LARGE_GROUPS else LESS_LARGE_PX)
    else:
        size_px = next((size for size in PROOF_SIZES_PX if _fits_two_lines(proof, size)), NUMBER_PX)
        paper.centred(proof, size_px, bold=True, most_lines=8)
    paper.skip(4)


def _fits_two_lines(proof: str, size_px: int) -> bool:
    return len(wrap_text(proof, size_px, INNER_PX, 3)) <= 2  # noqa: PLR2004 - as the name says


def _foot(paper: Canvas, facts: ReceiptFacts) -> None:
    if facts.customer_price_idr is not None:
        paper.row(words.PRICE, rupiah(facts.customer_price_idr), NUMBER_PX, bold=True)
        paper.rule()
    paper.centred(words.THANKS, BODY_PX)
    paper.skip(6)
    paper.centred(words.REF.format(printable(facts.ref, 40)), SMALL_PX)
