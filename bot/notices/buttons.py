"""The buttons under messages of the bot: their actions, and who may tap them."""

from enum import StrEnum

from msgspec import Struct


class Action(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    CONFIRM_REMOVE = "confirm_remove"
    RESOLVE_SUCCESS = "resolve_success"
    RESOLVE_FAILURE = "resolve_failure"
    WITHOUT_SN = "without_sn"
    CONFIRM_SUCCESS = "confirm_success"
    CONFIRM_FAILURE = "confirm_failure"
    OPEN_COUNTER = "open_counter"
    CONFIRM_OPEN = "confirm_open"
    CANCEL = "cancel"
    TICKET_PAID = "ticket_paid"
    TICKET_ABSENT = "ticket_absent"
    TICKET_CREDIT = "ticket_credit"
    TICKET_CANCEL = "ticket_cancel"
    TICKET_REPLACE = "ticket_replace"
    SUSPENSE_CREDIT = "suspense_credit"
    SUSPENSE_REJECT = "suspense_reject"
    CONFIRM_SUSPENSE_REJECT = "confirm_suspense_reject"
    APPLY_IMPORT = "apply_import"
    APPLY_SOUND = "apply_sound"
    UPDATE_IMPORT = "update_import"
    REPLACE_IMPORT = "replace_import"
    CONFIRM_REPLACE = "confirm_replace"
    CHOOSE_PRICE = "choose_price"
    DISCARD_IMPORT = "discard_import"
    CLOSE_PRODUCT = "close_product"
    OPEN_PRODUCT = "open_product"
    KEEP_CLOSED = "keep_closed"
    BUY = "buy"
    AGAIN = "again"
    RECEIPT = "receipt"
    COMPLAIN = "complain"
    COMPLAINT_CHECKING = "complaint_checking"
    COMPLAINT_DELIVERED = "complaint_delivered"
    FORWARD_SN = "forward_sn"
    TYPE_SN = "type_sn"
    PRICES = "prices"
    ALL_PRICES = "all_prices"
    PRODUCT = "product"
    ORDER = "order"
    NEWER = "newer"
    OLDER = "older"
    CONFIRM_ADD = "confirm_add"
    CONFIRM_DEDUCT = "confirm_deduct"
    CONFIRM_LIMIT = "confirm_limit"
    REPORT = "report"
    REPORT_FILE = "report_file"
    OPEN_REPORT = "open_report"
    STATEMENT = "statement"
    STATEMENT_FILE = "statement_file"
    OPEN_STATEMENT = "open_statement"
    SELL_BELOW_COST = "sell_below_cost"
    CONFIRM_TOPUP = "confirm_topup"
    PROFIT = "profit"
    PROFIT_FILE = "profit_file"
    RECAP_OFF = "recap_off"
    NEWER_PEOPLE = "newer_people"
    OLDER_PEOPLE = "older_people"
    INVITE_ASSISTANT = "invite_assistant"
    CONFIRM_ASSISTANT = "confirm_assistant"
    CONFIRM_DISMISSAL = "confirm_dismissal"
    SEND_BROADCAST = "send_broadcast"
    CONFIRM_BROADCAST = "confirm_broadcast"
    STOP_BROADCAST = "stop_broadcast"
    STOP_NEWS = "stop_news"
    RESUME_NEWS = "resume_news"


VIEW_ACTIONS = frozenset(
    {
        *(Action.AGAIN, Action.RECEIPT, Action.COMPLAIN),
        *(Action.PRICES, Action.ALL_PRICES, Action.PRODUCT),
        *(Action.ORDER, Action.NEWER, Action.OLDER, Action.REPORT, Action.REPORT_FILE),
        *(Action.OPEN_REPORT, Action.STATEMENT, Action.STATEMENT_FILE, Action.OPEN_STATEMENT),
        *(Action.PROFIT, Action.PROFIT_FILE, Action.RECAP_OFF),
        *(Action.NEWER_PEOPLE, Action.OLDER_PEOPLE),
        *(Action.STOP_NEWS, Action.RESUME_NEWS),
    }
)
"""Buttons that show something, or whose action is harmless when repeated: each tap is validated."""

MAX_DATA_BYTES = 64
"""Telegram's limit for the callback data of a button."""


class ButtonSpec(Struct, frozen=True, kw_only=True):
    """A button of a notice.

    `payload` is the argument of the action, `label` its text where the action alone does not determine it. A
    button that is no view is stored with its payload under a one-time nonce; only `owner_id` may tap it, or
    any admin if that is None.
    """

    action: Action
    payload: str = ""
    label: str = ""
    owner_id: int | None = None


ButtonRows = tuple[tuple[ButtonSpec, ...], ...]


class Button(Struct, frozen=True, kw_only=True, array_like=True):
    """A button under a stored message.

    `data` is its callback data: a one-time nonce, or the argument of a view. `label` is inserted into the
    text of the action.
    """

    action: Action
    data: str
    label: str = ""


Keyboard = tuple[tuple[Button, ...], ...]
