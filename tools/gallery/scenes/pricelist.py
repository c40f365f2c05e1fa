"""The operator's price list: a file, its preview, and the catalogue as a file."""

from collections.abc import Iterator

from bot.catalogue.catalogue import Catalogue
from bot.features.price_list.catalogue_file import catalogue_csv
from bot.orders.events import Claimed, Refused, Succeeded
from bot.orders.model import FailureCause
from tools.gallery.goods import GOODS, changed
from tools.gallery.scene import Scene
from tools.gallery.stage import RINA, Bubble, Stage, messages_to

SOUND = catalogue_csv(Catalogue(products=changed())).decode("utf-8-sig")
FAULTY = (
    SOUND.replace("S10;", "S 10;", 1)
    .replace("Indosat 5.000", "", 1)
    .replace(";6000;", ";enam ribu;", 1)
    .replace("S50;", "S5;", 1)
    .replace(";20500;", ";20.750;", 1)
)

FOREIGN = """DAFTAR HARGA SERVER MAJU JAYA;;;;
Update 27 November 2026;;;;
;;;;
No;KODE;PRODUK;HRG (Rp);Stok
PULSA TELKOMSEL;;;;
1;S5;Telkomsel 5.000;Rp 6.050;12
2;S10;Telkomsel 10.000;10.650,-;3
3;S15;Telkomsel 15.000;Rp. 15.400,00;9
PULSA INDOSAT;;;;
4;I5;Indosat 5.000;GANGGUAN;0
5;I10;Indosat 10.000;10.900;4
Catatan: harga dapat berubah sewaktu-waktu;;;;
"""
LEVELS = """Kode;Nama;Harga Emas;Harga Perak;Modal
S5;Telkomsel 5.000;6.000;6.100;5.750
S10;Telkomsel 10.000;10.600;10.700;10.300
"""
NAMES = "Kode;Nama Produk\nS5;Telkomsel Simpati 5.000\nS100;Telkomsel 100.000\n"


def play() -> Iterator[Scene]:
    """Send lists, good and bad, and switch single products."""
    yield Scene(caption="No catalogue yet", typed="/katalog", messages=Stage().send_text("/katalog", RINA))
    stage = Stage(*GOODS)
    name = "harga.csv"
    yield Scene(caption="A file is sent", typed=f"📎 {name}", messages=stage.send_file(name, SOUND))
    yield Scene(caption="♻️ Ganti semua is tapped: a small removal", messages=stage.tap("Ganti semua", RINA))
    yield Scene(
        caption="Another server's list with a part of the products",
        typed="📎 maju-jaya.csv",
        messages=stage.send_file("maju-jaya.csv", FOREIGN),
    )
    yield Scene(caption="♻️ Ganti semua is tapped: a large one", messages=stage.tap("Ganti semua", RINA))
    yield Scene(caption="✅ Perbarui saja is tapped instead", messages=stage.tap("Perbarui saja", RINA))
    yield Scene(
        caption="A list with several prices",
        typed="📎 level.csv",
        messages=stage.send_file("level.csv", LEVELS),
    )
    yield Scene(caption="💰 Harga Perak is tapped", messages=stage.tap("Perak", RINA))
    yield Scene(caption="Batal is tapped", messages=stage.tap("Batal", RINA))
    yield Scene(
        caption="A list without prices", typed="📎 nama.csv", messages=stage.send_file("nama.csv", NAMES)
    )
    yield Scene(caption="A file with faulty rows", typed=f"📎 {name}", messages=stage.send_file(name, FAULTY))
    yield Scene(caption="Batal is tapped", messages=stage.tap("Batal", RINA))
    yield Scene(
        caption="A file that is not a price list",
        typed="📎 foto.pdf",
        messages=stage.send_file("foto.pdf", "%PDF-1.7"),
    )
    yield Scene(
        caption="A list whose codes have no heading",
        typed=f"📎 {name}",
        messages=stage.send_file(name, "Produk;Harga\n5rb;5.900"),
    )
    for caption, typed in (
        ("The catalogue as a file", "/katalog"),
        ("Its history", "/katalog riwayat"),
        ("One product is closed", "/tutup s10"),
        ("The product is closed already", "/tutup s10"),
        ("The product is opened", "/buka s10"),
        ("Several products are closed", "/tutup i5 i10 i99"),
        ("Several products are opened", "/buka i5 i10"),
        ("An unknown product", "/tutup s11"),
    ):
        yield Scene(caption=caption, typed=typed, messages=stage.send_text(typed, RINA))
    stage.send_text("s20.081234567890")
    messages = stage.apply(
        Claimed(),
        Refused(reason="Produk tidak tersedia (ROUTE)", failure_cause=FailureCause.PRODUCT_UNAVAILABLE),
    )
    yield Scene(
        caption="The biller refuses a product that is open here", messages=messages_to(RINA, messages)
    )
    yield Scene(caption="The button closes it", messages=stage.tap("Tutup", RINA))
    yield from _products_in_trouble()


def _fails(stage: Stage, number: str) -> tuple[Bubble, ...]:
    stage.send_text(f"s20.{number}")
    refusal = Refused(reason="Produk sedang gangguan", failure_cause=FailureCause.PRODUCT_UNAVAILABLE)
    return stage.apply(Claimed(), refusal)


def _products_in_trouble() -> Iterator[Scene]:
    """Let a product close by itself, be probed and be decided by an admin."""
    stage = Stage(*GOODS, failures_to_close=3)
    for number in ("081234567801", "081234567802"):
        _fails(stage, number)
    messages = _fails(stage, "081234567803")
    yield Scene(caption="A product closes by itself", messages=messages_to(RINA, messages))
    typed = "s20.081234567804"
    yield Scene(caption="The next order of it", typed=typed, messages=stage.send_text(typed))
    yield Scene(caption="It stands in the list", typed="harga s20", messages=stage.send_text("harga s20"))
    stage.advance(900)
    stage.send_text(typed)
    stage.accept()
    messages = stage.apply(Succeeded(sn="51203948571"))
    yield Scene(caption="A probe succeeds", messages=messages_to(RINA, messages))
    for number in ("081234567805", "081234567806", "081234567807"):
        _fails(stage, number)
    yield Scene(caption="🔴 Biarkan tutup is tapped", messages=stage.tap("Biarkan tutup", RINA))
