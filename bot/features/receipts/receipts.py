"""Receipts to pass on to customers, and what each reseller sets for theirs: the shop's name, own prices."""

import re

from bot.catalogue.product import DestinationRule
from bot.notices.receipts import CustomerPrice, Receipt, ReceiptFacts, ReceiptSettings, ReceiptSettingsInvalid
from bot.orders.model import Order, State
from bot.orders.pln_token import read_pln_token
from bot.unit_of_work import Address, Desk
from bot.updates import Toast
from storage import shops
from storage.transaction import Tx

MAX_SHOP_CHARS = 40
MAX_TYPED_CHARS = 64
MAX_PRICES_SHOWN = 95
"""With codes of any length this still is one message, and each of them can be copied by a tap."""

_NAME = re.compile(r"(?:nama|toko)\b[\s.:=]*(?P<name>.*)", re.IGNORECASE | re.DOTALL)
_PRICE = re.compile(
    r"(?P<code>[A-Za-z0-9]{1,20})[\s.,:=]+(?:Rp\s*\.?\s*)?(?P<price>[0-9]{1,9}|[0-9]{1,3}(?:[.,][0-9]{3}){1,2})",
    re.IGNORECASE,
)


def send_receipt(tx: Tx, desk: Desk, order: Order, place: Address, *, now_ms: int) -> Toast:
    """Give the receipt of an order; there is none before the order has succeeded."""
    if order.state is not State.SUCCEEDED:
        return Toast.USED
    desk.say(tx, Receipt(facts=_facts(tx, desk, order)), place, at_ms=now_ms)
    return Toast.DONE


def _facts(tx: Tx, desk: Desk, order: Order) -> ReceiptFacts:
    product = desk.shelf.catalogue(tx).find(order.product_code)
    by_code = order.product_code.casefold().startswith("pln")
    is_meter = product.rule is DestinationRule.METER if product else by_code
    token = read_pln_token(order.sn or "", is_meter=is_meter)
    return ReceiptFacts(
        shop_name=shops.name_of(tx, order.user_id),
        product_code=order.product_code,
        product_name=product.name if product else None,
        destination=order.destination,
        at_ms=order.placed_at_ms,
        ref=order.trxid,
        sn=order.sn,
        token=token.digits if token else None,
        customer_name=token.name if token else None,
        tariff=token.tariff if token else None,
        kwh=token.kwh if token else None,
        # What the operator asks of the reseller is no business of the customer.
        customer_price_idr=shops.price(tx, order.user_id, order.product_code),
    )


def edit_settings(tx: Tx, desk: Desk, typed: str, place: Address, *, user_id: int, now_ms: int) -> None:
    """Do what was typed behind `struk`: `nama …` names the shop, `s5 6500` prices, nothing shows all."""
    if not typed.strip():
        _show_shop(tx, desk, place, user_id, now_ms, kept=False)
    elif _keep(tx, desk, " ".join(typed.split()), user_id):
        _show_shop(tx, desk, place, user_id, now_ms, kept=True)
    else:
        desk.say(tx, ReceiptSettingsInvalid(typed=typed[:MAX_TYPED_CHARS]), place, at_ms=now_ms)


def _keep(tx: Tx, desk: Desk, typed: str, user_id: int) -> bool:
    if named := _NAME.fullmatch(typed):
        name = named["name"].strip()
        if not 0 < len(name) <= MAX_SHOP_CHARS:
            return False
        shops.rename(tx, user_id, name)
        return True
    priced = _PRICE.fullmatch(typed)
    if priced is None:
        return False
    catalogue = desk.shelf.catalogue(tx)
    product = catalogue.find(priced["code"])
    if catalogue and product is None:
        return False
    code = product.code if product else priced["code"].lower()
    customer_price_idr = int(re.sub(r"[.,]", "", priced["price"]))
    if customer_price_idr:
        shops.set_price(tx, user_id, code, customer_price_idr)
    else:
        shops.drop_price(tx, user_id, code)
    return True


def _show_shop(tx: Tx, desk: Desk, place: Address, user_id: int, now_ms: int, *, kept: bool) -> None:
    listed = shops.prices(tx, user_id, limit=MAX_PRICES_SHOWN)
    shown = ReceiptSettings(
        shop_name=shops.name_of(tx, user_id),
        prices=tuple(
            CustomerPrice(code=code, asked_idr=customer_price_idr) for code, customer_price_idr in listed
        ),
        more=max(0, shops.count_prices(tx, user_id) - len(listed)),
        kept=kept,
    )
    desk.say(tx, shown, place, at_ms=now_ms)
