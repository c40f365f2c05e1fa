"""Imports of price lists: requested by a file, reviewed in a preview, applied by a tap.

Each function is a unit of work or part of one. If the catalogue changed after the preview, the preview is
shown again before the list is applied.
"""

from bot.actors import Actor, Address
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.price_list.level_columns import with_levels
from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES, FileError
from bot.catalogue.product import Product
from bot.features.price_list.import_preview import Plan, codes_of, count_changes, make_preview, plan_import
from bot.notices.buttons import Action
from bot.notices.catalogue import CatalogueChanged
from bot.notices.price_list import (
    ImportEnded,
    ImportEndReason,
    ImportReceived,
    ImportRefused,
    RemovalFile,
    ReplaceQuestion,
)
from bot.routing import ButtonRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Document, Toast
from storage import imports, levels
from storage.catalogue import CatalogueEdit
from storage.imports import Import, ImportState

MAX_REMOVED_AT_ONCE = 5
MAX_REMOVED_SHARE = 0.2
"""A list that removes more products, or a larger share of the catalogue, needs a confirmation."""

OTHER_FILE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif", ".mp4", ".pdf", ".doc", ".docx")
"""Pictures and documents: a photographed or printed list."""


def request_import(work: UnitOfWork, admin: Actor, document: Document, message_id: int) -> None:
    """Store the request to read a file; an earlier undecided list of this chat is discarded."""
    name = document.name
    if fault := _reject_reason(document):
        work.notify(ImportRefused(file_name=name, fault=fault, detail=""), admin.address)
        return
    for import_id in imports.undecided(work.tx, admin.address.chat_id):
        _discard(work, import_id, ImportEndReason.SUPERSEDED)
    imports.request(
        work.tx,
        chat_id=admin.address.chat_id,
        message_id=message_id,
        user_id=admin.user_id,
        user_name=admin.name,
        file_id=document.file_id,
        file_name=name,
        at_ms=work.now_ms,
    )
    work.notify(ImportReceived(file_name=name), admin.address)


def _reject_reason(document: Document) -> FileError | None:
    """Return why a file is rejected without a download; None if it is not."""
    if document.name.casefold().endswith(OTHER_FILE_SUFFIXES):
        return FileError.NOT_A_SHEET
    is_large = document.size_bytes is not None and document.size_bytes > MAX_FILE_BYTES
    return FileError.TOO_LARGE if is_large else None


def reject_import(work: UnitOfWork, request: Import, why: UnreadablePriceList) -> None:
    if imports.finish(work.tx, request.import_id, ImportState.FAILED, fault=why.fault):
        refused = ImportRefused(file_name=request.file_name, fault=why.fault, detail=why.detail)
        work.notify(refused, _address_of(request))


def show_preview(work: UnitOfWork, request: Import, parsed: ParsedPriceList, serialized: str) -> None:
    """Store a parsed list and show its preview."""
    old = work.catalogue
    parsed = with_levels(parsed, _level_keys(work))
    if not imports.store_parsed(work.tx, request.import_id, serialized=serialized, version=old.version):
        return
    plan = plan_import(parsed, old, None)
    preview = make_preview(request.import_id, request.file_name, parsed, plan, old, None, renewed=False)
    if not preview.is_open:
        imports.finish(work.tx, request.import_id, ImportState.DISCARDED)
    work.notify(preview, _address_of(request), subject=import_subject(request.import_id))


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    """Handle a button under a preview, unless the list was decided before."""
    import_id = int(tap.subject_id)
    request = imports.get(work.tx, import_id)
    parsed = imports.parsed_list(work.tx, import_id)
    if request is None or parsed is None or request.state is not ImportState.READ:
        return Toast.USED
    parsed = with_levels(parsed, _level_keys(work))
    price = int(tap.payload) if tap.payload else None
    if any(option == price for option, _ in parsed.level_columns):
        price = None  # a level of that name was made since
    old = work.catalogue
    plan = plan_import(parsed, old, price)
    if tap.action is Action.DISCARD_IMPORT:
        _discard(work, import_id, ImportEndReason.DISCARDED)
    elif tap.action is Action.CHOOSE_PRICE or old.version != request.version or not _is_priced(parsed, price):
        _show_again(work, admin, request, parsed, plan, price)
        return Toast.DONE if tap.action is Action.CHOOSE_PRICE else Toast.CHANGED
    elif tap.action is Action.REPLACE_IMPORT and _removes_many(plan, old):
        _ask_before_removal(work, admin, request, plan, price)
        return Toast.ASKED
    elif tap.action in (Action.REPLACE_IMPORT, Action.CONFIRM_REPLACE):
        _apply(work, admin, request, plan, plan.merged.replaced)
    else:
        _apply(work, admin, request, plan, plan.products)
    return Toast.DONE


def _level_keys(work: UnitOfWork) -> tuple[str, ...]:
    return tuple(level.key for level in levels.listed(work.tx))


def _is_priced(parsed: ParsedPriceList, price: int | None) -> bool:
    """Return whether the price column is determined, by the headings or by the admin."""
    return parsed.is_price_sure or price is not None


def _removes_many(plan: Plan, old: Catalogue) -> bool:
    removed = len(plan.merged.removed)
    return removed > MAX_REMOVED_AT_ONCE or removed > MAX_REMOVED_SHARE * len(old.products)


def _ask_before_removal(
    work: UnitOfWork, admin: Actor, request: Import, plan: Plan, price: int | None
) -> None:
    """Ask for confirmation, and send the products to be removed as a file."""
    removed = plan.merged.removed
    question = ReplaceQuestion(
        import_id=request.import_id,
        file_name=request.file_name,
        old_count=len(work.catalogue.products),
        removed_count=len(removed),
        removed=codes_of(removed),
        price=price,
    )
    work.answer(admin, question, subject=import_subject(request.import_id))
    work.notify(
        RemovalFile(import_id=request.import_id, file_name=request.file_name, price=price), admin.chat
    )


def _apply(
    work: UnitOfWork, admin: Actor, request: Import, plan: Plan, products: tuple[Product, ...]
) -> None:
    changed = change_catalogue(
        work, admin, products, source=request.file_name, omitted_count=plan.merged.omitted_count
    )
    imports.finish(work.tx, request.import_id, ImportState.APPLIED)
    work.replace_cards(changed, subject=import_subject(request.import_id))
    for admin_id in work.admin_ids:
        if admin_id != request.user_id:
            work.notify(changed, Address(chat_id=admin_id))


def change_catalogue(
    work: UnitOfWork, admin: Actor, products: tuple[Product, ...], *, source: str, omitted_count: int = 0
) -> CatalogueChanged:
    """Replace the catalogue, and return what the admins are told of it; `source` says where it comes from."""
    old = work.catalogue
    edit = CatalogueEdit(
        stamp=work.nonce(), at_ms=work.now_ms, user_id=admin.user_id, name=admin.name, source=source
    )
    diff = work.replace_catalogue(old, products, edit)
    if diff is None:
        raise RuntimeError(f"catalogue version {old.version} is not the current one any more")
    return CatalogueChanged(
        version=old.version + 1,
        product_count=len(products),
        counts=count_changes(diff),
        omitted_count=omitted_count,
        file_name=source,
        name=admin.name,
        at_ms=work.now_ms,
    )


def _show_again(
    work: UnitOfWork, admin: Actor, request: Import, parsed: ParsedPriceList, plan: Plan, price: int | None
) -> None:
    """Replace the preview by one for the current catalogue and the chosen prices."""
    old = work.catalogue
    imports.store_parsed(work.tx, request.import_id, version=old.version)
    renewed = old.version != request.version
    preview = make_preview(request.import_id, request.file_name, parsed, plan, old, price, renewed=renewed)
    if not preview.is_open:
        imports.finish(work.tx, request.import_id, ImportState.DISCARDED)
    work.answer(admin, preview, subject=import_subject(request.import_id))


def _discard(work: UnitOfWork, import_id: int, why: ImportEndReason) -> None:
    request = imports.get(work.tx, import_id)
    if request and imports.finish(work.tx, import_id, ImportState.DISCARDED):
        ended = ImportEnded(file_name=request.file_name, end=why)
        work.replace_cards(ended, subject=import_subject(import_id))


def _address_of(request: Import) -> Address:
    return Address(chat_id=request.chat_id, reply_to=request.message_id)


def import_subject(import_id: int) -> str:
    """Return the outbox subject of the cards about a list."""
    return f"import:{import_id}"


ROUTES = Routes(
    buttons=(
        ButtonRoute(
            actions=(
                *(Action.APPLY_IMPORT, Action.APPLY_SOUND, Action.UPDATE_IMPORT),
                *(Action.REPLACE_IMPORT, Action.CONFIRM_REPLACE, Action.CHOOSE_PRICE, Action.DISCARD_IMPORT),
            ),
            handle=_tap,
            subject_kind="import",
        ),
    ),
)
