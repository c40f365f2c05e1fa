"""The page *biller*: the balance there, whether reports follow from each other, top-ups, and the breaker."""

from msgspec import Struct

from bot.desk.context import DeskContext, DeskPage
from bot.desk.request import DeskRequest, DeskResponse, back_to, page
from bot.features.accounts.decision import new_subject
from bot.features.biller_balance import biller_balance, day_of_balances
from bot.features.topups import SUBJECT, decide_topup, question_of
from bot.grammar.money_commands import parse_amount
from bot.notices.alarms import BillerBalance
from bot.notices.buttons import Action, ButtonSpec
from bot.notices.topups import TopUpQuestion
from bot.orders.balance_chain import ChainLink, ChainVerdict
from bot.orders.biller_float import Checkpoint
from bot.routing import Tap
from bot.unit_of_work import UnitOfWork
from storage import balances, inbox, people
from storage.balances import TopUp

DAY_MS = 86_400_000
ROWS_A_PAGE = 100
TOPUPS_SHOWN = 10
MAX_KEY_CHARS = 64
MAX_DIGITS = 18


class NotedTopUp(Struct, frozen=True):
    """A top-up, and who noted it."""

    topup: TopUp
    name: str


class BillerView(Struct, frozen=True, kw_only=True):
    """What the page shows; `links` are steps between reported balances, newest first.

    `gap_idr` is the sum of all `gap_count` gaps of the day, `after` the step with which the next page begins.
    """

    balance: BillerBalance
    checkpoint: Checkpoint | None
    topups: tuple[NotedTopUp, ...]
    links: tuple[ChainLink, ...]
    link_count: int
    gap_count: int
    gap_idr: int
    only_gaps: bool
    after: int | None


def _show(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    typed = request.query("after")
    after = int(typed) if typed.isdecimal() and typed.isascii() and len(typed) <= MAX_DIGITS else None
    only_gaps = request.query("only") == "gaps"
    view = _read(work, after, only_gaps=only_gaps)
    return page("biller.html", view=view, noted=request.query("noted"))


def _read(work: UnitOfWork, after: int | None, *, only_gaps: bool) -> BillerView:
    chain = day_of_balances(work, since_ms=work.now_ms - DAY_MS)
    gaps = [link for link in chain if link.verdict is ChainVerdict.GAP]
    listed = [
        link for link in reversed(gaps if only_gaps else chain) if after is None or link.event_id < after
    ]
    shown = listed[:ROWS_A_PAGE]
    last = balances.last_balance(work.tx)
    topups = balances.topups(work.tx, limit=TOPUPS_SHOWN)
    return BillerView(
        balance=biller_balance(work),
        checkpoint=last.checkpoint if last else None,
        topups=tuple(NotedTopUp(each, people.name_or_id(work.tx, each.noted_by)) for each in topups),
        links=tuple(shown),
        link_count=len(chain),
        gap_count=len(gaps),
        gap_idr=sum(link.difference_idr or 0 for link in gaps),
        only_gaps=only_gaps,
        after=shown[-1].event_id if len(listed) > ROWS_A_PAGE else None,
    )


async def _ask_topup(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    """Show what would be noted; the form there carries the key of a button, which works once."""
    typed = request.form.get("amount", "")[:MAX_KEY_CHARS]
    amount_idr = parse_amount(typed)
    if amount_idr is None:
        return page("biller_topup.html", question=None, key="", typed=typed)
    question, key = await desk.write(lambda work: _offer_topup(work, request, amount_idr))
    return page("biller_topup.html", question=question, key=key, typed=typed)


def _offer_topup(work: UnitOfWork, request: DeskRequest, amount_idr: int) -> tuple[TopUpQuestion, str]:
    key = work.nonce()
    spec = ButtonSpec(action=Action.CONFIRM_TOPUP, payload=str(amount_idr), owner_id=request.visitor.user_id)
    inbox.register_button(work.tx, key, spec, new_subject(work, SUBJECT), at_ms=work.now_ms)
    return question_of(work, amount_idr), key


async def _note_topup(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    key = request.form.get("key", "")[:MAX_KEY_CHARS]
    was_noted = await desk.write(lambda work: _use_key(work, request, key))
    return back_to(f"/desk/biller?noted={'yes' if was_noted else 'no'}")


def _use_key(work: UnitOfWork, request: DeskRequest, key: str) -> bool:
    """Note the top-up of a key; return False if it was used before, or is another person's."""
    user_id = request.visitor.user_id
    owner = inbox.button_owner(work.tx, key)
    if owner is None or owner.owner_id != user_id:
        return False
    button = inbox.use_button(work.tx, key, user_id=user_id, at_ms=work.now_ms)
    if button is None or button.action is not Action.CONFIRM_TOPUP:
        return False
    tap = Tap(
        action=button.action,
        payload=button.payload,
        subject=button.subject,
        offered_at_ms=button.offered_at_ms,
    )
    decide_topup(work, request.actor, tap)
    return True


PAGES = (
    DeskPage(path="/biller", read=_show, title="Biller", is_long=True),
    DeskPage(path="/biller/topup", handle=_ask_topup, method="POST", owners_only=True),
    DeskPage(path="/biller/topup/note", handle=_note_topup, method="POST", owners_only=True),
)
