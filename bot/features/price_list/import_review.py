"""Price lists that admins send: kept to be read, shown before they change anything, applied by a tap.

Each function is a unit of work or part of one. A list that was shown against a catalogue which has changed
since is shown again before it is applied.
"""

from collections import Counter

from msgspec import Struct

from bot.catalogue.diff import CatalogueDiff, ProductChange, diff_catalogue, merge_rows
from bot.catalogue.price_list.grid import MAX_FILE_BYTES, FileError
from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList
from bot.notices.buttons import Action
from bot.notices.price_list import (
    CatalogueChanged,
    ChangeCount,
    ChangeExample,
    ImportEnded,
    ImportEndReason,
    ImportPreview,
    ImportReceived,
    ImportRefused,
    RuleCount,
)
from bot.unit_of_work import Address, Desk
from bot.updates import Document
from storage import imports
from storage.catalogue import CatalogueEdit
from storage.imports import Import, ImportState
from storage.transaction import Tx

MAX_PROBLEMS_SHOWN = 20
MAX_EXAMPLES_A_KIND = 3
MAX_UNUSED_SHOWN = 5
MAX_STRICTER_SHOWN = 10
"""With words of any length these fit one message."""

OTHER_FILE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif", ".mp4", ".pdf", ".doc", ".docx")
"""Names of pictures and letters: what a photographed list comes as."""


class Admin(Struct, frozen=True, kw_only=True):
    """Who decides, and where; `message_id` is their message that brought a file, or ours that they tapped."""

    user_id: int
    name: str
    place: Address
    message_id: int


def request_import(tx: Tx, desk: Desk, document: Document, admin: Admin, *, now_ms: int) -> None:
    """Take in a file that an admin sent; an earlier one of this chat that is not yet decided is dropped."""
    name = document.name
    if fault := _fault_of(document):
        refused = ImportRefused(file_name=name, fault=fault, detail="")
        desk.say(tx, refused, admin.place, at_ms=now_ms)
        return
    for import_id in imports.undecided(tx, admin.place.chat_id):
        _throw_away(tx, desk, import_id, ImportEndReason.SUPERSEDED, now_ms)
    imports.request(
        tx,
        chat_id=admin.place.chat_id,
        message_id=admin.message_id,
        user_id=admin.user_id,
        user_name=admin.name,
        file_id=document.file_id,
        file_name=name,
        at_ms=now_ms,
    )
    desk.say(tx, ImportReceived(file_name=name), admin.place, at_ms=now_ms)


def _fault_of(document: Document) -> FileError | None:
    """Tell why a file need not even be fetched."""
    if document.name.casefold().endswith(OTHER_FILE_SUFFIXES):
        return FileError.NOT_A_SHEET
    is_large = document.size_bytes is not None and document.size_bytes > MAX_FILE_BYTES
    return FileError.TOO_LARGE if is_large else None


def reject_import(tx: Tx, desk: Desk, asked: Import, why: UnreadablePriceList, *, now_ms: int) -> None:
    """Say why a file cannot be applied."""
    if imports.finish(tx, asked.import_id, ImportState.FAILED, fault=why.fault):
        refused = ImportRefused(file_name=asked.file_name, fault=why.fault, detail=why.detail)
        desk.say(tx, refused, _place_of(asked), at_ms=now_ms)


def show_preview(
    tx: Tx, desk: Desk, asked: Import, sheet: ParsedPriceList, packed: str, *, now_ms: int
) -> None:
    """Keep what was read of a file and show what it would change."""
    shown = desk.shelf.catalogue(tx)
    if not imports.store_parsed(tx, asked.import_id, sheet=packed, version=shown.version):
        return
    preview = _preview(tx, desk, asked, sheet, renewed=False)
    if not preview.has_changes:
        imports.finish(tx, asked.import_id, ImportState.DISCARDED)
    desk.say(tx, preview, _place_of(asked), at_ms=now_ms, subject=import_subject(asked.import_id))


def handle_button(tx: Tx, desk: Desk, action: Action, import_id: int, admin: Admin, *, now_ms: int) -> bool:
    """Do what a button under a preview asks for; False if the list was decided before."""
    asked = imports.get(tx, import_id)
    sheet = imports.parsed_list(tx, import_id)
    if asked is None or sheet is None or asked.state is not ImportState.READ:
        return False
    if action is Action.DISCARD_IMPORT:
        _throw_away(tx, desk, import_id, ImportEndReason.DISCARDED, now_ms)
        return True
    if desk.shelf.catalogue(tx).version != asked.version:
        _show_again(tx, desk, asked, sheet, admin, now_ms)
        return True
    _apply(tx, desk, asked, sheet, admin, now_ms)
    return True


def _apply(tx: Tx, desk: Desk, asked: Import, sheet: ParsedPriceList, admin: Admin, now_ms: int) -> None:
    old = desk.shelf.catalogue(tx)
    new = merge_rows(sheet.lines, old)
    edit = CatalogueEdit(
        stamp=desk.nonce(), at_ms=now_ms, user_id=admin.user_id, name=admin.name, source=asked.file_name
    )
    found = desk.shelf.replace(tx, old, new, edit)
    if found is None:
        raise RuntimeError(f"the catalogue is not at version {old.version} any more")
    imports.finish(tx, asked.import_id, ImportState.APPLIED)
    changed = CatalogueChanged(
        version=old.version + 1,
        product_count=len(new),
        counts=_counts(found),
        omitted_count=sheet.omitted_count,
        file_name=asked.file_name,
        name=admin.name,
        at_ms=now_ms,
    )
    desk.close_cards(tx, changed, at_ms=now_ms, subject=import_subject(asked.import_id))
    for other in desk.admins:
        if other != asked.user_id:
            desk.say(tx, changed, Address(chat_id=other), at_ms=now_ms)


def _show_again(tx: Tx, desk: Desk, asked: Import, sheet: ParsedPriceList, admin: Admin, now_ms: int) -> None:
    """Put what the list would change by now in the place of what it would have changed before."""
    imports.store_parsed(tx, asked.import_id, version=desk.shelf.catalogue(tx).version)
    preview = _preview(tx, desk, asked, sheet, renewed=True)
    if not preview.has_changes:
        imports.finish(tx, asked.import_id, ImportState.DISCARDED)
    subject = import_subject(asked.import_id)
    desk.say(tx, preview, admin.place, at_ms=now_ms, subject=subject, edits=admin.message_id)


def _throw_away(tx: Tx, desk: Desk, import_id: int, why: ImportEndReason, now_ms: int) -> None:
    asked = imports.get(tx, import_id)
    if asked and imports.finish(tx, import_id, ImportState.DISCARDED):
        ended = ImportEnded(file_name=asked.file_name, end=why)
        desk.close_cards(tx, ended, at_ms=now_ms, subject=import_subject(import_id))


def _preview(tx: Tx, desk: Desk, asked: Import, sheet: ParsedPriceList, *, renewed: bool) -> ImportPreview:
    old = desk.shelf.catalogue(tx)
    new = merge_rows(sheet.lines, old)
    found = diff_catalogue(old, new)
    rules = Counter(product.rule for product in new)
    return ImportPreview(
        import_id=asked.import_id,
        file_name=asked.file_name,
        product_count=len(new),
        sound_count=len(sheet.products),
        omitted_count=sheet.omitted_count,
        counts=_counts(found),
        examples=_examples(found),
        rules=tuple(RuleCount(rule=rule, count=count) for rule, count in rules.most_common()),
        problems=sheet.problems[:MAX_PROBLEMS_SHOWN],
        problem_count=len(sheet.problems),
        unused=sheet.unused[:MAX_UNUSED_SHOWN],
        stricter=sheet.stricter[:MAX_STRICTER_SHOWN],
        has_changes=bool(found),
        renewed=renewed,
    )


def _counts(found: CatalogueDiff) -> tuple[ChangeCount, ...]:
    return tuple(ChangeCount(kind=kind, count=count) for kind, count in found.counts())


def _examples(found: CatalogueDiff) -> tuple[ChangeExample, ...]:
    return tuple(
        _shown(change) for kind, _ in found.counts() for change in found.of_kind(kind)[:MAX_EXAMPLES_A_KIND]
    )


def _shown(change: ProductChange) -> ChangeExample:
    product = change.after or change.before
    return ChangeExample(
        kind=change.kind,
        code=change.code,
        name=product.name if product else "",
        before_idr=change.before.price_idr if change.before else None,
        after_idr=change.after.price_idr if change.after else None,
    )


def _place_of(asked: Import) -> Address:
    return Address(chat_id=asked.chat_id, reply_to=asked.message_id)


def import_subject(import_id: int) -> str:
    """Give the name under which the cards about a list are found again."""
    return f"import:{import_id}"
