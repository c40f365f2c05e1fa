"""Tells resellers which prices of what they buy have changed, each at the prices of their level."""

from collections.abc import Iterable, Mapping

from bot.actors import Address
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.levels import Level, price_for
from bot.catalogue.product import Product
from bot.notices.news import PriceDigest, PriceMove
from bot.unit_of_work import UnitOfWork
from storage import catalogue, price_digests
from storage.price_digests import PriceDigestRound
from storage.transaction import Tx

PricesBefore = Mapping[str, Product | None]
"""All products as they were, by folded code; None for one that is new."""

BOUGHT_WITHIN_MS = 30 * 86_400_000
"""A product that was bought in the last thirty days is one that a reseller sells."""

MAX_MOVES_SHOWN = 10


def price_moves(
    codes: Iterable[str],
    now: Catalogue,
    before: PricesBefore,
    old_level: Level | None,
) -> tuple[PriceMove, ...]:
    """Return which of the products cost another price, in the order of the catalogue of their reader.

    A closed product is left out: nobody can buy it.
    """
    wanted = {code.casefold() for code in codes}
    moves: list[PriceMove] = []
    for product in now:
        key = product.code.casefold()
        was = before.get(key)
        if key not in wanted or was is None or not product.is_open:
            continue
        old_idr, new_idr = price_for(was, old_level), product.price_idr
        if old_idr is not None and new_idr is not None and old_idr != new_idr:
            moves.append(
                PriceMove(code=product.code, name=product.name, old_price_idr=old_idr, price_idr=new_idr)
            )
    return tuple(moves)


def read_before(tx: Tx, digest: PriceDigestRound) -> PricesBefore:
    """Return all products as they were before the changes of a digest."""
    unchanged = {product.code.casefold(): product for product in catalogue.load(tx)}
    return {**unchanged, **price_digests.products_before(tx, digest.from_version)}


def digest_subject(digest_id: int) -> str:
    """Return the outbox subject of the messages of a digest."""
    return f"prices:{digest_id}"


def send_digest(
    work: UnitOfWork,
    digest: PriceDigestRound,
    before: PricesBefore,
    user_id: int,
    codes: tuple[str, ...],
) -> bool:
    """Enqueue the digest of one person; return False if it would be empty, or they blocked the bot."""
    reader = work.buyer(user_id)
    level = reader.level
    old_level = next((old for old in digest.levels if level and old.key == level.key), level)
    moves = price_moves(codes, work.catalogue_for(user_id), before, old_level)
    if not moves or reader.is_chat_unreachable:
        return False
    notice = PriceDigest(
        moves=moves[:MAX_MOVES_SHOWN], more_count=len(moves[MAX_MOVES_SHOWN:]), at_ms=work.now_ms
    )
    work.notify(notice, Address(chat_id=user_id), subject=digest_subject(digest.digest_id))
    return True
