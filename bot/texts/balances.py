"""The words about the money of a shop: what it has, what it lacks, what moved."""

from typing import assert_never

from bot.deposits.accounts import MIN_TICKET_IDR
from bot.notices.balances import (
    BalanceLine,
    BalancesNotice,
    InsufficientBalance,
    PriceMissing,
    ProductWithoutPrice,
)
from bot.texts.formatting import Clock, Row, Text, bold, code, lines, rupiah

ASK_IN_PRIVATE = ("Rinciannya hanya di chat pribadi dengan bot, ketik: ", code("saldo"))


def balance_rows(line: BalanceLine | None) -> tuple[Row, ...]:
    """Return how an order moved the balance, in a row; none where the shop has no limit."""
    if line is None:
        return ()
    if not line.is_private:
        return (f"Dana kembali: {rupiah(line.amount_idr)}",) if line.amount_idr > 0 else ()
    return (balance_sum(line) if line.amount_idr < 0 else f"Dana kembali. {balance_sum(line)}",)


def balance_sum(line: BalanceLine) -> str:
    """Return how money moved a balance: before, what moved, after."""
    sign = "-" if line.amount_idr < 0 else "+"
    before, after = rupiah(line.before_idr), rupiah(line.after_idr)
    return f"Saldo: {before} {sign} {rupiah(abs(line.amount_idr))} = {after}"


def insufficient(notice: InsufficientBalance) -> Text:
    title = ("💳 ", bold("SALDO TIDAK CUKUP"), " ", code(f"{notice.code}.{notice.destination}"))
    price = f"Harga: {rupiah(notice.price_idr)}"
    if not notice.is_private:
        return lines(title, *([price] if notice.price_idr else []), "Belum dipesan.", ASK_IN_PRIVATE)
    rows: list[Row] = [title, price, f"Saldo: {rupiah(notice.available_idr)}"]
    if notice.credit_idr:
        rows.append(f"Limit utang: {rupiah(notice.credit_idr)}")
    return lines(
        *rows,
        ("Kurang: ", bold(rupiah(notice.missing_idr))),
        "Belum dipesan.",
        how_to_pay_in(notice),
    )


def how_to_pay_in(notice: InsufficientBalance) -> Row:
    """Return what to do to have what is missing."""
    if not notice.takes_tickets:
        return "Isi saldo: hubungi admin."
    return ("Isi saldo, ketik: ", code(f"tiket {max(notice.missing_idr, MIN_TICKET_IDR)}"))


def price_missing(notice: PriceMissing) -> Text:
    return lines(
        ("🚫 ", bold("BELUM ADA HARGANYA"), " ", code(f"{notice.code}.{notice.destination}")),
        "Belum dipesan. Admin sudah diberi tahu, pakai kode lain dulu.",
    )


def words(notice: BalancesNotice, clock: Clock) -> Text:
    """Return the words for a notice about balances."""
    match notice:
        case InsufficientBalance():
            return insufficient(notice)
        case PriceMissing():
            return price_missing(notice)
        case ProductWithoutPrice():
            return lines(
                ("⚠️ ", bold("Produk tanpa harga"), " ", code(notice.code)),
                "Reseller dengan saldo ingin membelinya. Isi harganya di daftar harga, lalu kirim ke sini.",
                clock.moment(notice.at_ms),
            )
        case _:
            assert_never(notice)
