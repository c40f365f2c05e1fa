"""What admins type about money is read whole: the person, the amount, and the reason."""

import pytest

from bot.grammar.money_commands import (
    MAX_REASON_CHARS,
    Adjustment,
    LimitKind,
    LimitQuery,
    NewLimit,
    parse_adjustment,
    parse_limit,
)


@pytest.mark.parametrize(
    ("typed", "amount_idr", "reason"),
    [
        ("@budi 100000 setor tunai", 100_000, "setor tunai"),
        ("@budi 100.000 setor tunai", 100_000, "setor tunai"),
        ("@budi Rp100.000,- setor", 100_000, "setor"),
        ("@budi Rp 100rb setor", 100_000, "setor"),
        ("@budi 100 rb setor", 100_000, "setor"),
        ("@budi 1,5jt setor", 1_500_000, "setor"),
        ("@budi  100k   setor   2 kali", 100_000, "setor 2 kali"),
        ("@budi 100000 2 kali setor", 100_000, "2 kali setor"),
        ("@budi 100 kali ini saja", 100, "kali ini saja"),
        ("@budi.100000.setor tunai", 100_000, "setor tunai"),
        ("@budi.100.000.setor tunai", 100_000, "setor tunai"),
        ("@budi*100000*setor", 100_000, "setor"),
        ("@budi 100000: salah isi\nkemarin", 100_000, "salah isi kemarin"),
        ("@budi 50000 " + "x" * 500, 50_000, "x" * MAX_REASON_CHARS),
    ],
)
def test_an_adjustment_is_read_with_its_amount_and_reason(typed: str, amount_idr: int, reason: str) -> None:
    expected = Adjustment(target="@budi", amount_idr=amount_idr, reason=reason)
    assert parse_adjustment(typed) == expected
    by_id = typed.replace("@budi", "1002", 1)
    assert parse_adjustment(by_id) == Adjustment(target="1002", amount_idr=amount_idr, reason=reason)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "@budi",
            "@budi 100000",
            "@budi 100000   ",
            "@budi 100000 .",
            "@budi setor 100000",
            "100000 setor",
        ),
        *(
            "@budi -100000 setor",
            "@budi 1 000 000 setor",
            "@budi 1 500 000",
            "@budi 100 000 setor",
            "@budi 0 setor",
            "@budi 1,5 setor",
            "@budi 100,55 setor",
            "@budi 1e5 setor",
        ),
        *(
            "@budi 9999999999999 setor",
            "@budi \u0661\u0660\u0660 setor",
            "HP.081234522442.1234",
            "@budi 1.00.000 x",
        ),
    ],
)
def test_what_lacks_a_part_or_is_no_whole_amount_is_refused(typed: str) -> None:
    assert parse_adjustment(typed) is None


@pytest.mark.parametrize(
    ("typed", "limit", "limit_idr"),
    [
        ("@budi 500000", LimitKind.CREDIT, 500_000),
        ("@budi 500rb", LimitKind.CREDIT, 500_000),
        ("@budi.500.000", LimitKind.CREDIT, 500_000),
        ("@budi 0", LimitKind.CREDIT, 0),
        ("@budi bebas", LimitKind.CREDIT, None),
        ("@budi BEBAS", LimitKind.CREDIT, None),
        ("@budi harian 2000000", LimitKind.DAILY, 2_000_000),
        ("@budi Harian 2 jt", LimitKind.DAILY, 2_000_000),
        ("@budi harian bebas", LimitKind.DAILY, None),
    ],
)
def test_a_limit_is_read_with_its_kind(typed: str, limit: LimitKind, limit_idr: int | None) -> None:
    assert parse_limit(typed) == NewLimit(target="@budi", limit=limit, limit_idr=limit_idr)


def test_a_person_alone_asks_for_the_limits() -> None:
    assert parse_limit("@budi") == LimitQuery(target="@budi")


@pytest.mark.parametrize(
    "typed", ["", "@budi harian", "@budi harian 0", "@budi -500000", "@budi banyak", "@budi 500000 ya", "@ 5"]
)
def test_an_unclear_limit_is_refused(typed: str) -> None:
    assert parse_limit(typed) is None
