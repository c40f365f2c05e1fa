"""The operator's price list: a file in, a preview, and the catalogue out again."""

from collections.abc import Iterator

from bot.catalogue.catalogue import Catalogue
from bot.features.price_list.catalogue_file import catalogue_csv
from bot.orders.events import Claimed, Refused
from bot.orders.model import FailureCause
from tools.gallery.goods import GOODS, changed
from tools.gallery.scene import Scene
from tools.gallery.stage import RINA, Stage, to

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
    yield Scene(when="No catalogue yet", did="/katalog", said=Stage().says("/katalog", RINA))
    stage = Stage(*GOODS)
    name = "harga.csv"
    yield Scene(when="A file is sent", did=f"📎 {name}", said=stage.sends(name, SOUND))
    yield Scene(when="♻️ Ganti semua is tapped: a small removal", said=stage.taps("Ganti semua", RINA))
    yield Scene(
        when="A list as another server writes it, of a part of the products",
        did="📎 maju-jaya.csv",
        said=stage.sends("maju-jaya.csv", FOREIGN),
    )
    yield Scene(when="♻️ Ganti semua is tapped: a large one", said=stage.taps("Ganti semua", RINA))
    yield Scene(when="✅ Perbarui saja is tapped instead", said=stage.taps("Perbarui saja", RINA))
    yield Scene(
        when="A list with several prices",
        did="📎 level.csv",
        said=stage.sends("level.csv", LEVELS),
    )
    yield Scene(when="💰 Harga Perak is tapped", said=stage.taps("Perak", RINA))
    yield Scene(when="Batal is tapped", said=stage.taps("Batal", RINA))
    yield Scene(when="A list without prices", did="📎 nama.csv", said=stage.sends("nama.csv", NAMES))
    yield Scene(when="A file with faulty rows", did=f"📎 {name}", said=stage.sends(name, FAULTY))
    yield Scene(when="Batal is tapped", said=stage.taps("Batal", RINA))
    yield Scene(when="No price list at all", did="📎 foto.pdf", said=stage.sends("foto.pdf", "%PDF-1.7"))
    yield Scene(
        when="A list whose codes have no heading",
        did=f"📎 {name}",
        said=stage.sends(name, "Produk;Harga\n5rb;5.900"),
    )
    for when, typed in (
        ("The catalogue as a file", "/katalog"),
        ("Its history", "/katalog riwayat"),
        ("One product is closed", "/tutup s10"),
        ("It was closed already", "/tutup s10"),
        ("And opened", "/buka s10"),
        ("Several at once", "/tutup i5 i10 i99"),
        ("And opened", "/buka i5 i10"),
        ("No such product", "/tutup s11"),
    ):
        yield Scene(when=when, did=typed, said=stage.says(typed, RINA))
    stage.says("s20.081234567890")
    said = stage.hears(
        Claimed(),
        Refused(reason="Produk tidak tersedia (ROUTE)", failure_cause=FailureCause.PRODUCT_UNAVAILABLE),
    )
    yield Scene(when="The biller has not got a product that is open here", said=to(RINA, said))
    yield Scene(when="The button closes it", said=stage.taps("Tutup", RINA))
