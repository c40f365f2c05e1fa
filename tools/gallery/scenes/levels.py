"""Levels of prices, and a product that costs more than it sells for."""

from collections.abc import Iterator

from msgspec.structs import replace

from bot.orders.events import Succeeded
from tools.gallery.goods import GOODS
from tools.gallery.scene import Scene
from tools.gallery.stage import RINA, SARI, Stage, messages_to

LIST = """kode;nama;harga;modal;harga emas
S5;Telkomsel 5.000;6.000;5.750;5.900
S10;Telkomsel 10.000;10.750;10.800;10.600
"""


def play() -> Iterator[Scene]:
    """Set levels, give one to a reseller, and sell below cost."""
    stage = Stage(*GOODS, floor_idr=0)
    stage.send_text("harga", SARI)
    for caption, typed in (
        ("No levels yet", "/level"),
        ("A level in percent", "/level emas 1,5%"),
        ("It is changed to rupiah", "/level emas 200"),
        ("A reseller gets it", f"/level {SARI.user_id} emas"),
        ("All levels", "/level"),
        ("An amount that is none", "/level emas -200"),
    ):
        yield Scene(caption=caption, typed=typed, messages=stage.send_text(typed, RINA))
    yield Scene(
        caption="The reseller sees their price", typed="harga s5", messages=stage.send_text("harga s5")
    )
    yield Scene(
        caption="A list with costs and a column of the level",
        typed="📎 harga-emas.csv",
        messages=stage.send_file("harga-emas.csv", LIST),
    )
    stage = Stage(replace(GOODS[0], cost_idr=6_100), *GOODS[1:], floor_idr=0)
    typed = "s5.081234567890"
    messages = stage.send_text(typed)
    yield Scene(caption="The cost is above the price", typed=typed, messages=messages_to(SARI, messages))
    yield Scene(caption="The admins read why", messages=messages_to(RINA, messages))
    yield Scene(caption="Tetap jual is tapped", messages=stage.tap("Tetap jual", RINA))
    stage = Stage(*GOODS)
    yield Scene(caption="No profit yet", typed="/laba", messages=stage.send_text("/laba", RINA))
    for typed in ("s5.081234567890", "s5.081234567891"):
        stage.send_text(typed)
        stage.accept()
        stage.apply(Succeeded(sn="51203948571"))
    yield Scene(caption="The profit of today", typed="/laba", messages=stage.send_text("/laba", RINA))
    yield Scene(caption="As a file", messages=stage.tap("XLSX", RINA))
    typed = "/laba kapan"
    yield Scene(caption="A day that is none", typed=typed, messages=stage.send_text(typed, RINA))
