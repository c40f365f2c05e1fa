"""Every phrase of the desk's pages has its Indonesian words, with the same places for values."""

import re
from pathlib import Path

import pytest

import bot.desk
from bot.desk.app import MENU
from bot.orders import events
from bot.orders.model import State
from bot.texts.desk_pages import BUSY, EVENTS, INDONESIAN, NOT_STORED, STATES, UNAVAILABLE

TEMPLATES = sorted((Path(bot.desk.__file__).parent / "templates").glob("*.html"))

_PHRASE = re.compile(r'\b_\(\s*(?:"([^"]+)"|\'([^\']+)\')')
_PLACE = re.compile(r"\{(\w*)\}")


def phrases() -> set[str]:
    written = {one or two for file in TEMPLATES for one, two in _PHRASE.findall(file.read_text("utf-8"))}
    instead = {BUSY, NOT_STORED, UNAVAILABLE}
    return written | instead | {title for _, title in MENU} | set(STATES.values()) | set(EVENTS.values())


def test_no_phrase_is_missing_and_none_is_left_over() -> None:
    assert phrases() == set(INDONESIAN)


@pytest.mark.parametrize("english", INDONESIAN)
def test_a_translation_has_the_same_values(english: str) -> None:
    assert sorted(_PLACE.findall(english)) == sorted(_PLACE.findall(INDONESIAN[english]))


def test_every_state_and_event_of_an_order_has_a_name() -> None:
    assert set(STATES) == set(State)
    assert {kind.__name__ for kind in events.OrderEvent.__args__} | {"Placed"} <= set(EVENTS)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_has_no_script_or_style_inside(file: Path) -> None:
    html = file.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|\|\s*safe|javascript:", html)
