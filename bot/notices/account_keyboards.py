"""The buttons under notices about the account of a shop."""

from bot.notices.accounts import (
    AccountsNotice,
    AdjustmentQuestion,
    LimitQuestion,
    adjustment_payload,
    limit_payload,
)
from bot.notices.buttons import Action, ButtonRows, ButtonSpec


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
