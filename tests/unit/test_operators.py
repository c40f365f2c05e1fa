"""A number's prefix tells its network, as the trade knows it."""

import pytest

from bot.catalogue.carriers import operator_of
from bot.catalogue.product import Operator

PREFIXES = {
    Operator.TELKOMSEL: (811, 812, 813, 821, 822, 823, 851, 852, 853),
    Operator.INDOSAT: (814, 815, 816, 855, 856, 857, 858),
    Operator.XL: (817, 818, 819, 859, 877, 878, 879),
    Operator.AXIS: (831, 832, 833, 838),
    Operator.TRI: (895, 896, 897, 898, 899),
    Operator.SMARTFREN: (881, 882, 883, 887, 888, 889),
}


@pytest.mark.parametrize(
    ("operator", "prefix"), [(operator, prefix) for operator, all_of in PREFIXES.items() for prefix in all_of]
)
def test_every_prefix_of_the_trade_belongs_to_its_network(operator: Operator, prefix: int) -> None:
    for rest in ("1234567", "34567890", "987654321", "0000000"):
        assert operator_of(f"0{prefix}{rest}") is operator


@pytest.mark.parametrize(
    "phone",
    ["084012345678", "0211234567", "", "08", "x", "\u0660\u0668\u0661\u0662", "6281234567890"],
)
def test_what_nobody_is_known_to_own_has_no_network(phone: str) -> None:
    assert operator_of(phone) is None
