"""The pages of products: prices, costs and margins, what is closed and by whom, and the changes of the list.

A product is opened, closed and priced by the functions of the chat, after a question that shows what happens.
The form of the second step names the version of the catalogue that was shown: of another one nothing is done.
"""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.product import Product
from bot.desk.context import DeskContext, DeskPage
from bot.desk.request import DeskRequest, DeskResponse, attachment_response, back_to, missing, page
from bot.features.lazy_content import load_content
from bot.features.price_list.catalogue_admin import catalogue_history, set_price, switch_products
from bot.grammar.money_commands import parse_amount
from bot.grammar.parse import normalize
from bot.notices.catalogue import CatalogueFile, FileFormat, PastChange
from bot.orders.product_health import ProductHealth
from bot.texts.formatting import Clock
from bot.unit_of_work import UnitOfWork
from storage import catalogue, costs, levels
from storage.catalogue import ProductClosing

ROWS_SHOWN_OF_PRODUCTS = 100
CHANGES_SHOWN = 15


class ProductFilter(StrEnum):
    """Which products the list shows."""

    ALL = ""
    BELOW_COST = "below_cost"
    CLOSED = "closed"


class ProductTableRow(Struct, frozen=True, kw_only=True):
    """A product with its last known cost; `closing` is set if it is closed and it is known by whom.

    `failing` is set if failures have closed it.
    """

    product: Product
    cost_idr: int | None
    closing: ProductClosing | None
    failing: ProductHealth | None

    @property
    def margin_idr(self) -> int | None:
        price_idr = self.product.price_idr
        return None if price_idr is None or self.cost_idr is None else price_idr - self.cost_idr

    @property
    def is_below_cost(self) -> bool:
        """Whether some price of the product is below its cost."""
        prices = [price.price_idr for price in self.product.level_prices]
        if self.product.price_idr is not None:
            prices.append(self.product.price_idr)
        return self.cost_idr is not None and any(price_idr < self.cost_idr for price_idr in prices)

    @property
    def is_sold(self) -> bool:
        return self.product.is_open and self.failing is None


class ListedProducts(Struct, frozen=True, kw_only=True):
    """A page of products in the order of the price list; `after` is the code behind which the next begins."""

    rows: tuple[ProductTableRow, ...]
    after: str
    count: int
    version: int
    changes: tuple[PastChange, ...]


class ProductInFull(Struct, frozen=True, kw_only=True):
    """A product with its prices by the name of the level, as of a version of the catalogue."""

    row: ProductTableRow
    level_prices: tuple[tuple[str, int], ...]
    version: int


class AskedProductChange(Struct, frozen=True, kw_only=True):
    """A change that waits for its confirmation: `price_idr` is set if it is one of the price."""

    found: ProductInFull
    change: str
    price_idr: int | None = None

    @property
    def is_unreadable(self) -> bool:
        return self.change == "price" and self.price_idr is None

    @property
    def loss_idr(self) -> int:
        """By how much the new price is below the cost; 0 if it is not."""
        cost_idr = self.found.row.cost_idr
        return max(0, cost_idr - self.price_idr) if self.price_idr is not None and cost_idr is not None else 0

    @property
    def is_possible(self) -> bool:
        row = self.found.row
        match self.change:
            case "open":
                return not row.is_sold
            case "close":
                return row.product.is_open
            case _:
                return self.price_idr is not None and self.price_idr != row.product.price_idr


def _list(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    typed, after = request.query("q"), request.query("after")
    shown = next((one for one in ProductFilter if one == request.query("only")), ProductFilter.ALL)
    listed = _listed(work, typed, shown, after)
    return page("products.html", listed=listed, typed=typed, only=shown)


def _listed(work: UnitOfWork, typed: str, shown: ProductFilter, after: str) -> ListedProducts:
    everything = work.catalogue
    found = everything.search(typed) if typed else everything.products
    rows = [row for row in _rows(work, found) if _is_shown(row, shown)]
    codes = [row.product.code.casefold() for row in rows]
    begin = codes.index(after.casefold()) + 1 if after.casefold() in codes else 0
    listed = rows[begin : begin + ROWS_SHOWN_OF_PRODUCTS]
    return ListedProducts(
        rows=tuple(listed),
        after=listed[-1].product.code if len(rows) > begin + len(listed) else "",
        count=len(rows),
        version=everything.version,
        changes=catalogue_history(work.tx, limit=CHANGES_SHOWN).rows,
    )


def _rows(work: UnitOfWork, products: tuple[Product, ...]) -> list[ProductTableRow]:
    known, failing = costs.all_known(work.tx), catalogue.closed_by_failures(work.tx)
    closings = catalogue.last_closings(work.tx)
    return [
        ProductTableRow(
            product=product,
            cost_idr=known.get(code),
            closing=None if product.is_open else closings.get(code),
            failing=failing.get(code),
        )
        for product in products
        if (code := product.code.casefold())
    ]


def _is_shown(row: ProductTableRow, shown: ProductFilter) -> bool:
    match shown:
        case ProductFilter.ALL:
            return True
        case ProductFilter.BELOW_COST:
            return row.is_below_cost
        case ProductFilter.CLOSED:
            return not row.is_sold


def _show(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    found = _in_full(work, request.name)
    if found is None:
        return missing()
    return page("product.html", found=found, changed=request.query("changed"))


def _in_full(work: UnitOfWork, code: str) -> ProductInFull | None:
    product = work.catalogue.find(code)
    if product is None:
        return None
    names = {level.key: level.name for level in levels.listed(work.tx)}
    (row,) = _rows(work, (product,))
    return ProductInFull(
        row=row,
        level_prices=tuple((names.get(one.level, one.level), one.price_idr) for one in product.level_prices),
        version=work.catalogue.version,
    )


def _ask(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    asked = _read_change(work, request)
    if asked is None:
        return missing()
    code = asked.found.row.product.code
    if asked.is_unreadable:
        return back_to(f"/desk/products/{code}?changed=unreadable")
    if not asked.is_possible:
        return back_to(f"/desk/products/{code}?changed=no")
    return page("product_confirm.html", asked=asked)


def _read_change(work: UnitOfWork, request: DeskRequest) -> AskedProductChange | None:
    """Return what the form asks for; None if no page shows such a form."""
    found, change = _in_full(work, request.form.get("code", "")), request.form.get("change", "")
    if found is None or change not in ("open", "close", "price"):
        return None
    price_idr = parse_amount(normalize(request.form.get("price", ""))[:40]) if change == "price" else None
    return AskedProductChange(found=found, change=change, price_idr=price_idr)


async def _begin_anew(_: DeskRequest, __: DeskContext) -> DeskResponse:
    """Answer a reload of a question, which is no page of its own."""
    return back_to("/desk/products")


async def _confirm(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    code = await desk.write(lambda work: _change(work, request))
    if code is None:
        return missing()
    return back_to(f"/desk/products/{code}")


def _change(work: UnitOfWork, request: DeskRequest) -> str | None:
    """Make a change, unless the catalogue is not what the visitor saw any more; return where it is shown."""
    asked = _read_change(work, request)
    if asked is None:
        return None
    product = asked.found.row.product
    if not asked.is_possible or str(asked.found.version) != request.form.get("version", ""):
        return f"{product.code}?changed=no"
    if asked.price_idr is not None:
        set_price(work, request.actor, product, asked.price_idr)
    else:
        switch_products(work, request.actor, product.code, is_open=asked.change == "open")
    return f"{product.code}?changed=yes"


def _download(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    """Send the file that the chat sends, which an import reads without loss."""
    form = next((form for form in FileFormat if form == request.query("form")), FileFormat.XLSX)
    notice = CatalogueFile(form=form)
    content = load_content(work.tx, notice, Clock(work.zone))
    return attachment_response(content.rendered.attachment)


PAGES = (
    DeskPage(path="/products", read=_list, title="Products"),
    DeskPage(path="/products/{name}", read=_show),
    DeskPage(path="/products/ask", handle=_begin_anew),
    DeskPage(path="/products/ask", read=_ask, method="POST", owners_only=True),
    DeskPage(path="/products/confirm", handle=_begin_anew),
    DeskPage(path="/products/confirm", handle=_confirm, method="POST", owners_only=True),
    DeskPage(path="/product-file", read=_download, sends_file=True, is_long=True),
)
