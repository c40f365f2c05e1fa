"""A product closes after failures of different numbers in a row, and one order at a time probes it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.biller.answers import failure_cause_of, is_about_product
from bot.orders.model import FailureCause
from bot.orders.product_health import (
    LONGEST_PAUSE_MS,
    Evidence,
    HealthChange,
    HealthRules,
    NoEvidence,
    ProductFailed,
    ProductHealth,
    ProductWorked,
    is_sold,
    judge_product,
)

RULES = HealthRules(failures_to_close=3, pause_ms=60_000)
AT_MS = 1_000_000


def failed(number: int) -> ProductFailed:
    return ProductFailed(trxid=f"failed-{number}", destination=f"0812{number}")


def judged(*evidence: Evidence, rules: HealthRules = RULES) -> ProductHealth:
    health = ProductHealth()
    for each in evidence:
        health = judge_product(health, each, rules, AT_MS).health
    return health


CLOSED = judged(failed(1), failed(2), failed(3))
PROBED = ProductHealth(
    failed=CLOSED.failed, closed_at_ms=AT_MS, pause_ms=60_000, probe_at_ms=AT_MS + 60_000, probe="probe"
)


def test_different_numbers_in_a_row_close_it_and_one_number_never_does() -> None:
    assert CLOSED.closed_at_ms == AT_MS
    assert CLOSED.failed == ("08121", "08122", "08123")
    assert judged(*[failed(1)] * 50).closed_at_ms is None
    assert judged(failed(1), failed(2), failed(1), failed(2)).closed_at_ms is None


def test_a_success_in_between_resets_the_count() -> None:
    worked = ProductWorked(trxid="a", placed_at_ms=0)
    assert judged(failed(1), failed(2), worked) == ProductHealth()
    assert judged(failed(1), failed(2), worked, failed(3), failed(4)).closed_at_ms is None


def test_what_says_nothing_of_the_product_neither_counts_nor_resets() -> None:
    nothing = NoEvidence(trxid="a", is_unknown=False)
    assert judged(failed(1), failed(2), nothing) == judged(failed(1), failed(2))
    assert judged(failed(1), nothing, failed(2), nothing, failed(3)).closed_at_ms == AT_MS


def test_zero_turns_it_off() -> None:
    off = HealthRules(failures_to_close=0)
    assert judged(*map(failed, range(50)), rules=off).closed_at_ms is None


def test_one_order_is_let_through_after_the_pause() -> None:
    assert not is_sold(CLOSED, AT_MS)
    assert not is_sold(CLOSED, AT_MS + 59_999)
    assert is_sold(CLOSED, AT_MS + 60_000)
    assert not is_sold(PROBED, AT_MS + 10**9)


def test_a_clock_that_was_set_back_does_not_keep_it_closed_for_longer() -> None:
    assert is_sold(CLOSED, AT_MS - 86_400_000)


def test_the_probe_that_succeeds_opens_it() -> None:
    decision = judge_product(PROBED, ProductWorked(trxid="probe", placed_at_ms=0), RULES, AT_MS)
    assert (decision.health, decision.change) == (ProductHealth(), HealthChange.REOPENED)


def test_an_order_from_before_it_closed_does_not_open_it_and_a_later_one_does() -> None:
    for placed_at_ms, change in ((AT_MS, None), (AT_MS + 1, HealthChange.REOPENED)):
        evidence = ProductWorked(trxid="another", placed_at_ms=placed_at_ms)
        assert judge_product(PROBED, evidence, RULES, AT_MS + 9).change is change


def test_each_probe_that_fails_doubles_the_pause_up_to_four_hours() -> None:
    health, pauses = CLOSED, []
    for number in range(12):
        probed = ProductHealth(
            failed=health.failed,
            closed_at_ms=AT_MS,
            pause_ms=health.pause_ms,
            probe_at_ms=AT_MS,
            probe=failed(number).trxid,
        )
        health = judge_product(probed, failed(number), RULES, AT_MS).health
        assert (health.probe, health.probe_at_ms) == (None, AT_MS + health.pause_ms)
        pauses.append(health.pause_ms)
    assert pauses[:3] == [120_000, 240_000, 480_000]
    assert pauses[-1] == LONGEST_PAUSE_MS


def test_a_probe_that_says_nothing_makes_room_for_the_next_one() -> None:
    ended = judge_product(PROBED, NoEvidence(trxid="probe", is_unknown=False), RULES, AT_MS + 70_000).health
    assert is_sold(ended, AT_MS + 70_000)
    unknown = judge_product(PROBED, NoEvidence(trxid="probe", is_unknown=True), RULES, AT_MS + 70_000).health
    assert not is_sold(unknown, AT_MS + 129_999)
    assert is_sold(unknown, AT_MS + 130_000)


@given(
    st.lists(
        st.sampled_from(
            (
                *map(failed, range(5)),
                ProductWorked(trxid="w", placed_at_ms=0),
                NoEvidence(trxid="n", is_unknown=False),
                NoEvidence(trxid="u", is_unknown=True),
            )
        )
    )
)
def test_it_closes_only_after_as_many_numbers_as_the_rules_say(evidence: list[Evidence]) -> None:
    health = ProductHealth()
    numbers: set[str] = set()
    for each in evidence:
        if health.closed_at_ms is None:
            numbers = (
                set()
                if isinstance(each, ProductWorked)
                else numbers | ({each.destination} if isinstance(each, ProductFailed) else set())
            )
        health = judge_product(health, each, RULES, AT_MS).health
        assert (health.closed_at_ms is not None) == (len(numbers) >= 3)


OF_PRODUCTS = (
    *("Gangguan", "produk sedang gangguan", "Stok kosong", "stok habis", "Produk tidak Aktif", "ROUTE"),
    *("produk ditutup", "sedang maintenance", "Operator gangguan", "cut off", "Produk tidak tersedia"),
    *("tutup sementara", "layanan tidak tersedia", "provider sedang gangguan", "out of stock"),
)
OF_OTHERS = (
    *("Nomor tujuan salah", "nomor diblokir", "ID meter tidak ditemukan", "melebihi limit", "nomor tutup"),
    *("Saldo tidak cukup", "silakan coba lagi (DEDUCT)", "Sign salah", "server gangguan", "gangguan sistem"),
    *("sistem sedang maintenance", "nomor tujuan tidak tersedia", "kartu masa tenggang", "koneksi gangguan"),
    *("Tagihan sudah lunas", "tagihan tidak tersedia", "limit harian tercapai", "nomor pelanggan gangguan"),
    *("akun tutup", "", "Gagal", "IP tidak terdaftar", "User ID tidak ditemukan", "kuota limit habis"),
)


def test_only_words_about_the_product_count() -> None:
    for text in OF_PRODUCTS:
        assert is_about_product(text, failure_cause_of(text, after_acceptance=True)), text
        assert is_about_product(text, failure_cause_of(text)), text
    for text in OF_OTHERS:
        assert not is_about_product(text, failure_cause_of(text, after_acceptance=True)), text
        assert not is_about_product(text, failure_cause_of(text)), text


def test_the_cause_alone_decides_where_there_are_no_words() -> None:
    counted = {cause for cause in FailureCause if is_about_product("", cause)}
    assert counted == {FailureCause.PRODUCT_UNAVAILABLE, FailureCause.PRODUCT_INACTIVE}
