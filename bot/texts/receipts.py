"""The text of a receipt: on its picture for the customer, and in the caption in the chat."""

from datetime import datetime
from typing import assert_never

from bot.notices.receipts import Receipt, ReceiptSettings, ReceiptSettingsInvalid, ReceiptsNotice
from bot.texts.formatting import Clock, Row, Text, bold, code, format_destination, lines, rupiah, untrusted

HEADING = "STRUK PEMBELIAN"
PRODUCT = "Produk"
CODE = "Kode"
NUMBER = "Nomor"
NAME = "Nama"
TARIFF = "Tarif/Daya"
KWH = "Jumlah kWh"
STATUS = "Status"
DELIVERED = "Berhasil"
TOKEN = "TOKEN LISTRIK"  # noqa: S105 - the word on the paper, no secret
SN = "SN"
PRICE = "Harga"
REF = "Ref {}"
THANKS = "Terima kasih"
SHOP = "Nama toko"
OWN_PRICES = "Harga jual"


def printed_moment(at_ms: int, clock: Clock) -> str:
    """Return `22/11/2026 14:03:25 WIB`, with the year because receipts are kept for long."""
    day = datetime.fromtimestamp(at_ms / 1000, clock.zone)
    return f"{day:%d/%m/%Y} {clock.time(at_ms)}"


def caption(notice: Receipt) -> Text:
    """Return the caption of the picture: it is forwarded with it, and an SN can be copied from it."""
    facts = notice.facts
    rows: list[Row] = [
        ("🧾 ", untrusted(facts.product_name or facts.product_code)),
        (f"{NUMBER}: ", format_destination(facts.destination)),
    ]
    if facts.token:
        rows.append(("Token: ", untrusted(facts.token)))
    elif facts.sn:
        rows.append(("SN: ", untrusted(facts.sn, 500)))
    return lines(*rows)


def settings(notice: ReceiptSettings) -> Text:
    rows: list[Row] = [
        ("🧾 ", bold("Struk Anda"), " · tersimpan" if notice.is_saved else ""),
        (f"{SHOP}: ", untrusted(notice.shop_name) if notice.shop_name else "belum diisi"),
        f"{OWN_PRICES}:" if notice.prices else f"{OWN_PRICES}: belum diisi",
    ]
    rows += [(code(price.code), f" {rupiah(price.price_idr)}") for price in notice.prices]
    if notice.more:
        rows.append(f"dan {notice.more} lainnya")
    return lines(*rows, "", *_HOW)


def settings_invalid(notice: ReceiptSettingsInvalid) -> Text:
    return lines(("🤔 ", untrusted(notice.typed), " belum bisa disimpan."), *_HOW)


_HOW: tuple[Row, ...] = (
    ("Nama toko, paling panjang 40 huruf: ", code("struk nama Budi Cell")),
    ("Harga jual ke pelanggan: ", code("struk s5 7000")),
    ("Tanpa harga: ", code("struk s5 0")),
)


def words(notice: ReceiptsNotice) -> Text:
    match notice:
        case Receipt():
            return caption(notice)
        case ReceiptSettings():
            return settings(notice)
        case ReceiptSettingsInvalid():
            return settings_invalid(notice)
        case _:
            assert_never(notice)
