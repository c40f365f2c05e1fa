"""Writes the products that a price list would remove into a file, at the moment it leaves."""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.list_merge import merge_list
from bot.features.price_list.catalogue_file import catalogue_xlsx
from bot.notices.price_list import RemovalFile
from bot.texts.message import Attachment, AttachmentKind
from bot.texts.price_list import removal_outdated, removal_words
from bot.texts.render import RenderedMessage
from storage import catalogue, imports
from storage.transaction import Tx

FILE_NAME = "produk-dihapus.xlsx"


def render_removals(tx: Tx, notice: RemovalFile) -> RenderedMessage:
    """Name every product that would go; of a list that was decided meanwhile, say so."""
    found = imports.parsed_list(tx, notice.import_id)
    if found is None:
        return RenderedMessage(text=removal_outdated())
    removed = merge_list(found, catalogue.load(tx), price=notice.price).removed
    content = catalogue_xlsx(Catalogue(products=removed))
    return RenderedMessage(
        text=removal_words(notice.file_name, len(removed)),
        attachment=Attachment(form=AttachmentKind.FILE, name=FILE_NAME, content=content),
    )
