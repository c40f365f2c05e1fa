"""The catalogue: its products, every version of it and who made it, and which products fail at the biller."""

from msgspec import Struct

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import CatalogueDiff, ChangeKind, ProductChange, diff_catalogue
from bot.catalogue.levels import Level, priced
from bot.catalogue.product import Carrier, DailyHours, DestinationRule, LevelPrice, Product
from bot.orders.product_health import ProductHealth
from storage import costs, levels, price_digests
from storage.codec import dump
from storage.transaction import ResultRow, Tx


class CatalogueVersion(Struct, frozen=True, kw_only=True):
    """The current version; the stamp differs from that of a version with this number that was rolled back."""

    version: int = 0
    stamp: str = ""


class CatalogueEdit(Struct, frozen=True, kw_only=True):
    """Who changes the catalogue, when and from which source; `stamp` is a new random text."""

    stamp: str
    at_ms: int
    user_id: int | None
    name: str
    source: str


class CatalogueRevision(Struct, frozen=True, kw_only=True):
    """One change of the catalogue; `counts` are (kind, number of products, code of one of them)."""

    version: int
    at_ms: int
    name: str
    source: str
    counts: tuple[tuple[ChangeKind, int, str], ...]


def current_version(tx: Tx) -> CatalogueVersion:
    """Return the current version; 0 if there never was a catalogue."""
    row = tx.one("catalogue_edition")
    return CatalogueVersion(version=row["version"], stamp=row["stamp"]) if row else CatalogueVersion()


def changed_at_ms(tx: Tx) -> int:
    """Return when the catalogue last changed; 0 if there never was one."""
    row = tx.one("catalogue_edition")
    return row["at_ms"] if row else 0


def load(tx: Tx) -> Catalogue:
    """Return all products, in the order of the price list."""
    level_prices: dict[str, list[LevelPrice]] = {}
    for row in tx.all("all_level_prices"):
        price = LevelPrice(level=row["level_key"], price_idr=row["price_idr"])
        level_prices.setdefault(row["code_folded"], []).append(price)
    products = tuple(
        _read(row, tuple(level_prices.get(row["code_folded"], ()))) for row in tx.all("all_products")
    )
    return Catalogue(version=current_version(tx).version, products=products)


def replace(tx: Tx, old: Catalogue, new: tuple[Product, ...], edit: CatalogueEdit) -> CatalogueDiff | None:
    """Replace `old` with `new` and store the changes; return None if `old` is no longer current."""
    found = diff_catalogue(old, new)
    version = old.version + 1
    if current_version(tx).version != old.version or not _add_version(tx, version, edit):
        return None
    if any(_moves_prices(change) for change in found.changes):
        price_digests.collect(tx, from_version=old.version, levels=levels.listed(tx), at_ms=edit.at_ms)
    old_positions = {product.code.casefold(): position for position, product in enumerate(old)}
    for position, product in enumerate(new):
        key = product.code.casefold()
        if old_positions.get(key) != position or old.find(key) != product:
            tx.run("save_product", **_row(product, position))
    for change in found.changes:
        if change.after is None:
            tx.run("remove_product", code_folded=change.code.casefold())
        _save_money(tx, change, at_ms=edit.at_ms)
        tx.run(
            "append_catalogue_change",
            version=version,
            kind=change.kind,
            code=change.code,
            before=_facts(change.before),
            after=_facts(change.after),
        )
    return found


def _moves_prices(change: ProductChange) -> bool:
    """Return whether somebody who buys a product pays another price for it."""
    before, after = change.before, change.after
    if before is None or after is None:
        return False
    return (before.price_idr, before.level_prices) != (after.price_idr, after.level_prices)


def _save_money(tx: Tx, change: ProductChange, *, at_ms: int) -> None:
    """Save the prices of levels and the cost of a product, where they changed."""
    before, after = change.before, change.after
    code = change.code.casefold()
    if (before.level_prices if before else ()) != (after.level_prices if after else ()):
        tx.run("delete_level_prices", code_folded=code)
        for price in after.level_prices if after else ():
            tx.run("save_level_price", code_folded=code, level_key=price.level, price_idr=price.price_idr)
    if after is None:
        return
    if before and (before.price_idr, before.level_prices) != (after.price_idr, after.level_prices):
        costs.revoke_below_cost(tx, after.code)
    if after.cost_idr is not None and (before is None or after.cost_idr != before.cost_idr):
        costs.learn(tx, after.code, after.cost_idr, at_ms=at_ms)
    elif after.cost_idr is None and before and before.cost_idr is not None:
        costs.forget(tx, after.code)


def history(tx: Tx, *, limit: int) -> list[CatalogueRevision]:
    """Return the last changes, newest first."""
    return [
        CatalogueRevision(
            version=row["version"],
            at_ms=row["at_ms"],
            name=row["changed_by_name"],
            source=row["source"],
            counts=_counts(tx, row["version"]),
        )
        for row in tx.all("catalogue_versions_last", limit=limit)
    ]


class ProductClosing(Struct, frozen=True, kw_only=True):
    """Who closed a product, and when."""

    name: str
    at_ms: int


def last_closings(tx: Tx) -> dict[str, ProductClosing]:
    """Return the last closing of each product that an admin ever closed, by their folded codes."""
    return {
        row["code"].casefold(): ProductClosing(name=row["name"], at_ms=row["at_ms"])
        for row in tx.all("last_product_closings")
    }


def _counts(tx: Tx, version: int) -> tuple[tuple[ChangeKind, int, str], ...]:
    found = {row["kind"]: row for row in tx.all("catalogue_changes_of", version=version)}
    return tuple((kind, found[kind]["count"], found[kind]["code"]) for kind in ChangeKind if kind in found)


def _add_version(tx: Tx, version: int, edit: CatalogueEdit) -> bool:
    added = tx.run(
        "add_catalogue_version",
        version=version,
        stamp=edit.stamp,
        at_ms=edit.at_ms,
        changed_by=edit.user_id,
        changed_by_name=edit.name,
        source=edit.source,
    )
    return added > 0


def _facts(product: Product | None) -> str | None:
    return dump(product) if product else None


def _row(product: Product, position: int) -> dict[str, int | str | None]:
    hours = product.cut_off
    return {
        "code_folded": product.code.casefold(),
        "code": product.code,
        "position": position,
        "name": product.name,
        "product_group": product.group,
        "rule": product.rule,
        "price_idr": product.price_idr,
        "is_open": product.is_open,
        "carrier": product.carrier,
        "nominal": product.nominal,
        "cut_off_from_minute": hours.from_minute if hours else None,
        "cut_off_until_minute": hours.until_minute if hours else None,
        "cost_idr": product.cost_idr,
    }


def _read(row: ResultRow, level_prices: tuple[LevelPrice, ...]) -> Product:
    hours = None
    if row["cut_off_from_minute"] is not None:
        hours = DailyHours(from_minute=row["cut_off_from_minute"], until_minute=row["cut_off_until_minute"])
    return Product(
        code=row["code"],
        name=row["name"],
        group=row["product_group"],
        rule=DestinationRule(row["rule"]),
        price_idr=row["price_idr"],
        is_open=bool(row["is_open"]),
        carrier=Carrier(row["carrier"]) if row["carrier"] else None,
        nominal=row["nominal"],
        cut_off=hours,
        cost_idr=row["cost_idr"],
        level_prices=level_prices,
    )


def health_of(tx: Tx, code: str) -> ProductHealth | None:
    """Return what is known of a product that failed since its last success; None if it has not."""
    row = tx.one("product_health", code_folded=code.casefold())
    return _health(row) if row else None


def closed_by_failures(tx: Tx) -> dict[str, ProductHealth]:
    """Return the products that failures have closed, by their folded codes, the first closed first."""
    return {row["code_folded"]: _health(row) for row in tx.all("closed_product_health")}


def save_health(tx: Tx, code: str, health: ProductHealth) -> None:
    if health == ProductHealth():
        tx.run("forget_product_health", code_folded=code.casefold())
        return
    tx.run(
        "save_product_health",
        code_folded=code.casefold(),
        failed="\n".join(health.failed),
        closed_at_ms=health.closed_at_ms,
        pause_ms=health.pause_ms,
        probe_at_ms=health.probe_at_ms,
        probe=health.probe,
    )


def take_probe(tx: Tx, code: str) -> bool:
    """Reserve the probe of a closed product; return False if another order has it."""
    return tx.run("take_product_probe", code_folded=code.casefold()) > 0


def name_probe(tx: Tx, code: str, trxid: str | None) -> None:
    """Store which order has the reserved probe; None if no order was placed."""
    tx.run("name_product_probe", code_folded=code.casefold(), probe=trxid)


def _health(row: ResultRow) -> ProductHealth:
    return ProductHealth(
        failed=tuple(row["failed"].splitlines()),
        closed_at_ms=row["closed_at_ms"],
        pause_ms=row["pause_ms"],
        probe_at_ms=row["probe_at_ms"],
        probe=row["probe"],
    )


class CatalogueCache:
    """The current catalogue; while it is unchanged, a unit of work reads only its version, once."""

    def __init__(self) -> None:
        # One value, so that no thread sees a version with the products of another.
        self._cached = (CatalogueVersion(), Catalogue())
        self._priced: dict[str | None, tuple[Catalogue, Level | None, Catalogue]] = {}
        self._checked: tuple[Tx, Catalogue] | None = None
        """What the last transaction found; while it waits for an answer, another one may run."""

    def get(self, tx: Tx) -> Catalogue:
        """Return the catalogue as `tx` sees it."""
        if self._checked and self._checked[0] is tx:
            return self._checked[1]
        cached, products = self._cached
        current = current_version(tx)
        if current != cached:
            products = load(tx)
            self._cached = (current, products)
        self._checked = (tx, products)
        return products

    def note_version(self, tx: Tx, current: CatalogueVersion) -> None:
        """Note the version that `tx` has read with something else."""
        cached, products = self._cached
        if current == cached:
            self._checked = (tx, products)

    def priced(self, tx: Tx, level: Level | None) -> Catalogue:
        """Return the catalogue as a shop of a level may see it."""
        current = self.get(tx)
        key = level.key if level else None
        known = self._priced.get(key)
        if known is not None and known[0] is current and known[1] == level:
            return known[2]
        shown = priced(current, level)
        self._priced[key] = (current, level, shown)
        return shown

    def replace(
        self, tx: Tx, old: Catalogue, new: tuple[Product, ...], edit: CatalogueEdit
    ) -> CatalogueDiff | None:
        """Replace `old` with `new`; return None if `old` is no longer current."""
        self._checked = None
        return replace(tx, old, new, edit)
