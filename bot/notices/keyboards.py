"""Which buttons belong under which notice."""

from typing import assert_never

from bot.grammar.parsed import spelled
from bot.notices import Notice
from bot.notices.buttons import Action, Key, Keys
from bot.notices.complaints import ComplaintCard, Stage
from bot.notices.list_keyboards import list_keys, report_keys
from bot.notices.order_lookup import History, NoSuchOrder, OrderShown, OrdersTo
from bot.notices.orders import (
    OrderCard,
    OrderExpired,
    OrderFailed,
    OrderSucceeded,
    RulingQuestion,
    SnQuestion,
)
from bot.notices.people import JoinCard
from bot.notices.placing import (
    Offer,
    OrderingNotice,
    OrderProposal,
    OrderQuestion,
    OrderRepeated,
    ProductClosed,
)
from bot.notices.price_keyboards import price_keys
from bot.notices.price_list import ImportPreview, ProductTrouble
from bot.notices.reports import ReportsNotice
from bot.notices.restore_gate import OpenQuestion, RestoreGap
from bot.notices.shopping import PricesNotice
from bot.orders.model import Outcome, State

MAX_LABEL_CHARS = 30
"""What still can be read on a phone's button."""


def keyboard_of(notice: Notice) -> Keys:
    """Give the rows of buttons that belong under `notice`."""
    if isinstance(notice, PricesNotice):
        return price_keys(notice)
    if isinstance(notice, History | OrdersTo | NoSuchOrder):
        return list_keys(notice)
    if isinstance(notice, ReportsNotice):
        return report_keys(notice)
    if isinstance(notice, OrderingNotice):
        return _keys_of_ordering(notice)
    if isinstance(notice, OrderShown | OrderSucceeded | OrderFailed | OrderExpired):
        return _keys_of_result(notice)
    if isinstance(notice, ComplaintCard):
        return _keys_of_complaint(notice.stage, notice.state)
    return _keys_of_matter(notice)


def _keys_of_matter(notice: Notice) -> Keys:
    match notice:
        case JoinCard():
            return _row(Action.APPROVE, Action.REJECT)
        case OrderCard():
            return _row(Action.RULE_SUCCESS, Action.RULE_FAILURE)
        case RestoreGap():
            return _row(Action.OPEN_COUNTER)
        case OpenQuestion():
            return _row(Action.CONFIRM_OPEN, Action.CANCEL)
        case SnQuestion():
            return _row(Action.WITHOUT_SN, Action.CANCEL)
        case RulingQuestion(outcome=Outcome.SUCCESS, sn=sn):
            return _row(Action.CONFIRM_SUCCESS, Action.CANCEL, payload=sn or "")
        case RulingQuestion():
            return _row(Action.CONFIRM_FAILURE, Action.CANCEL)
        case ProductTrouble(code=code):
            return ((Key(action=Action.CLOSE_PRODUCT, payload=code, label=code),),)
        case ImportPreview(has_changes=True, sound_count=sound, omitted_count=omitted):
            return _row_of_import(sound, is_whole=not omitted)
        case _:
            return ()


def _keys_of_result(notice: OrderShown | OrderSucceeded | OrderFailed | OrderExpired) -> Keys:
    match notice:
        case OrderShown(state=state, trxid=trxid):
            return order_keys(state, trxid)
        case OrderSucceeded(trxid=trxid):
            return order_keys(State.SUCCEEDED, trxid)
        case OrderFailed(trxid=trxid, others=others, user_id=int(user_id)):
            offers = tuple((_buy(Offer(intent=other), user_id),) for other in others)
            return (*offers, *order_keys(State.FAILED, trxid))
        case OrderFailed(trxid=trxid) | OrderExpired(trxid=trxid):
            return order_keys(State.FAILED, trxid)
        case _:
            assert_never(notice)


def _keys_of_complaint(stage: Stage, state: State) -> Keys:
    """Offer "delivered" only for an order that the biller calls so; any other answer is written."""
    checking = (Action.COMPLAINT_CHECKING,) if stage is Stage.OPEN else ()
    delivered = (Action.COMPLAINT_DELIVERED,) if state is State.SUCCEEDED else ()
    return _row(*checking, *delivered) if checking or delivered else ()


def _keys_of_ordering(notice: OrderingNotice) -> Keys:
    match notice:
        case OrderQuestion(offers=offers, user_id=user_id) | ProductClosed(others=offers, user_id=user_id):
            return tuple((_buy(offer, user_id),) for offer in offers)
        case OrderProposal(offer=offer, user_id=user_id):
            return ((_buy(offer, user_id),),)
        case OrderRepeated(again=Offer() as again, user_id=user_id):
            return ((_buy(again, user_id),),)
        case _:
            return ()


def order_keys(state: State, trxid: str) -> Keys:
    """Give what a reseller may want of an order that stands so."""
    match state:
        case State.SUCCEEDED:
            return _row(Action.RECEIPT, Action.COMPLAIN, Action.AGAIN, payload=trxid)
        case State.FAILED | State.EXPIRED:
            return _row(Action.AGAIN, payload=trxid)
        case _:
            return _row(Action.COMPLAIN, payload=trxid)


def _buy(offer: Offer, user_id: int) -> Key:
    return Key(
        action=Action.BUY,
        payload=offer.payload,
        label=spelled(offer.intent)[:MAX_LABEL_CHARS],
        owner_id=user_id,
    )


def _row_of_import(sound_count: int, *, is_whole: bool) -> Keys:
    """A list with faulty rows is applied without them only by a button that says so."""
    apply = Key(action=Action.APPLY_IMPORT)
    if not is_whole:
        apply = Key(action=Action.APPLY_SOUND, label=str(sound_count))
    return ((apply, Key(action=Action.DISCARD_IMPORT)),)


def _row(*actions: Action, payload: str = "") -> Keys:
    return (tuple(Key(action=action, payload=payload) for action in actions),)
