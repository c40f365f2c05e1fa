"""Shows help, with examples of orders that are possible now."""

import re

from bot.actors import Actor
from bot.features.deposits.tickets import cancel_ticket
from bot.grammar.examples import nominal_example, order_examples
from bot.grammar.irregular import cancel_request
from bot.grammar.parsed import EXAMPLE, Command, InputError
from bot.grammar.period import minute_of_day
from bot.notices.guidance import Help, NotUnderstood, Welcome
from bot.routing import CommandRoute, Routes
from bot.unit_of_work import UnitOfWork


def explain_format(work: UnitOfWork, actor: Actor, _: Command) -> None:
    """Answer an unknown command with the form of an order."""
    answer = NotUnderstood(input_error=InputError.NOT_AN_ORDER, suggestion=EXAMPLE)
    work.notify(answer, actor.address)


def _welcome(work: UnitOfWork, actor: Actor, _: Command) -> None:
    examples = order_examples(work.catalogue, minute_of_day(work.now_ms, work.zone))
    work.notify(Welcome(role=actor.role, examples=examples), actor.address)


def _help(work: UnitOfWork, actor: Actor, _: Command) -> None:
    catalogue, minute = work.catalogue, minute_of_day(work.now_ms, work.zone)
    answer = Help(
        role=actor.role,
        examples=order_examples(catalogue, minute),
        nominal=nominal_example(catalogue, minute),
        takes_tickets=work.context.takes_tickets,
    )
    work.notify(answer, actor.address)


def _explain_cancel(work: UnitOfWork, actor: Actor, command: Command) -> None:
    if re.match(r"(?:tiket|deposit|tik|dep)\b", command.rest, re.IGNORECASE):
        cancel_ticket(work, actor)
        return
    invalid = cancel_request(command.rest)
    answer = NotUnderstood(input_error=invalid.input_error, suggestion=invalid.suggestion)
    work.notify(answer, actor.address)


ROUTES = Routes(
    commands=(
        CommandRoute(("start", "daftar"), _welcome),
        CommandRoute(("bantuan", "help", "format", "menu"), _help),
        CommandRoute(("batal", "btl", "cancel"), _explain_cancel),
    ),
)
