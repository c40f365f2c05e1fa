"""A row that says little is completed by the words of the trade, and never where money could go astray."""

import pytest

from bot.catalogue.inference import InferredTraits, carriers_in, infer_traits
from bot.catalogue.product import Carrier, DestinationRule


def told(code: str, name: str, group: str = "Lainnya", price_idr: int | None = None) -> InferredTraits:
    return infer_traits(code=code, name=name, group=group, price_idr=price_idr)


@pytest.mark.parametrize(
    ("text", "carrier"),
    [
        ("Pulsa Telkomsel", Carrier.TELKOMSEL),
        ("TSEL", Carrier.TELKOMSEL),
        ("Simpati/As", Carrier.TELKOMSEL),
        ("Kartu As", Carrier.TELKOMSEL),
        ("Isat IM3", Carrier.INDOSAT),
        ("XL Data", Carrier.XL),
        ("AXIS Bronet", Carrier.AXIS),
        ("Tri (Three)", Carrier.TRI),
        ("Pulsa 3", Carrier.TRI),
        ("Smartfren", Carrier.SMARTFREN),
        ("Smart 5.000", Carrier.SMARTFREN),
    ],
)
def test_a_network_is_known_by_its_names(text: str, carrier: Carrier) -> None:
    assert carriers_in(text) == {carrier}


@pytest.mark.parametrize("text", ["Kuota 3 GB", "Smart TV", "Netflix", "PLN", "trial", "exl", "Lainnya"])
def test_what_only_looks_like_a_network_is_none(text: str) -> None:
    assert carriers_in(text) == frozenset()


def test_two_networks_in_one_name_are_none() -> None:
    assert told("d1", "Data XL dan Axis 1 GB").carrier is None
    assert told("d1", "Simpati 5.000", "Pulsa XL").carrier is None


@pytest.mark.parametrize(
    ("code", "name", "group", "rule"),
    [
        ("pln20", "Token 20.000", "Listrik", DestinationRule.METER),
        ("tk20", "Token PLN 20.000", "Listrik", DestinationRule.METER),
        ("s5", "Simpati 5.000", "Pulsa", DestinationRule.PHONE),
        ("dn10", "Saldo DANA 10.000", "E-Wallet", DestinationRule.PHONE),
        ("ml86", "Mobile Legends 86 Diamonds", "Game", DestinationRule.GAME_SERVER),
        ("ff70", "Free Fire 70 Diamonds", "Game", DestinationRule.GAME),
        ("bpjs", "BPJS Kesehatan", "Tagihan", DestinationRule.ACCOUNT),
        ("vx1", "Voucher Axis 1 GB", "Voucher", DestinationRule.FREE),
        ("nf1", "Netflix 1 Bulan", "Streaming", DestinationRule.FREE),
    ],
)
def test_a_destination_rule_is_known_by_code_group_and_name(
    code: str, name: str, group: str, rule: DestinationRule
) -> None:
    assert told(code, name, group).rule is rule


def test_a_game_of_servers_wants_its_server_though_the_row_says_only_game() -> None:
    """An id without its server is paid for and never arrives."""
    words = {"code": "ml86", "name": "Mobile Legends 86 Diamonds", "group": "Game"}
    assert (
        infer_traits(**words, price_idr=None, rule=DestinationRule.GAME).rule is DestinationRule.GAME_SERVER
    )
    assert infer_traits(**words, price_idr=None, rule=DestinationRule.FREE).rule is DestinationRule.FREE


@pytest.mark.parametrize(
    ("code", "name", "price_idr", "nominal"),
    [
        ("s5", "Simpati 5.000", 5_900, 5),
        ("S5", "Telkomsel 5rb", None, 5),
        ("s100", "Simpati 100.000", 98_500, 100),
        ("s5000", "Simpati 5000", 5_900, 5),
        ("pln20", "Token PLN 20.000", 20_500, 20),
        ("PLN1000", "Token PLN 1.000.000", 1_001_500, 1000),
    ],
)
def test_a_nominal_is_told_where_code_name_and_price_agree(
    code: str, name: str, price_idr: int | None, nominal: int
) -> None:
    assert told(code, name, price_idr=price_idr).nominal == nominal


@pytest.mark.parametrize(
    ("code", "name", "price_idr"),
    [
        ("s5", "Simpati 10.000", 10_900),
        ("s5", "Simpati", 5_900),
        ("s5", "Simpati 5.000 bonus 1.000", 5_900),
        ("s5", "Simpati 5.000", 52_000),
        ("s5", "Simpati 5.000", 590),
        ("s5", "Simpati Data 5 GB", 52_000),
        ("s5", "Simpati 5GB", 5_900),
        ("sd5", "Paket Data Simpati 5.000", 5_900),
        ("st5", "Simpati Transfer 5.000", 5_900),
        ("s5a", "Simpati 5.000", 5_900),
        ("pr5", "Promo 5.000", 5_900),
        ("pln20", "Token PLN 20.000", 50_500),
        ("pln20", "Token PLN 50.000", 50_500),
        ("plnpasca", "Tagihan PLN Pascabayar", None),
        ("dana50", "Saldo DANA 50.000", 50_500),
    ],
)
def test_a_nominal_that_is_not_sure_is_none(code: str, name: str, price_idr: int | None) -> None:
    """`5.0812…` buys by it: a wrong one would buy the wrong thing."""
    assert told(code, name, price_idr=price_idr).nominal is None
