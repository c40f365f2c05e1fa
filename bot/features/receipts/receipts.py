"""Sends receipts for customers, and stores the shop name and customer prices that resellers set."""

import re

from bot.actors import Actor
from bot.catalogue.product import DestinationRule
from bot.grammar.parsed import Command
from bot.notices.assistants import OwnerOnly
from bot.notices.buttons import Action
from bot.notices.receipts import CustomerPrice, Receipt, ReceiptFacts, ReceiptSettings, ReceiptSettingsInvalid
from bot.orders.model import Order, State
from bot.orders.pln_token import read_pln_token
from bot.purchasing.offers import own_order
from bot.purchasing.payment import owner_of
from bot.routing import ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import people, receipt_settings
from storage.transaction import Tx

MAX_SHOP_CHARS = 40
MAX_TYPED_CHARS = 64
MAX_PRICES_SHOWN = 95
"""This many prices fit one message with codes of any length, each in a monospaced span to copy."""

_NAME = re.compile(r"(?:nama|toko)\b[\s.:=]*(?P<name>.*)", re.IGNORECASE | re.DOTALL)
_PRICE = re.compile(
    r"(?P<code>[A-Za-z0-9]{1,20})[\s.,:=]+(?:Rp\s*\.?\s*)?(?P<price>[0-9]{1,9}|[0-9]{1,3}(?:[.,][0-9]{3}){1,2})",
    re.IGNORECASE,
)


def _send_receipt(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Send the receipt of a succeeded order."""
    order = own_order(work, actor, tap.payload)
    if not isinstance(order, Order):
        return order
    if order.state is not State.SUCCEEDED:
        return Toast.USED
    work.notify(Receipt(facts=_facts(work, order)), actor.address)
    return Toast.DONE


def _facts(work: UnitOfWork, order: Order) -> ReceiptFacts:
    owner_id, product = owner_of(work, order), work.catalogue.find(order.product_code)
    by_code = order.product_code.casefold().startswith("pln")
    is_meter = product.rule is DestinationRule.METER if product else by_code
    token = read_pln_token(order.sn or "", is_meter=is_meter)
    return ReceiptFacts(
        shop_name=receipt_settings.shop_name(work.tx, owner_id),
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
        # The price that the reseller pays must not be shown to the customer.
        customer_price_idr=receipt_settings.price(work.tx, owner_id, order.product_code),
    )


def edit_settings(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `struk`: store the shop name of `nama …` or the price of `s5 6500`, and show all settings."""
    typed, owner_id = " ".join(command.rest.split()), people.shop_owner_id(work.tx, actor.user_id)
    if typed and owner_id != actor.user_id:
        work.notify(OwnerOnly(), actor.address)
    elif typed and not _change(work, typed, owner_id):
        work.notify(ReceiptSettingsInvalid(typed=command.rest[:MAX_TYPED_CHARS]), actor.address)
    else:
        work.notify(_settings(work.tx, owner_id, is_changed=bool(typed)), actor.address)


def _change(work: UnitOfWork, typed: str, owner_id: int) -> bool:
    if found := _NAME.fullmatch(typed):
        name = found["name"].strip()
        if not 0 < len(name) <= MAX_SHOP_CHARS:
            return False
        receipt_settings.save_shop_name(work.tx, owner_id, name)
        return True
    found = _PRICE.fullmatch(typed)
    if found is None:
        return False
    catalogue = work.catalogue
    product = catalogue.find(found["code"])
    if catalogue and product is None:
        return False
    code = product.code if product else found["code"].lower()
    customer_price_idr = int(re.sub(r"[.,]", "", found["price"]))
    if customer_price_idr:
        receipt_settings.save_price(work.tx, owner_id, code, customer_price_idr)
    else:
        receipt_settings.delete_price(work.tx, owner_id, code)
    return True


def _settings(tx: Tx, user_id: int, *, is_changed: bool) -> ReceiptSettings:
    listed = receipt_settings.prices(tx, user_id, limit=MAX_PRICES_SHOWN)
    return ReceiptSettings(
        shop_name=receipt_settings.shop_name(tx, user_id),
        prices=tuple(CustomerPrice(code=code, price_idr=price_idr) for code, price_idr in listed),
        more=max(0, receipt_settings.count_prices(tx, user_id) - len(listed)),
        is_saved=is_changed,
    )


ROUTES = Routes(
    commands=(CommandRoute(("struk",), edit_settings),),
    buttons=(ButtonRoute(actions=(Action.RECEIPT,), handle=_send_receipt, answers=(Receipt,)),),
)
