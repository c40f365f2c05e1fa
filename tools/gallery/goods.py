"""The price list of the gallery's shop."""

from msgspec.structs import replace

from bot.catalogue.product import Carrier, DailyHours, DestinationRule, Product

_NIGHT = DailyHours(from_minute=23 * 60, until_minute=60)


def _pulsa(code: str, carrier: Carrier, nominal: int, price_idr: int, *, is_open: bool = True) -> Product:
    name = carrier.upper() if carrier is Carrier.XL else carrier.title()
    return Product(
        code=code,
        name=f"{name} {nominal}.000",
        group=f"Pulsa {name}",
        rule=DestinationRule.PHONE,
        price_idr=price_idr,
        is_open=is_open,
        carrier=carrier,
        nominal=nominal,
    )


def changed() -> tuple[Product, ...]:
    """Return the list with two other prices, one product opened, one added and one removed."""
    prices_idr = {"S5": 6_100, "S10": 10_650}
    products = [
        replace(product, price_idr=prices_idr.get(product.code, product.price_idr), is_open=True)
        for product in GOODS
        if product.code != "VID1"
    ]
    return (*products, _pulsa("T5", Carrier.TRI, 5, 5_700))


def _token(nominal: int, price_idr: int) -> Product:
    return Product(
        code=f"PLN{nominal}",
        name=f"Token PLN {nominal}.000",
        group="Token PLN",
        rule=DestinationRule.METER,
        price_idr=price_idr,
        nominal=nominal,
        cut_off=_NIGHT,
    )


def _other(code: str, name: str, group: str, rule: DestinationRule, price_idr: int) -> Product:
    return Product(code=code, name=name, group=group, rule=rule, price_idr=price_idr)


GOODS = (
    _pulsa("S5", Carrier.TELKOMSEL, 5, 5_900),
    _pulsa("S10", Carrier.TELKOMSEL, 10, 10_750),
    _pulsa("S20", Carrier.TELKOMSEL, 20, 20_600),
    _pulsa("S25", Carrier.TELKOMSEL, 25, 25_500, is_open=False),
    _pulsa("S50", Carrier.TELKOMSEL, 50, 50_250),
    _pulsa("I5", Carrier.INDOSAT, 5, 5_950),
    _pulsa("I10", Carrier.INDOSAT, 10, 10_900),
    _pulsa("X5", Carrier.XL, 5, 6_000),
    _pulsa("X10", Carrier.XL, 10, 10_950),
    replace(
        _other("DS1", "Data Telkomsel 1 GB 7 hari", "Paket data", DestinationRule.PHONE, 14_500),
        carrier=Carrier.TELKOMSEL,
    ),
    _token(20, 20_500),
    _token(50, 50_500),
    _token(100, 100_500),
    _other("ML86", "Mobile Legends 86 Diamond", "Game", DestinationRule.GAME_SERVER, 22_000),
    _other("FF100", "Free Fire 100 Diamond", "Game", DestinationRule.GAME, 14_000),
    _other("OVO25", "Saldo OVO 25.000", "Dompet", DestinationRule.ACCOUNT, 26_000),
    _other("VID1", "Vidio 1 bulan", "Langganan", DestinationRule.FREE, 29_000),
)
