"""The table of commands, buttons and replies that the bot handles, from the routes of all capabilities."""

from collections.abc import Iterable

from bot.features import desk_link, guidance, topups
from bot.features.accounts import adjustments, balance, limits, statements
from bot.features.complaints import complaints
from bot.features.deposits import crediting, suspense, tickets
from bot.features.history import order_lookup, profits, recap, reports
from bot.features.news import broadcasts, subscriptions
from bot.features.people import assistants, directory, invites, membership, price_levels
from bot.features.price_list import catalogue_admin, import_review
from bot.features.receipts import receipts
from bot.features.shopping import destination_prompt, price_browser
from bot.notices.buttons import Action
from bot.purchasing import below_cost, manual_resolution, offers, restore_gate, sn_forwarding
from bot.routing import ButtonRoute, CommandRoute, MessageCommandRoute, ReplyRoute, Routes

CAPABILITIES: tuple[Routes, ...] = (
    offers.ROUTES,
    below_cost.ROUTES,
    manual_resolution.ROUTES,
    sn_forwarding.ROUTES,
    restore_gate.ROUTES,
    price_browser.ROUTES,
    destination_prompt.ROUTES,
    order_lookup.ROUTES,
    reports.ROUTES,
    profits.ROUTES,
    recap.ROUTES,
    receipts.ROUTES,
    complaints.ROUTES,
    tickets.ROUTES,
    crediting.ROUTES,
    suspense.ROUTES,
    membership.ROUTES,
    directory.ROUTES,
    assistants.ROUTES,
    invites.ROUTES,
    price_levels.ROUTES,
    import_review.ROUTES,
    catalogue_admin.ROUTES,
    balance.ROUTES,
    adjustments.ROUTES,
    limits.ROUTES,
    statements.ROUTES,
    topups.ROUTES,
    broadcasts.ROUTES,
    subscriptions.ROUTES,
    desk_link.ROUTES,
    guidance.ROUTES,
)


def _commands(routes: Iterable[Routes]) -> dict[str, CommandRoute | MessageCommandRoute]:
    return {word: route for each in routes for route in each.commands for word in route.words}


def _buttons(routes: Iterable[Routes]) -> dict[tuple[Action, str], ButtonRoute]:
    return {
        (action, route.subject_kind): route
        for each in routes
        for route in each.buttons
        for action in route.actions
    }


def _replies(routes: Iterable[Routes]) -> dict[str, ReplyRoute]:
    return {kind.__name__: route for each in routes for route in each.replies for kind in route.to}


COMMANDS = _commands(CAPABILITIES)
BUTTONS = _buttons(CAPABILITIES)
REPLIES = _replies(CAPABILITIES)


def button_route(action: Action, subject: str) -> ButtonRoute | None:
    """Return the route of an action, selected by the kind of its subject if several capabilities use it."""
    return BUTTONS.get((action, subject.partition(":")[0])) or BUTTONS.get((action, ""))
