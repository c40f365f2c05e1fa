"""Price lists that admins send: stored to be read, shown before they change anything, applied by a tap.

Each function is a unit of work or part of one. A list that was shown against a catalogue which has changed
since is shown again before it is applied.
"""

from bot.actors import Actor, Address
from bot.catalogue.catalogue import Catalogue
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
from storage import imports
from storage.catalogue import CatalogueEdit
from storage.imports import Import, ImportState

MAX_REMOVED_AT_ONCE = 5
MAX_REMOVED_SHARE = 0.2
"""Of the catalogue; where a list would remove more than either, the admin is asked twice."""

OTHER_FILE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif", ".mp4", ".pdf", ".doc", ".docx")
"""Names of pictures and letters: what a photographed list comes as."""


def request_import(work: UnitOfWork, admin: Actor, document: Document, message_id: int) -> None:
    """Store that a file is to be read; an earlier one of this chat that is not yet decided is dropped."""
    name = document.name
    if fault := _fault_of(document):
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


def _fault_of(document: Document) -> FileError | None:
    """Return why a file need not even be fetched."""
    if document.name.casefold().endswith(OTHER_FILE_SUFFIXES):
        return FileError.NOT_A_SHEET
    is_large = document.size_bytes is not None and document.size_bytes > MAX_FILE_BYTES
    return FileError.TOO_LARGE if is_large else None


def reject_import(work: UnitOfWork, asked: Import, why: UnreadablePriceList) -> None:
    if imports.finish(work.tx, asked.import_id, ImportState.FAILED, fault=why.fault):
        refused = ImportRefused(file_name=asked.file_name, fault=why.fault, detail=why.detail)
        work.notify(refused, _address_of(asked))


def show_preview(work: UnitOfWork, asked: Import, found: ParsedPriceList, packed: str) -> None:
    """Store what was read of a file and show what it would change."""
    old = work.catalogue
    if not imports.store_parsed(work.tx, asked.import_id, serialized=packed, version=old.version):
        return
    plan = plan_import(found, old, None)
    preview = make_preview(asked.import_id, asked.file_name, found, plan, old, None, renewed=False)
    if not preview.is_open:
        imports.finish(work.tx, asked.import_id, ImportState.DISCARDED)
    work.notify(preview, _address_of(asked), subject=import_subject(asked.import_id))


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    """Carry out what a button under a preview asks for, unless the list was decided before."""
    import_id = int(tap.subject_id)
    asked = imports.get(work.tx, import_id)
    found = imports.parsed_list(work.tx, import_id)
    if asked is None or found is None or asked.state is not ImportState.READ:
        return Toast.USED
    price = int(tap.payload) if tap.payload else None
    old = work.catalogue
    plan = plan_import(found, old, price)
    if tap.action is Action.DISCARD_IMPORT:
        _discard(work, import_id, ImportEndReason.DISCARDED)
    elif tap.action is Action.CHOOSE_PRICE or old.version != asked.version or not _is_priced(found, price):
        _show_again(work, admin, asked, found, plan, price)
    elif tap.action is Action.REPLACE_IMPORT and _removes_many(plan, old):
        _ask_before_removal(work, admin, asked, plan, price)
    elif tap.action in (Action.REPLACE_IMPORT, Action.CONFIRM_REPLACE):
        _apply(work, admin, asked, plan, plan.merged.replaced)
    else:
        _apply(work, admin, asked, plan, plan.products)
    return Toast.DONE


def _is_priced(found: ParsedPriceList, price: int | None) -> bool:
    """Return whether it is clear which of several prices resellers are to pay."""
    return found.is_price_sure or price is not None


def _removes_many(plan: Plan, old: Catalogue) -> bool:
    removed = len(plan.merged.removed)
    return removed > MAX_REMOVED_AT_ONCE or removed > MAX_REMOVED_SHARE * len(old.products)


def _ask_before_removal(work: UnitOfWork, admin: Actor, asked: Import, plan: Plan, price: int | None) -> None:
    """Ask a second time, and send every product that would go as a file."""
    removed = plan.merged.removed
    question = ReplaceQuestion(
        import_id=asked.import_id,
        file_name=asked.file_name,
        old_count=len(work.catalogue.products),
        removed_count=len(removed),
        removed=codes_of(removed),
        price=price,
    )
    work.answer(admin, question, subject=import_subject(asked.import_id))
    work.notify(RemovalFile(import_id=asked.import_id, file_name=asked.file_name, price=price), admin.chat)


def _apply(work: UnitOfWork, admin: Actor, asked: Import, plan: Plan, products: tuple[Product, ...]) -> None:
    old = work.catalogue
    edit = CatalogueEdit(
        stamp=work.nonce(), at_ms=work.now_ms, user_id=admin.user_id, name=admin.name, source=asked.file_name
    )
    diff = work.replace_catalogue(old, products, edit)
    if diff is None:
        raise RuntimeError(f"the catalogue is not at version {old.version} any more")
    imports.finish(work.tx, asked.import_id, ImportState.APPLIED)
    changed = CatalogueChanged(
        version=old.version + 1,
        product_count=len(products),
        counts=count_changes(diff),
        omitted_count=plan.merged.omitted_count,
        file_name=asked.file_name,
        name=admin.name,
        at_ms=work.now_ms,
    )
    work.replace_cards(changed, subject=import_subject(asked.import_id))
    for admin_id in work.admin_ids:
        if admin_id != asked.user_id:
            work.notify(changed, Address(chat_id=admin_id))


def _show_again(
    work: UnitOfWork, admin: Actor, asked: Import, found: ParsedPriceList, plan: Plan, price: int | None
) -> None:
    """Show what the list would change by now, or by other prices, in the place of the preview before."""
    old = work.catalogue
    imports.store_parsed(work.tx, asked.import_id, version=old.version)
    renewed = old.version != asked.version
    preview = make_preview(asked.import_id, asked.file_name, found, plan, old, price, renewed=renewed)
    if not preview.is_open:
        imports.finish(work.tx, asked.import_id, ImportState.DISCARDED)
    work.answer(admin, preview, subject=import_subject(asked.import_id))


def _discard(work: UnitOfWork, import_id: int, why: ImportEndReason) -> None:
    asked = imports.get(work.tx, import_id)
    if asked and imports.finish(work.tx, import_id, ImportState.DISCARDED):
        ended = ImportEnded(file_name=asked.file_name, end=why)
        work.replace_cards(ended, subject=import_subject(import_id))


def _address_of(asked: Import) -> Address:
    return Address(chat_id=asked.chat_id, reply_to=asked.message_id)


def import_subject(import_id: int) -> str:
    """Return the name under which the cards about a list are found again."""
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
