"""Notes what admins paid in at the biller, so that its balance can be expected between two reports."""

from bot.actors import Actor, Address
from bot.features.accounts.decision import close_card, new_subject
from bot.features.biller_balance import biller_balance
from bot.grammar.money_commands import parse_amount
from bot.grammar.parsed import Command
from bot.notices.buttons import Action
from bot.notices.topups import TopUpCancelled, TopUpNoted, TopUpQuestion, TopUpUnclear
from bot.purchasing import biller_deposit
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import balances

MAX_TYPED_CHARS = 60

SUBJECT = "topup"
"""The kind of the subject of the cards about a top-up."""


def _ask(work: UnitOfWork, admin: Actor, command: Command) -> None:
    """Answer `/topup 5000000` with a question: the amount is noted by a tap."""
    amount_idr = parse_amount(command.rest)
    if amount_idr is None:
        work.notify(TopUpUnclear(typed=command.rest[:MAX_TYPED_CHARS]), admin.address)
        return
    work.notify(question_of(work, amount_idr), admin.address, subject=new_subject(work, SUBJECT))


def question_of(work: UnitOfWork, amount_idr: int) -> TopUpQuestion:
    """Return the question before an amount is noted, with the top-up before it."""
    last = balances.last_topup(work.tx)
    return TopUpQuestion(
        amount_idr=amount_idr,
        last_idr=last.amount_idr if last else None,
        last_at_ms=last.at_ms if last else None,
    )


def decide_topup(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    """Note a top-up, or not, as the button of its question says."""
    amount_idr = int(tap.payload)
    close_card(work, admin, tap)
    if tap.action is Action.CANCEL:
        work.replace_cards(TopUpCancelled(amount_idr=amount_idr), subject=tap.subject)
        return Toast.DONE
    biller_deposit.note_topup(work, amount_idr, noted_by=admin.user_id)
    noted = TopUpNoted(
        amount_idr=amount_idr,
        expected_idr=biller_balance(work).expected_idr,
        admin_name=admin.name,
        at_ms=work.now_ms,
    )
    work.replace_cards(noted, subject=tap.subject)
    for admin_id in work.admin_ids:
        if admin_id != admin.user_id:
            work.notify(noted, Address(chat_id=admin_id))
    return Toast.DONE


ROUTES = Routes(
    commands=(CommandRoute(("topup",), _ask, Audience.ADMINS),),
    buttons=(
        ButtonRoute(actions=(Action.CONFIRM_TOPUP, Action.CANCEL), handle=decide_topup, subject_kind=SUBJECT),
    ),
)
