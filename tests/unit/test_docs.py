"""The papers say what is so: drawings, tables, examples, links and named proofs are held against the code."""

import ast
import re
import sqlite3
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from bot.catalogue.catalogue import Catalogue
from bot.grammar.parsed import Ambiguity, Clarification, Command, InputError, InvalidInput, order_text
from bot.notices import Notice
from bot.notices.guidance import NotUnderstood
from bot.notices.placing import OrderQuestion
from bot.orders.model import Intent
from bot.settings.settings import Settings
from storage.schema import migrate
from tests.trade import verdict, verdicts
from tools.gallery.book import CHAPTERS, GALLERY, PICTURES
from tools.gallery.goods import GOODS
from tools.gallery.page import page
from tools.state_diagram import ARCHITECTURE, diagram_in, state_diagram

ROOT = Path(__file__).resolve().parent.parent.parent
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
GUIDE = ROOT / "docs" / "panduan-reseller.md"

_FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FILE = re.compile(r"`((?:bot|storage|sandbox|tests|tools|docs|deploy)/[\w./-]+)(?:::(\w+))?`")


def text_of(paper: Path) -> str:
    return paper.read_text(encoding="utf-8")


def name_of(paper: Path) -> str:
    return str(paper.relative_to(ROOT))


def anchors_of(paper: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", text_of(paper)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows_of(text: str) -> Iterator[list[str]]:
    for row in re.findall(r"^\|(.+)\|$", text, re.MULTILINE):
        yield [cell.strip() for cell in row.split("|")]


def test_the_state_diagram_is_drawn_from_the_transitions() -> None:
    assert diagram_in(text_of(ARCHITECTURE)) == state_diagram(), "run: python tools/state_diagram.py"


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_link_inside_the_project_leads_somewhere(paper: Path) -> None:
    for link in _LINK.findall(_FENCED.sub("", text_of(paper))):
        if not link.startswith("https://"):
            path, _, anchor = link.partition("#")
            target = (paper.parent / path).resolve() if path else paper
            assert target.exists(), link
            assert not anchor or anchor in anchors_of(target), link


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_file_and_every_test_that_a_paper_names_is_there(paper: Path) -> None:
    for path, function in _FILE.findall(text_of(paper)):
        assert (ROOT / path).exists(), path
        if function:
            tree = ast.parse(text_of(ROOT / path))
            kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
            assert function in {node.name for node in ast.walk(tree) if isinstance(node, kinds)}, function


def test_every_promise_names_tests_that_prove_it() -> None:
    _, _, proof = text_of(ARCHITECTURE).partition("## The promises and their proof")
    _, *promises = re.split(r"^### ", proof, flags=re.MULTILINE)
    assert [promise[:2] for promise in promises] == ["1.", "2.", "3.", "4.", "5.", "6."]
    for promise in promises:
        _, _, *rows = rows_of(promise)
        assert rows
        assert all("::test_" in proven_by for _, proven_by in rows), promise


def test_every_requirement_of_the_desk_names_tests_that_hold_it() -> None:
    listed = [row for row in rows_of(text_of(ROOT / "docs" / "desk-security.md")) if row[0][:1].isdigit()]
    assert len(listed) > 40
    for numbers, *_, held_by in listed:
        assert re.fullmatch(r"\d+\.\d+\.\d+(?:\D{1,2}\d+\.\d+\.\d+)*", numbers), numbers
        assert "::test_" in held_by, numbers


def test_the_readme_lists_every_setting_with_its_default() -> None:
    _, _, section = text_of(ROOT / "README.md").partition("## Settings")
    listed = {row[0].strip("`"): row[2] for row in rows_of(section.partition("\n## ")[0]) if row[0][0] == "`"}
    assert listed == {name.upper(): shown_default(name) for name in Settings.model_fields}


def shown_default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.is_required():
        return "required"
    if name == "telegram_webhook_secret":
        return "required with `PUBLIC_URL`"
    if name == "desk_url":
        return "`PUBLIC_URL`"
    match field.default:
        case None:
            return "unset"
        case ():
            return "empty"
        case default:
            return f"`{default}`"


def examples_of(heading: str) -> list[list[str]]:
    _, _, section = text_of(GUIDE).partition(heading)
    return [row for row in rows_of(section.partition("\n#")[0]) if row[0].startswith("`")]


def read(typed: str) -> Intent | InvalidInput | Clarification | Command:
    """Read an example as a counter with a price list does."""
    return verdict(typed.strip("`"), Catalogue(products=GOODS))


@pytest.mark.parametrize("heading", ["## Cara memesan", "### Membeli lagi"])
def test_what_the_guide_says_is_bought_is_bought_so(heading: str) -> None:
    rows = examples_of(heading)
    assert len(rows) >= 2
    for typed, bought in rows:
        intent = read(typed)
        assert isinstance(intent, Intent), typed
        assert f"`{order_text(intent).lower()}`" == bought


def test_what_the_guide_says_is_asked_first_is_asked() -> None:
    rows = examples_of("### Yang ditanya dulu")
    assert len(rows) > 5
    for typed, _ in rows:
        assert isinstance(read(typed), Clarification), typed


def test_what_the_guide_says_is_not_bought_is_not() -> None:
    rows = examples_of("### Yang tidak dibeli")
    assert len(rows) > 5
    for typed, _ in rows:
        assert isinstance(read(typed), InvalidInput), typed


def test_the_list_in_the_guide_is_bought_line_by_line() -> None:
    _, _, section = text_of(GUIDE).partition("### Banyak pesanan sekaligus")
    block = _FENCED.search(section)
    assert block
    for typed in (block[3], "s5.081234567890; i10.085712345678"):
        found = verdicts(typed, Catalogue(products=GOODS))
        assert not isinstance(found, Command)
        assert all(isinstance(one, Intent) for one in found)


@pytest.mark.parametrize("heading", ["## Lihat harga", "## Cek dan laporan", "## Saldo"])
def test_what_the_guide_says_is_a_command_is_one(heading: str) -> None:
    rows = examples_of(heading)
    assert len(rows) > 3
    for row in rows:
        for typed in re.findall(r"`([^`]+)`", row[0]):
            assert isinstance(read(typed), Command), typed


def test_the_guide_quotes_only_what_the_bot_says() -> None:
    said = "\n".join(text_of(module) for module in Path(ROOT, "bot", "texts").glob("*.py"))
    _, _, section = text_of(GUIDE).partition("## Arti balasan bot")
    words = [word for row in rows_of(section) for word in re.findall(r"\*\*(.+?)\*\*", row[0])]
    assert len(words) > 5
    buttons = ["Salin SN", "Struk", "Komplain", "Ulangi"]
    for word in [*words, *buttons, "Permintaan terkirim", "Anda sudah terdaftar sebagai reseller"]:
        assert word in said, word


def test_the_gallery_is_what_its_command_makes() -> None:
    text, pictures = page(CHAPTERS)
    assert text_of(GALLERY) == text, "run: make gallery"
    for name, content in pictures.items():
        # Their bytes depend on the compressor of the platform, their pixels do not.
        with Image.open(PICTURES / name) as kept, Image.open(BytesIO(content)) as made:
            assert (kept.size, kept.tobytes()) == (made.size, made.tobytes()), "run: make gallery"


def test_the_gallery_shows_every_notice_every_slip_and_every_doubt() -> None:
    scenes = [scene for chapter in CHAPTERS for scene in chapter.play()]
    notices = [bubble.notice for scene in scenes for bubble in scene.messages]
    assert {type(notice) for notice in notices} == set(get_args(Notice))
    assert {notice.input_error for notice in notices if isinstance(notice, NotUnderstood)} == set(InputError)
    assert {notice.ambiguity for notice in notices if isinstance(notice, OrderQuestion)} == set(Ambiguity)
    assert all(scene.messages for scene in scenes)


def statements() -> list[str]:
    blocks = [block for paper in PAPERS for block in _FENCED.findall(text_of(paper))]
    return [body.strip() for _, language, body in blocks if language == "sql"]


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    yield connection
    connection.close()


@pytest.mark.parametrize("statement", statements())
def test_every_statement_in_the_papers_fits_the_schema(statement: str, database: sqlite3.Connection) -> None:
    database.execute(statement)


MAX_LAYERS = 14


def test_the_layers_of_the_architecture_are_those_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    section = text_of(ARCHITECTURE).split("## The layers")[1].split("\n## ")[0]
    told = [re.findall(r"`([\w/.]+)`", row[1]) for row in rows_of(section) if row[0].strip().isdigit()]
    assert told == [[_path_of(module) for module in layer.split(" | ")] for layer in layers]
    assert len(layers) <= MAX_LAYERS


def _path_of(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}/" if (ROOT / path).is_dir() else f"{path}.py"
