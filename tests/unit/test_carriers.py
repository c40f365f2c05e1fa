"""A number's prefix tells its network, as the trade knows it."""

import pytest

from bot.catalogue.carriers import carrier_of
from bot.catalogue.product import Carrier

PREFIXES = {
    Carrier.TELKOMSEL: (811, 812, 813, 821, 822, 823, 851, 852, 853),
    Carrier.INDOSAT: (814, 815, 816, 855, 856, 857, 858),
    Carrier.XL: (817, 818, 819, 859, 877, 878, 879),
    Carrier.AXIS: (831, 832, 833, 838),
    Carrier.TRI: (895, 896, 897, 898, 899),
    Carrier.SMARTFREN: (881, 882, 883, 887, 888, 889),
}


@pytest.mark.parametrize(
    ("carrier", "prefix"), [(carrier, prefix) for carrier, all_of in PREFIXES.items() for prefix in all_of]
)
def test_every_prefix_of_the_trade_belongs_to_its_network(carrier: Carrier, prefix: int) -> None:
    for rest in ("1234567", "34567890", "987654321", "0000000"):
        assert carrier_of(f"0{prefix}{rest}") is carrier


@pytest.mark.parametrize(
    "phone",
    ["084012345678", "0211234567", "", "08", "x", "\u0660\u0668\u0661\u0662", "6281234567890"],
)
def test_what_nobody_is_known_to_own_has_no_network(phone: str) -> None:
    assert carrier_of(phone) is None
