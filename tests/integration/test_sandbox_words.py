"""The page has words for everything it shows, the same in each of its languages."""

import re
from pathlib import Path

import pytest

import sandbox
from sandbox.biller.behaviour import Answer, Behaviour, Outcome
from sandbox.journey import StepName, Unstored

PAGE = Path(sandbox.__file__).parent / "page"
WORDS = re.compile(r'^  "?([A-Za-z][\w.]*)"?: "(.+)",$', re.MULTILINE)
ASKED_FOR = re.compile(r'\bt\("([^"]+)"|data-t(?:-[a-z-]+)?="([^"]+)"|\b(?:gloss|short): "([^"]+)"')
HOLES = re.compile(r"\{\w+\}")

STATES = ("placed", "submitting", "pending", "unknown", "succeeded", "failed", "expired", "disputed")
STANDINGS = ("asked", "approved", "rejected", "frozen", "removed")
MODES = ("connecting", "polling", "webhook", "away", "starting", "lost")
NAMED_BY_DATA = {
    *(f"state.{one}" for one in (*STATES, *Unstored)),
    *(f"standing.{one}" for one in STANDINGS),
    *(f"bot.{one}" for one in MODES),
    *(f"step.{one}" for one in StepName),
    *(f"behaviour.{one}" for one in Behaviour),
    *(f"{kind}.{one}" for kind in ("answer", "answered") for one in Answer),
    *(f"report.{one}" for one in Outcome),
}


def words(language: str) -> dict[str, str]:
    return dict(WORDS.findall((PAGE / f"words-{language}.js").read_text(encoding="utf-8")))


def asked_for() -> set[str]:
    """Return the names of words that stand in the page's own files."""
    files = [file for file in PAGE.iterdir() if file.suffix in {".js", ".html"} and "words-" not in file.name]
    found = ASKED_FOR.findall("\n".join(file.read_text(encoding="utf-8") for file in files))
    return {name for names in found for name in names if name}


def test_each_language_has_the_same_words_with_the_same_holes() -> None:
    indonesian, english = words("id"), words("en")
    assert list(indonesian) == list(english)
    for name, text in indonesian.items():
        assert sorted(HOLES.findall(text)) == sorted(HOLES.findall(english[name])), name


@pytest.mark.parametrize("language", ["id", "en"])
def test_there_are_words_for_all_that_is_shown(language: str) -> None:
    assert (asked_for() | NAMED_BY_DATA) - words(language).keys() == set()


def test_the_page_holds_no_words_of_its_own_beside_the_dictionaries() -> None:
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    body = re.sub(r"<[^>]+>", " ", html[html.index("<body>") :])
    assert re.findall("[A-Za-z]+", body) == ["Loket"]
