"""The words of the daily recap, as messages and in its picture."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never

from msgspec import Struct

from bot.notices.recaps import DailyRecap, RecapsNotice, RecapSwitched
from bot.orders.model import ExpiryReason, FailureCause
from bot.orders.totals import Totals
from bot.texts.batch_summary import MARKS
from bot.texts.formatting import Clock, Row, Text, bold, code, lines, rupiah
from bot.texts.profits import money_rows
from bot.texts.reports import counts_by_state

PRODUCTS_SHOWN = 5
REASONS_SHOWN = 5

TITLE = "Rekap {day:%d/%m/%Y}"
ORDERS, SUCCESS, SALES = "Pesanan", "Sukses", "Penjualan"
BY_HOUR, RATE_BY_HOUR = "Pesanan per jam", "Sukses per jam"
SUCCEEDED, FAILED, OTHERS = "sukses", "gagal", "belum selesai"

_CAUSES = {
    FailureCause.PRODUCT_UNAVAILABLE: "produk gangguan",
    FailureCause.PRODUCT_INACTIVE: "produk ditutup biller",
    FailureCause.DEPOSIT: "saldo biller kosong",
    FailureCause.ACCOUNT: "akun biller bermasalah",
    FailureCause.DESTINATION: "nomor salah",
    FailureCause.OTHER: "sebab lain",
}
_EXPIRIES = {
    ExpiryReason.TOO_OLD: "terlambat diterima",
    ExpiryReason.NEVER_SENT: "biller tidak bisa dihubungi",
    ExpiryReason.CLOCK_CHANGED: "jam server berubah",
    ExpiryReason.NO_ACCESS: "akses dihentikan",
}
WITHOUT_REASON = "ditetapkan admin, atau tanpa alasan"


class ShopFacts(Struct, frozen=True, kw_only=True):
    """What the admins' recap says besides the sums; `balance_idr` is the biller's last report, if any."""

    failures: Sequence[tuple[FailureCause | None, ExpiryReason | None, int]]
    waiting_count: int
    balance_idr: int | None
    balance_at_ms: int


def success_rate(total: Totals) -> str:
    """Return the share of successes among the certain results, such as `95,8%`; `-` if there are none."""
    if not total.finished_count:
        return "-"
    # Rounded down, so that only a day without a failure has 100%.
    per_mille = 1000 * total.succeeded_count // total.finished_count
    return f"{per_mille // 10},{per_mille % 10}%".replace(",0%", "%")


def shop_recap(
    day: date, total: Totals, products: Mapping[str, Totals], facts: ShopFacts, clock: Clock
) -> Text:
    """Return the recap of the shop for admins: the caption of the picture."""
    rows: list[Row] = [("🌙 ", bold(TITLE.format(day=day)))]
    if not total.count:
        rows.append("Tidak ada pesanan.")
    else:
        rows += [*_counts(total), *_money(total), *_products(products), *_failures(facts)]
    rows.append("")
    if facts.waiting_count:
        rows.append(f"⚠️ Perlu keputusan: {facts.waiting_count}, lihat /tertunda")
    if facts.balance_idr is not None:
        rows.append(f"Saldo biller: {rupiah(facts.balance_idr)}, {clock.moment(facts.balance_at_ms)}")
    return lines(*(rows if rows[-1] else rows[:-1]))


def reseller_recap(day: date, total: Totals, products: Mapping[str, Totals]) -> Text:
    """Return the recap of a reseller's own orders."""
    rows: list[Row] = [("🌙 ", bold(TITLE.format(day=day)), " · pesanan Anda")]
    rows += _counts(total) if total.count else ["Tidak ada pesanan."]
    if total.priced_count:
        rows.append(("Total sukses: ", bold(rupiah(total.sales_idr))))
    if total.unpriced_count:
        rows.append(f"{total.unpriced_count} sukses tanpa harga, tidak ikut dijumlah.")
    rows += _products(products)
    return lines(*rows, "", ("Rinciannya: ", code("lap"), " · Tidak mau rekap ini? ", code("rekap mati")))


def _counts(total: Totals) -> list[Row]:
    states = " · ".join(f"{MARKS[state]} {count}" for state, count in counts_by_state(total))
    return [(f"{ORDERS}: ", bold(str(total.count)), f" · sukses {success_rate(total)}"), states]


def _money(total: Totals) -> list[Row]:
    rows = money_rows(total)
    if total.unpriced_count:
        rows.append(f"Tanpa harga jual: {total.unpriced_count}, modal {rupiah(total.unpriced_cost_idr)}")
    return rows


def _products(products: Mapping[str, Totals]) -> list[Row]:
    sold = [(name, each) for name, each in products.items() if each.succeeded_count]
    sold.sort(key=lambda each: (-each[1].succeeded_count, -each[1].sales_idr, each[0]))
    rows: list[Row] = ["", "Paling laku:"] if sold else []
    for name, each in sold[:PRODUCTS_SHOWN]:
        amount = f" · {rupiah(each.sales_idr)}" if each.priced_count else ""
        rows.append((code(name), f": {each.succeeded_count}{amount}"))
    return rows


def _failures(facts: ShopFacts) -> list[Row]:
    counts: Counter[str] = Counter()
    for cause, expiry, count in facts.failures:
        reason = _CAUSES[cause] if cause else _EXPIRIES[expiry] if expiry else WITHOUT_REASON
        counts[reason] += count
    shown = counts.most_common(REASONS_SHOWN)
    rows: list[Row] = ["", "Gagal atau tidak diproses karena:"] if shown else []
    rows += [f"{reason}: {count}" for reason, count in shown]
    if rest := counts.total() - sum(count for _, count in shown):
        rows.append(f"lainnya: {rest}")
    return rows


def recap_switched(notice: RecapSwitched) -> Text:
    if not notice.is_wanted:
        return lines(
            "🔕 Rekap harian tidak dikirim lagi ke Anda.",
            (
                "Mau lagi? Ketik ",
                code("rekap nyala"),
                ". ",
                code("lap"),
                " dan ",
                code("rekap"),
                " tetap bisa.",
            ),
        )
    if notice.at_minute is None:
        return lines("🔔 Tercatat, tetapi toko ini sedang tidak mengirim rekap harian.")
    at = f"{notice.at_minute // 60:02d}.{notice.at_minute % 60:02d}"
    return lines(
        f"🔔 Rekap harian dikirim ke Anda sekitar pukul {at}, kalau hari itu ada pesanan.",
        ("Tidak mau? Ketik ", code("rekap mati"), "."),
    )


def words(notice: RecapsNotice) -> Text:
    match notice:
        case RecapSwitched():
            return recap_switched(notice)
        case DailyRecap():
            raise LookupError("a recap is rendered with its content")
        case _:
            assert_never(notice)
