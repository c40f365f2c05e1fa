"""A catalogue of a small pulsa server, and helpers that parse a message against it."""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Carrier, DestinationRule, Product
from bot.grammar.parse import parse
from bot.grammar.parsed import Clarification, Command, InvalidInput, OrderLines, OrderRequest, order_text
from bot.grammar.resolve.resolver import resolve
from bot.orders.model import Intent

PULSA = {
    "S": (Carrier.TELKOMSEL, (5, 10, 20, 25, 50, 100)),
    "I": (Carrier.INDOSAT, (5, 10, 20, 25, 50)),
    "X": (Carrier.XL, (5, 10, 25, 50)),
    "A": (Carrier.AXIS, (5, 10)),
    "T": (Carrier.TRI, (1, 2, 5, 10, 20)),
    "SM": (Carrier.SMARTFREN, (5, 10)),
}
OTHERS = {
    "SD1": DestinationRule.PHONE,
    "DANA": DestinationRule.PHONE,
    "DANA50": DestinationRule.PHONE,
    "BYRPLN": DestinationRule.METER,
    "ML86": DestinationRule.GAME_SERVER,
    "FF100": DestinationRule.GAME,
    "OVO25": DestinationRule.ACCOUNT,
    "TV40": DestinationRule.ACCOUNT,
    "STEAM12": DestinationRule.FREE,
    "VIDIO": DestinationRule.FREE,
}


def product(
    code: str, rule: DestinationRule, *, carrier: Carrier | None = None, nominal: int | None = None
) -> Product:
    return Product(code=code, name=code, group="Semua", rule=rule, carrier=carrier, nominal=nominal)


NOTHING = Catalogue()
TRADE = Catalogue(
    products=(
        *(
            product(f"{prefix}{nominal}", DestinationRule.PHONE, carrier=carrier, nominal=nominal)
            for prefix, (carrier, nominals) in PULSA.items()
            for nominal in nominals
        ),
        *(product(code, rule) for code, rule in OTHERS.items()),
        *(product(f"PLN{nominal}", DestinationRule.METER, nominal=nominal) for nominal in (20, 50, 100)),
    )
)


def verdicts(typed: str, catalogue: Catalogue) -> list[Intent | InvalidInput | Clarification] | Command:
    """Parse a message, and validate each line against the catalogue."""
    parsed = parse(typed)
    match parsed:
        case Command():
            return parsed
        case InvalidInput():
            return [parsed]
        case OrderLines(lines=lines):
            return [
                resolve(line.parsed, catalogue) if isinstance(line.parsed, OrderRequest) else line.parsed
                for line in lines
            ]


def verdict(typed: str, catalogue: Catalogue) -> Intent | InvalidInput | Clarification | Command:
    """Parse and validate a message with at most one order."""
    found = verdicts(typed, catalogue)
    if isinstance(found, Command):
        return found
    assert len(found) == 1, found
    return found[0]


def read_as(typed: str, catalogue: Catalogue) -> str:
    """Describe in a few words how a message is parsed; a question by its first choice."""
    found = verdicts(typed, catalogue)
    return f"command {found.word}" if isinstance(found, Command) else " + ".join(map(_describe, found))


def _describe(line: Intent | InvalidInput | Clarification) -> str:
    match line:
        case Intent():
            return f"buy {order_text(line)}"
        case Clarification():
            return f"ask {order_text(line.choices[0])}"
        case InvalidInput():
            return f"input_error {line.input_error}" if line.looks_like_order else "talk"
