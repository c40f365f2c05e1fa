"""Every command and every button has one handler, and no command word can be the code of a product."""

from collections import Counter

from bot.grammar.vocabulary import COMMANDS as COMMAND_WORDS
from bot.grammar.vocabulary import SHOWN_COMMANDS, SLASH_COMMANDS
from bot.handlers.registry import BUTTONS, CAPABILITIES, COMMANDS, REPLIES, button_route
from bot.notices.buttons import VIEW_ACTIONS, Action
from bot.texts import guidance


def test_no_word_is_declared_twice() -> None:
    words = Counter(word for each in CAPABILITIES for route in each.commands for word in route.words)
    assert [word for word, count in words.items() if count > 1] == []


def test_no_button_is_declared_twice() -> None:
    buttons = Counter(
        (action, route.subject_kind)
        for each in CAPABILITIES
        for route in each.buttons
        for action in route.actions
    )
    assert [button for button, count in buttons.items() if count > 1] == []


def test_every_command_word_is_one_that_never_is_a_code() -> None:
    assert set(COMMANDS) <= COMMAND_WORDS | SLASH_COMMANDS
    assert COMMAND_WORDS.isdisjoint(SLASH_COMMANDS)


def test_every_command_that_is_suggested_or_in_the_menu_is_handled() -> None:
    menu = {*guidance.COMMANDS, *guidance.ADMIN_COMMANDS}
    assert menu | set(SHOWN_COMMANDS) <= set(COMMANDS)


def test_every_action_is_handled_and_every_view_whatever_its_subject() -> None:
    assert {action for action, _ in BUTTONS} == set(Action)
    assert all(button_route(view, "") for view in VIEW_ACTIONS)


def test_a_view_that_replaces_its_message_says_under_which_it_stands() -> None:
    replaced = {action for (action, _), route in BUTTONS.items() if route.under}
    assert replaced == {
        *(Action.PRICES, Action.ALL_PRICES, Action.NEWER, Action.OLDER, Action.REPORT),
        *(Action.OPEN_REPORT, Action.STATEMENT, Action.OPEN_STATEMENT, Action.PROFIT),
        *(Action.NEWER_PEOPLE, Action.OLDER_PEOPLE),
    }


def test_replies_are_taken_to_questions_to_cards_and_to_tickets() -> None:
    assert set(REPLIES) == {
        *("SnQuestion", "SnPrompt", "ComplaintCard", "ComplaintClosed", "DestinationPrompt"),
        *("TicketIssued", "TicketEnded", "TicketCard", "TicketClosed", "TicketEvidence", "TicketQuestion"),
        *("AmountUnclear", "SuspenseCard", "SuspenseQuestion", "SuspenseClosed", "SuspensePersonUnknown"),
    }
