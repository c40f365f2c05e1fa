"""Price lists that admins send: kept to be read, shown before they change anything, applied by a tap.

Each function is a unit of work or part of one. A list that was shown against a catalogue which has changed
since is shown again before it is applied.
"""

from collections import Counter

from bot.actors import Actor, Address
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
from bot.routing import ButtonRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Document, Toast
from storage import imports
from storage.catalogue import CatalogueEdit
from storage.imports import Import, ImportState

MAX_PROBLEMS_SHOWN = 20
MAX_EXAMPLES_A_KIND = 3
MAX_UNUSED_SHOWN = 5
MAX_STRICTER_SHOWN = 10
"""With words of any length these fit one message."""

OTHER_FILE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif", ".mp4", ".pdf", ".doc", ".docx")
"""Names of pictures and letters: what a photographed list comes as."""


def request_import(work: UnitOfWork, admin: Actor, document: Document, message_id: int) -> None:
    """Take in a file that an admin sent; an earlier one of this chat that is not yet decided is dropped."""
    name = document.name
    if fault := _fault_of(document):
        refused = ImportRefused(file_name=name, fault=fault, detail="")
        work.notify(refused, admin.address)
        return
    for import_id in imports.undecided(work.tx, admin.address.chat_id):
        _throw_away(work, import_id, ImportEndReason.SUPERSEDED)
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
    """Tell why a file need not even be fetched."""
    if document.name.casefold().endswith(OTHER_FILE_SUFFIXES):
        return FileError.NOT_A_SHEET
    is_large = document.size_bytes is not None and document.size_bytes > MAX_FILE_BYTES
    return FileError.TOO_LARGE if is_large else None


def reject_import(work: UnitOfWork, asked: Import, why: UnreadablePriceList) -> None:
    """Say why a file cannot be applied."""
    if imports.finish(work.tx, asked.import_id, ImportState.FAILED, fault=why.fault):
        refused = ImportRefused(file_name=asked.file_name, fault=why.fault, detail=why.detail)
        work.notify(refused, _place_of(asked))


def show_preview(work: UnitOfWork, asked: Import, sheet: ParsedPriceList, packed: str) -> None:
    """Keep what was read of a file and show what it would change."""
    shown = work.catalogue
    if not imports.store_parsed(work.tx, asked.import_id, sheet=packed, version=shown.version):
        return
    preview = _preview(work, asked, sheet, renewed=False)
    if not preview.has_changes:
        imports.finish(work.tx, asked.import_id, ImportState.DISCARDED)
    work.notify(preview, _place_of(asked), subject=import_subject(asked.import_id))


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    """Carry out what a button under a preview asks for, unless the list was decided before."""
    import_id = int(tap.subject_id)
    asked = imports.get(work.tx, import_id)
    sheet = imports.parsed_list(work.tx, import_id)
    if asked is None or sheet is None or asked.state is not ImportState.READ:
        return Toast.USED
    if tap.action is Action.DISCARD_IMPORT:
        _throw_away(work, import_id, ImportEndReason.DISCARDED)
    elif work.catalogue.version != asked.version:
        _show_again(work, asked, sheet, admin)
    else:
        _apply(work, asked, sheet, admin)
    return Toast.DONE


def _apply(work: UnitOfWork, asked: Import, sheet: ParsedPriceList, admin: Actor) -> None:
    old = work.catalogue
    new = merge_rows(sheet.lines, old)
    edit = CatalogueEdit(
        stamp=work.nonce(), at_ms=work.now_ms, user_id=admin.user_id, name=admin.name, source=asked.file_name
    )
    found = work.replace_catalogue(old, new, edit)
    if found is None:
        raise RuntimeError(f"the catalogue is not at version {old.version} any more")
    imports.finish(work.tx, asked.import_id, ImportState.APPLIED)
    changed = CatalogueChanged(
        version=old.version + 1,
        product_count=len(new),
        counts=_counts(found),
        omitted_count=sheet.omitted_count,
        file_name=asked.file_name,
        name=admin.name,
        at_ms=work.now_ms,
    )
    work.replace_cards(changed, subject=import_subject(asked.import_id))
    for other in work.admin_ids:
        if other != asked.user_id:
            work.notify(changed, Address(chat_id=other))


def _show_again(work: UnitOfWork, asked: Import, sheet: ParsedPriceList, admin: Actor) -> None:
    """Put what the list would change by now in the place of what it would have changed before."""
    imports.store_parsed(work.tx, asked.import_id, version=work.catalogue.version)
    preview = _preview(work, asked, sheet, renewed=True)
    if not preview.has_changes:
        imports.finish(work.tx, asked.import_id, ImportState.DISCARDED)
    subject = import_subject(asked.import_id)
    work.answer(admin, preview, subject=subject)


def _throw_away(work: UnitOfWork, import_id: int, why: ImportEndReason) -> None:
    asked = imports.get(work.tx, import_id)
    if asked and imports.finish(work.tx, import_id, ImportState.DISCARDED):
        ended = ImportEnded(file_name=asked.file_name, end=why)
        work.replace_cards(ended, subject=import_subject(import_id))


def _preview(work: UnitOfWork, asked: Import, sheet: ParsedPriceList, *, renewed: bool) -> ImportPreview:
    old = work.catalogue
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


ROUTES = Routes(
    buttons=(
        ButtonRoute(
            actions=(Action.APPLY_IMPORT, Action.APPLY_SOUND, Action.DISCARD_IMPORT),
            handle=_tap,
            subject_kind="import",
        ),
    ),
)
