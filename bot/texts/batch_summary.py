"""The text of the table of a message's orders, one line for each."""

from collections import Counter
from collections.abc import Callable, Sequence

from bot.grammar.parsed import Ambiguity, InputError, order_text
from bot.orders.model import Batch, Intent, Order, State, UnplacedLine, UnplacedReason
from bot.orders.pln_token import pln_token_of
from bot.texts.formatting import (
    MAX_STYLED,
    MAX_UNITS,
    Clock,
    Layout,
    MessageTable,
    Row,
    Span,
    Text,
    bold,
    clean,
    code,
    length,
    lines,
    rupiah,
    styled,
    untrusted,
)
from bot.texts.orders import shown_reason

MARKS = {
    State.PLACED: "⏳",
    State.SUBMITTING: "⏳",
    State.PENDING: "⏳",
    State.UNKNOWN: "❔",
    State.SUCCEEDED: "✅",
    State.FAILED: "❌",
    State.EXPIRED: "⌛",
    State.DISPUTED: "⚠️",
}
_WORDS = {
    "⏳": "diproses",
    "✅": "sukses",
    "❌": "gagal",
    "❔": "belum pasti",
    "⌛": "tidak diproses",
    "⚠️": "diperiksa",
}
_HINDRANCES = {
    UnplacedReason.INPUT_ERROR: ("❓", ""),
    UnplacedReason.QUESTION: ("❓", ""),
    UnplacedReason.REPEATED: ("↩️", " sudah dipesan hari ini"),
    UnplacedReason.CLOSED: ("🚫", " sedang ditutup"),
    UnplacedReason.COUNTER_CLOSED: ("🚫", " loket sedang ditutup"),
    UnplacedReason.NO_BALANCE: ("💳", " saldo tidak cukup"),
    UnplacedReason.DAILY_LIMIT: ("🚫", " melewati batas belanja hari ini"),
    UnplacedReason.NO_PRICE: ("🚫", " belum ada harganya"),
}
_INPUT_ERRORS = {
    InputError.NOT_AN_ORDER: "belum terbaca",
    InputError.ABOUT_ORDER: "pertanyaan, bukan pesanan",
    InputError.NO_CANCEL: "pesanan tidak bisa dibatalkan",
    InputError.NO_DESTINATION: "nomor belum ada",
    InputError.NO_CODE: "kode belum ada",
    InputError.NO_SERVER: "server belum ada",
    InputError.TOO_SHORT: "nomor kurang angka",
    InputError.TOO_LONG: "nomor kelebihan angka",
    InputError.NOT_DIGITS: "nomor hanya boleh angka",
    InputError.NOT_PLAIN: "ada spasi atau tanda lain",
    InputError.NOT_A_PHONE: "bukan nomor HP",
    InputError.FOREIGN_NUMBER: "bukan nomor Indonesia",
    InputError.TOO_MANY_PARTS: "ada bagian lain",
    InputError.UNKNOWN_CODE: "kode tidak ada di daftar harga",
    InputError.NEAR_COMMAND: "bukan pesanan",
    InputError.SEVERAL_ORDERS: "beberapa pesanan menyambung",
    InputError.TOO_MANY_ORDERS: "terlalu banyak pesanan",
    InputError.TEXT_TOO_LONG: "terlalu panjang",
    InputError.NEEDS_SEPARATOR: "perlu titik di belakang kode",
    InputError.THANKS: "bukan pesanan",
    InputError.CUT_OFF: "nomor belum lengkap",
}
"""Those of a line in a batch: the errors of a whole message make no batch."""

_QUESTIONS = {
    Ambiguity.NOMINAL: "produk yang mana?",
    Ambiguity.CARRIER: "nomor operator lain",
    Ambiguity.ORDINAL: "pembelian keberapa?",
    Ambiguity.SKIPPED: "urutan pembelian terlewat",
    Ambiguity.NUMBER: "nomor bisa dibaca dua cara",
    Ambiguity.PARTS: "ada bagian lain",
    Ambiguity.PIN: "ada bagian lain, PIN tidak perlu",
    Ambiguity.UNKNOWN_CODE: "kode tidak ada di daftar harga",
    Ambiguity.SERVER: "pastikan ID dan server",
    Ambiguity.LETTERS: "ada huruf di nomor",
    Ambiguity.SWAPPED: "nomor di depan kode",
    Ambiguity.GLUED: "kode dan nomor tersambung",
    Ambiguity.TALK: "pesanan atau obrolan?",
}

SN_CHARS, REASON_CHARS = 40, 40


def order_table(batch: Batch, placed: Sequence[Order], clock: Clock) -> Text:
    """Return the table; details that do not fit one message are left out, the least important first."""
    shorter: tuple[tuple[Callable[[Order], Row | None], bool], ...] = (
        *((_in_full, True), (_in_short, True), (_unless_succeeded, True)),
        (_unless_succeeded, False),
    )
    for show, is_explained in shorter:
        text = _table(batch, placed, clock, show, is_explained=is_explained)
        if length(text) <= MAX_UNITS and styled(text) <= MAX_STYLED:
            return text
    return _head(placed, batch)


def order_layout(batch: Batch, placed: Sequence[Order], clock: Clock) -> Layout:
    """Return the same with the lines in a table, which is never too long to name every detail."""
    rows = {line.number: _unplaced_cells(line) for line in batch.unplaced}
    rows |= {order.line: _cells(order) for order in placed}
    table = MessageTable(
        columns=("No", "", "Pesanan", "Keterangan"), rows=tuple(rows[number] for number in sorted(rows))
    )
    return (_head(placed, batch), table, lines(clock.time(_changed_at_ms(batch, placed))))


def _cells(order: Order) -> tuple[Span, ...]:
    detail = _in_full(order)[2:]
    proof = detail[1] if len(detail) > 1 else ""
    price = rupiah(order.price_idr) if order.state is State.SUCCEEDED and order.price_idr else ""
    shown = proof if isinstance(proof, Span) else Span(price)
    return (Span(str(order.line)), Span(MARKS[order.state]), _spelled(order), shown)


def _unplaced_cells(line: UnplacedLine) -> tuple[Span, ...]:
    mark, why = _HINDRANCES[line.why]
    hint = f" → {clean(line.hint)}" if line.hint else ""
    explained = f"{_detail(line) or why.strip()}{hint}".strip()
    return (Span(str(line.number)), Span(mark), untrusted(line.typed), Span(explained))


def _changed_at_ms(batch: Batch, placed: Sequence[Order]) -> int:
    return max((order.changed_at_ms for order in placed), default=batch.placed_at_ms)


def _table(
    batch: Batch,
    placed: Sequence[Order],
    clock: Clock,
    show: Callable[[Order], Row | None],
    *,
    is_explained: bool,
) -> Text:
    rows: dict[int, Row] = {
        line.number: _unplaced(line, is_explained=is_explained) for line in batch.unplaced
    }
    rows |= {order.line: row for order in placed if (row := show(order)) is not None}
    return (
        *_head(placed, batch),
        Span("\n"),
        *lines(*(rows[number] for number in sorted(rows)), clock.time(_changed_at_ms(batch, placed))),
    )


def _head(placed: Sequence[Order], batch: Batch) -> Text:
    marks = Counter(MARKS[order.state] for order in placed)
    counts = " · ".join(f"{mark} {marks[mark]} {word}" for mark, word in _WORDS.items() if marks[mark])
    asked = sum(line.why is UnplacedReason.QUESTION for line in batch.unplaced)
    passed = len(batch.unplaced) - asked
    refused = f" · ❓ {asked} perlu dijawab" if asked else ""
    refused += f" · {passed} dilewati" if passed else ""
    total_idr = sum(order.price_idr or 0 for order in placed if order.state is State.SUCCEEDED)
    total = f"\nTotal sukses {rupiah(total_idr)}" if total_idr else ""
    return lines(
        ("📋 ", bold(f"{len(placed) + len(batch.unplaced)} baris")), f"{counts}{refused}{total}".strip(" ·")
    )


def _in_full(order: Order) -> tuple[str | Span, ...]:
    proof: tuple[str | Span, ...] = ()
    if order.state is State.SUCCEEDED and order.sn:
        token = pln_token_of(order.product_code, order.destination, order.sn)
        proof = (" SN ", untrusted(token.digits if token else order.sn, SN_CHARS))
    elif order.state is State.FAILED and (reason := shown_reason(order.reason or "", order.failure_cause)):
        proof = (" ", untrusted(reason, REASON_CHARS))
    return (f"{order.line}. {MARKS[order.state]} ", _spelled(order), *proof)


def _in_short(order: Order) -> Row:
    return (f"{order.line}. {MARKS[order.state]} ", _spelled(order))


def _unless_succeeded(order: Order) -> Row | None:
    return None if order.state is State.SUCCEEDED else _in_short(order)


def _spelled(order: Order) -> Span:
    """Return the order's text, digits without a style: a message may have only so many styled spans."""
    text = order_text(
        Intent(product_code=order.product_code, destination=order.destination, ordinal=order.ordinal)
    )
    return Span(text) if order.destination.isdigit() else untrusted(text)


def _unplaced(line: UnplacedLine, *, is_explained: bool) -> Row:
    hint: tuple[str | Span, ...] = (" → ", code(clean(line.hint))) if line.hint else ()
    mark, why = _HINDRANCES[line.why]
    if is_explained and (detail := _detail(line)):
        why = f": {detail}"
    return (f"{line.number}. {mark} ", untrusted(line.typed), why, *hint)


def _detail(line: UnplacedLine) -> str:
    """Return in a few words what the line lacks or asks; empty if `why` says it all."""
    match line.why:
        case UnplacedReason.INPUT_ERROR if line.detail:
            return _INPUT_ERRORS.get(InputError(line.detail), "")
        case UnplacedReason.QUESTION if line.detail:
            return _QUESTIONS[Ambiguity(line.detail)]
        case _:
            return ""
