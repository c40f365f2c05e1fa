"""The buttons under notices about deposits."""

from bot.notices.buttons import Action, ButtonRows, ButtonSpec
from bot.notices.deposits import (
    DepositsNotice,
    SuspenseCard,
    SuspenseQuestion,
    TicketCard,
    TicketIssued,
    TicketQuestion,
)


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
