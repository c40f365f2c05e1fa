"""Lets people choose whether they get news: `berhenti info`, `mulai info`, or a button under the news."""

from bot.actors import Actor, Address
from bot.features import guidance
from bot.grammar.parsed import Command
from bot.notices.buttons import Action
from bot.notices.news import NewsChoice
from bot.routing import ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import news

_NEWS_WORDS = ("info", "pengumuman")
_WANTS_NEWS = {"berhenti": False, "mulai": True}


def _choose_by_command(work: UnitOfWork, actor: Actor, command: Command) -> None:
    if command.rest.lower() not in _NEWS_WORDS:
        guidance.explain_format(work, actor, command)
        return
    wants_news = _WANTS_NEWS[command.word]
    _choose(work, actor, wants_news=wants_news)
    work.notify(NewsChoice(wants_news=wants_news), actor.address)


def _choose_by_tap(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Store the choice; it is confirmed in private, and once however often the button is tapped."""
    wants_news = tap.action is Action.RESUME_NEWS
    if not _choose(work, actor, wants_news=wants_news):
        return Toast.ALREADY
    work.notify(NewsChoice(wants_news=wants_news), Address(chat_id=actor.user_id))
    return Toast.DONE


def _choose(work: UnitOfWork, actor: Actor, *, wants_news: bool) -> bool:
    """Store a choice; return False if it was the same before."""
    if wants_news:
        return news.resume(work.tx, actor.user_id)
    return news.stop(work.tx, actor.user_id, at_ms=work.now_ms)


ROUTES = Routes(
    commands=(CommandRoute(tuple(_WANTS_NEWS), _choose_by_command),),
    buttons=(
        ButtonRoute(
            actions=(Action.STOP_NEWS, Action.RESUME_NEWS), handle=_choose_by_tap, answers=(NewsChoice,)
        ),
    ),
)
