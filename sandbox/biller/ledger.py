"""The biller's ledger: a second post of the same trxid is counted and charged again."""

from dataclasses import dataclass, field

from sandbox.biller.behaviour import Answer, Behaviour, Outcome
from sandbox.biller.wording import local_time, price_of


@dataclass(slots=True, kw_only=True)
class Reversal:
    """One reversal as sent to the client; `http_status` is that of the last finished try.

    It is None if there was no response. `is_under_way` is true while a try waits for its response.
    """

    at_ms: int
    outcome: Outcome
    status: str
    sn: str | None
    http_status: int | None = None
    tries: int = 0
    is_under_way: bool = False


@dataclass(slots=True, kw_only=True)
class Entry:
    """One trxid. `charged_idr` is the sum of what all its posts were charged, less refunds."""

    trxid: str
    product: str
    destination: str
    ftrxid: str
    posted_at_ms: int
    sign_ok: bool
    behaviour: Behaviour
    price_idr: int
    posts: int = 1
    charged_idr: int = 0
    answer: Answer | None = None
    answered_at_ms: int | None = None
    reason: str | None = None
    reversals: list[Reversal] = field(default_factory=list)

    @property
    def charged(self) -> bool:
        return self.charged_idr > 0


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Balance and entries by trxid, in the order of their first post."""

    balance_idr: int
    entries: dict[str, Entry] = field(default_factory=dict)

    def post(
        self, *, trxid: str, product: str, destination: str, sign_ok: bool, behaviour: Behaviour, now_ms: int
    ) -> Entry:
        """Record a post; that of a known trxid is counted in its entry, and changes its behaviour."""
        known = self.entries.get(trxid)
        if known is not None:
            known.posts += 1
            known.behaviour = behaviour
            known.sign_ok = sign_ok
            return known
        entry = Entry(
            trxid=trxid,
            product=product,
            destination=destination,
            ftrxid=f"21{local_time(now_ms):%H%M%S}{len(self.entries) + 1:06}",
            posted_at_ms=now_ms,
            sign_ok=sign_ok,
            behaviour=behaviour,
            price_idr=price_of(product),
        )
        self.entries[trxid] = entry
        return entry

    def charge(self, entry: Entry) -> None:
        self.balance_idr -= entry.price_idr
        entry.charged_idr += entry.price_idr

    def refund(self, entry: Entry) -> None:
        """Return everything that was charged for the order."""
        self.balance_idr += entry.charged_idr
        entry.charged_idr = 0
