"""The catalogue of a small server, and what a text is read as, in a few words."""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Operator, Product, Rule
from bot.grammar.parse import Command, Misread, OrderRequest, Orders, parse
from bot.grammar.parsed import Question, spelled
from bot.grammar.resolve.resolver import validate
from bot.orders.model import Intent

PULSA = {
    "S": (Operator.TELKOMSEL, (5, 10, 20, 25, 50, 100)),
    "I": (Operator.INDOSAT, (5, 10, 20, 25, 50)),
    "X": (Operator.XL, (5, 10, 25, 50)),
    "A": (Operator.AXIS, (5, 10)),
    "T": (Operator.TRI, (1, 2, 5, 10, 20)),
    "SM": (Operator.SMARTFREN, (5, 10)),
}
OTHERS = {
    "SD1": Rule.PHONE,
    "DANA": Rule.PHONE,
    "DANA50": Rule.PHONE,
    "BYRPLN": Rule.METER,
    "ML86": Rule.GAME_SERVER,
    "FF100": Rule.GAME,
    "OVO25": Rule.ACCOUNT,
    "TV40": Rule.ACCOUNT,
    "STEAM12": Rule.FREE,
    "VIDIO": Rule.FREE,
}


def product(
    code: str, rule: Rule, *, operator: Operator | None = None, nominal: int | None = None
) -> Product:
    return Product(code=code, name=code, group="Semua", rule=rule, operator=operator, nominal=nominal)


NOTHING = Catalogue()
TRADE = Catalogue(
    products=(
        *(
            product(f"{letters}{nominal}", Rule.PHONE, operator=operator, nominal=nominal)
            for letters, (operator, nominals) in PULSA.items()
            for nominal in nominals
        ),
        *(product(code, rule) for code, rule in OTHERS.items()),
        *(product(f"PLN{nominal}", Rule.METER, nominal=nominal) for nominal in (20, 50, 100)),
    )
)


def verdicts(typed: str, catalogue: Catalogue) -> list[Intent | Misread | Question] | Command:
    """Read a message as the counter does: each line of it, checked against the catalogue."""
    parsed = parse(typed)
    match parsed:
        case Command():
            return parsed
        case Misread():
            return [parsed]
        case Orders(lines=lines):
            return [
                validate(line.asked, catalogue) if isinstance(line.asked, OrderRequest) else line.asked
                for line in lines
            ]


def verdict(typed: str, catalogue: Catalogue) -> Intent | Misread | Question | Command:
    """Read a message with one order at most."""
    found = verdicts(typed, catalogue)
    if isinstance(found, Command):
        return found
    assert len(found) == 1, found
    return found[0]


def read_as(typed: str, catalogue: Catalogue) -> str:
    """Tell in a few words what a message is read as; a question by its best choice."""
    found = verdicts(typed, catalogue)
    return f"command {found.word}" if isinstance(found, Command) else " + ".join(map(_told, found))


def _told(one: Intent | Misread | Question) -> str:
    match one:
        case Intent():
            return f"buy {spelled(one)}"
        case Question():
            return f"ask {spelled(one.choices[0])}"
        case Misread():
            return f"slip {one.slip}" if one.near else "talk"
