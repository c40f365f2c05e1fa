"""The buttons under each notice."""

from typing import assert_never

from bot.grammar.parsed import order_text
from bot.notices import Notice
from bot.notices.accounts import (
    AccountsNotice,
    AdjustmentQuestion,
    LimitQuestion,
    adjustment_payload,
    limit_payload,
)
from bot.notices.assistants import AssistantList, AssistantQuestion, AssistantsNotice, DismissalQuestion
from bot.notices.buttons import Action, ButtonRows, ButtonSpec
from bot.notices.catalogue import ProductClosedByFailures, ProductFailing
from bot.notices.complaints import ComplaintCard, ComplaintStage
from bot.notices.deposits import (
    DepositsNotice,
    SuspenseCard,
    SuspenseQuestion,
    TicketCard,
    TicketIssued,
    TicketQuestion,
)
from bot.notices.list_keyboards import list_buttons, price_buttons, report_buttons, statement_buttons
from bot.notices.news import NewsNotice, news_buttons
from bot.notices.order_lookup import NoMatchingOrder, OrderDetails, OrderHistory, OrdersToDestination
from bot.notices.orders import (
    OrderCard,
    OrderExpired,
    OrderFailed,
    OrderReceived,
    OrdersPossibleAgain,
    OrderSucceeded,
    ResolutionQuestion,
    SnQuestion,
)
from bot.notices.people import JoinCard, RemovalQuestion, ResellerList
from bot.notices.placing import (
    OrderOffer,
    OrderProposal,
    OrderQuestion,
    OrderRepeated,
    PlacingNotice,
    ProductClosed,
)
from bot.notices.price_list import ImportPreview, ReplaceQuestion
from bot.notices.recaps import DailyRecap
from bot.notices.reports import ReportsNotice
from bot.notices.restore_gate import ReopenQuestion, RestoreCard
from bot.notices.selling_prices import BelowCostCard
from bot.notices.serial_numbers import OtherSnReported, SnUnread
from bot.notices.shopping import ShoppingNotice
from bot.notices.statements import StatementsNotice
from bot.notices.topups import TopUpQuestion
from bot.orders.model import ExpiryReason, Outcome, State

MAX_LABEL_CHARS = 30
"""A longer label is cut off on the buttons of a phone."""


def keyboard_of(notice: Notice) -> ButtonRows:  # noqa: C901, PLR0912 - one flat table
    if isinstance(notice, OrderReceived):
        return ()  # every order has one, which passes no question below
    if isinstance(notice, ShoppingNotice):
        return price_buttons(notice)
    if isinstance(notice, OrderHistory | OrdersToDestination | NoMatchingOrder):
        return list_buttons(notice)
    if isinstance(notice, ReportsNotice):
        return report_buttons(notice)
    if isinstance(notice, StatementsNotice):
        return statement_buttons(notice)
    if isinstance(notice, PlacingNotice):
        return _placing_buttons(notice)
    if isinstance(notice, OrderDetails | OrderSucceeded | OrderFailed | OrderExpired):
        return _result_buttons(notice)
    if isinstance(notice, AccountsNotice):
        return account_buttons(notice)
    if isinstance(notice, DepositsNotice):
        return deposit_buttons(notice)
    if isinstance(notice, NewsNotice):
        return news_buttons(notice)
    if isinstance(notice, JoinCard):
        return _row(Action.APPROVE, Action.REJECT)
    if isinstance(notice, RemovalQuestion):
        return _row(Action.CONFIRM_REMOVE, Action.CANCEL, payload=str(notice.user_id))
    if isinstance(notice, ResellerList):
        return _people_pages(notice)
    if isinstance(notice, AssistantsNotice):
        return _assistant_buttons(notice)
    if isinstance(notice, ComplaintCard):
        return _complaint_buttons(notice)
    if isinstance(notice, SnUnread):
        return _sn_buttons(notice.trxid, notice.candidate)
    if isinstance(notice, TopUpQuestion):
        return _row(Action.CONFIRM_TOPUP, Action.CANCEL, payload=str(notice.amount_idr))
    if isinstance(notice, BelowCostCard):
        figures = f"Rp{notice.price_idr:,} (modal Rp{notice.cost_idr:,})".replace(",", ".")
        return ((ButtonSpec(action=Action.SELL_BELOW_COST, label=figures),),)
    if isinstance(notice, OtherSnReported):
        return _sn_buttons(notice.trxid, notice.other_sn)
    return _other_buttons(notice)


def _other_buttons(notice: Notice) -> ButtonRows:  # noqa: PLR0912 - one flat table
    match notice:
        case DailyRecap(user_id=int()):
            return _row(Action.RECAP_OFF)
        case OrdersPossibleAgain(trxid=trxid):
            return _row(Action.AGAIN, payload=trxid)
        case OrderCard():
            return _row(Action.RESOLVE_SUCCESS, Action.RESOLVE_FAILURE)
        case RestoreCard():
            return _row(Action.OPEN_COUNTER)
        case ReopenQuestion():
            return _row(Action.CONFIRM_OPEN, Action.CANCEL)
        case SnQuestion():
            return _row(Action.WITHOUT_SN, Action.CANCEL)
        case ResolutionQuestion(outcome=Outcome.SUCCESS, sn=sn):
            return _row(Action.CONFIRM_SUCCESS, Action.CANCEL, payload=sn or "")
        case ResolutionQuestion():
            return _row(Action.CONFIRM_FAILURE, Action.CANCEL)
        case ProductFailing(code=code):
            return ((ButtonSpec(action=Action.CLOSE_PRODUCT, payload=code, label=code),),)
        case ProductClosedByFailures(code=code):
            return _row(Action.OPEN_PRODUCT, Action.KEEP_CLOSED, payload=code)
        case ImportPreview():
            return _preview_buttons(notice)
        case ReplaceQuestion(price=price, removed_count=removed):
            update = _import_button(Action.UPDATE_IMPORT, price)
            confirm = _import_button(Action.CONFIRM_REPLACE, price, str(removed))
            return ((update, confirm), (ButtonSpec(action=Action.DISCARD_IMPORT),))
        case _:
            return ()


def _result_buttons(notice: OrderDetails | OrderSucceeded | OrderFailed | OrderExpired) -> ButtonRows:
    match notice:
        case OrderDetails(is_undecided=True):
            return _row(Action.RESOLVE_SUCCESS, Action.RESOLVE_FAILURE)
        case OrderDetails(state=state, trxid=trxid):
            return order_buttons(state, trxid)
        case OrderSucceeded(trxid=trxid):
            return order_buttons(State.SUCCEEDED, trxid)
        case OrderFailed(trxid=trxid, others=others, user_id=int(user_id)):
            offers = tuple((_buy(OrderOffer(intent=other), user_id),) for other in others)
            return (*offers, *order_buttons(State.FAILED, trxid))
        case OrderExpired(reason=ExpiryReason.NO_ACCESS):
            return ()
        case OrderFailed(trxid=trxid) | OrderExpired(trxid=trxid):
            return order_buttons(State.FAILED, trxid)
        case _:
            assert_never(notice)


def _complaint_buttons(notice: ComplaintCard) -> ButtonRows:
    """Offer "delivered" only for an order that succeeded; any other answer is a reply."""
    is_success = notice.state is State.SUCCEEDED
    checking = (Action.COMPLAINT_CHECKING,) if notice.stage is ComplaintStage.OPEN else ()
    delivered = (Action.COMPLAINT_DELIVERED,) if is_success else ()
    row = _row(*checking, *delivered) if checking or delivered else ()
    return (*row, *_sn_buttons(notice.trxid, notice.sn_candidate)) if is_success and not notice.sn else row


def _people_pages(notice: ResellerList) -> ButtonRows:
    keys = ((Action.NEWER_PEOPLE, notice.newer_key), (Action.OLDER_PEOPLE, notice.older_key))
    buttons = tuple(ButtonSpec(action=action, payload=key) for action, key in keys if key)
    return (buttons,) if buttons else ()


def _assistant_buttons(notice: AssistantsNotice) -> ButtonRows:
    """Return the buttons for the owner of a shop, whom alone they obey."""
    match notice:
        case AssistantList(user_id=owner_id):
            return ((ButtonSpec(action=Action.INVITE_ASSISTANT, owner_id=owner_id),),)
        case AssistantQuestion(owner_id=owner_id):
            payload = f"{notice.user_id} {notice.username or '-'} {notice.name}"
            actions = (Action.CONFIRM_ASSISTANT, Action.CANCEL)
        case DismissalQuestion(owner_id=owner_id):
            payload, actions = str(notice.user_id), (Action.CONFIRM_DISMISSAL, Action.CANCEL)
        case _:
            return ()
    return (tuple(ButtonSpec(action=action, payload=payload, owner_id=owner_id) for action in actions),)


def _sn_buttons(trxid: str, candidate: str) -> ButtonRows:
    """Offer to forward a possible SN, and always to type one."""
    typed = ButtonSpec(action=Action.TYPE_SN, payload=trxid)
    if not candidate:
        return ((typed,),)
    return ((ButtonSpec(action=Action.FORWARD_SN, payload=f"{trxid} {candidate}"), typed),)


def _placing_buttons(notice: PlacingNotice) -> ButtonRows:
    match notice:
        case OrderQuestion(offers=offers, user_id=user_id) | ProductClosed(others=offers, user_id=user_id):
            return tuple((_buy(offer, user_id),) for offer in offers)
        case OrderProposal(offer=offer, user_id=user_id):
            return ((_buy(offer, user_id),),)
        case OrderRepeated(again=OrderOffer() as again, user_id=user_id):
            return ((_buy(again, user_id),),)
        case _:
            return ()


def order_buttons(state: State, trxid: str) -> ButtonRows:
    """Return the buttons for a reseller under an order in this state."""
    match state:
        case State.SUCCEEDED:
            return _row(Action.RECEIPT, Action.COMPLAIN, Action.AGAIN, payload=trxid)
        case State.FAILED | State.EXPIRED:
            return _row(Action.AGAIN, payload=trxid)
        case _:
            return _row(Action.COMPLAIN, payload=trxid)


def _buy(offer: OrderOffer, user_id: int) -> ButtonSpec:
    return ButtonSpec(
        action=Action.BUY,
        payload=offer.payload,
        label=order_text(offer.intent)[:MAX_LABEL_CHARS],
        owner_id=user_id,
    )


def _preview_buttons(notice: ImportPreview) -> ButtonRows:
    """Offer to apply a list, or also to remove products that it lacks; an unclear price is chosen first."""
    if not notice.is_open:
        return ()
    choices = tuple(
        (_import_button(Action.CHOOSE_PRICE, choice.option, choice.title[:MAX_LABEL_CHARS]),)
        for choice in notice.choices
    )
    discard = ButtonSpec(action=Action.DISCARD_IMPORT)
    if not (notice.is_price_sure and (notice.has_changes or notice.removed_count)):
        return (*choices, (discard,))
    if not notice.removed_count:
        action = Action.APPLY_SOUND if notice.omitted_count else Action.APPLY_IMPORT
        return ((_import_button(action, notice.price, str(notice.listed_count)), discard), *choices)
    update = (_import_button(Action.UPDATE_IMPORT, notice.price),) if notice.has_changes else ()
    return ((*update, _import_button(Action.REPLACE_IMPORT, notice.price)), *choices, (discard,))


def _import_button(action: Action, price: int | None, label: str = "") -> ButtonSpec:
    """Return a button whose payload is the price column of its preview."""
    return ButtonSpec(action=action, payload="" if price is None else str(price), label=label)


def _row(*actions: Action, payload: str = "") -> ButtonRows:
    return (tuple(ButtonSpec(action=action, payload=payload) for action in actions),)


def account_buttons(notice: AccountsNotice) -> ButtonRows:
    """Return the buttons that make or cancel a change of an account."""
    match notice:
        case AdjustmentQuestion(amount_idr=amount_idr):
            confirm = ButtonSpec(
                action=Action.CONFIRM_ADD if amount_idr > 0 else Action.CONFIRM_DEDUCT,
                payload=adjustment_payload(notice),
                label=f"Rp{abs(amount_idr):,}".replace(",", "."),
            )
            return ((confirm, _cancel(notice)),)
        case LimitQuestion():
            confirm = ButtonSpec(action=Action.CONFIRM_LIMIT, payload=limit_payload(notice))
            return ((confirm, _cancel(notice)),)
        case _:
            return ()


def _cancel(notice: AdjustmentQuestion | LimitQuestion) -> ButtonSpec:
    return ButtonSpec(action=Action.CANCEL, payload=str(notice.user_id))


def deposit_buttons(notice: DepositsNotice) -> ButtonRows:
    match notice:
        case TicketIssued():
            return _issued(notice)
        case TicketCard():
            return ((ButtonSpec(action=Action.TICKET_PAID), ButtonSpec(action=Action.TICKET_ABSENT)),)
        case TicketQuestion(received_idr=received_idr, mutation_id=mutation_id):
            credit = ButtonSpec(
                action=Action.TICKET_CREDIT,
                payload=f"{received_idr} {mutation_id}" if mutation_id else str(received_idr),
                label=_rupiah(received_idr),
            )
            return ((credit, ButtonSpec(action=Action.CANCEL)),)
        case SuspenseCard():
            return ((ButtonSpec(action=Action.SUSPENSE_REJECT),),)
        case SuspenseQuestion(user_id=0):
            confirm = ButtonSpec(action=Action.CONFIRM_SUSPENSE_REJECT)
            return ((confirm, ButtonSpec(action=Action.CANCEL)),)
        case SuspenseQuestion(user_id=user_id, ticket_id=ticket_id, amount_idr=amount_idr):
            credit = ButtonSpec(
                action=Action.SUSPENSE_CREDIT, payload=f"{user_id} {ticket_id}", label=_rupiah(amount_idr)
            )
            return ((credit, ButtonSpec(action=Action.CANCEL)),)
        case _:
            return ()


def _issued(notice: TicketIssued) -> ButtonRows:
    cancel = ButtonSpec(action=Action.TICKET_CANCEL, owner_id=notice.user_id)
    if not notice.wanted_idr:
        return ((cancel,),)
    replace = ButtonSpec(
        action=Action.TICKET_REPLACE,
        payload=f"{notice.wanted_idr} {notice.wanted_bank}".strip(),
        label=_rupiah(notice.wanted_idr),
        owner_id=notice.user_id,
    )
    return ((replace,), (cancel,))


def _rupiah(amount_idr: int) -> str:
    return f"Rp{amount_idr:,}".replace(",", ".")
