"""The catalogue of a small server, and what a text is read as, in a few words."""

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
            product(f"{messages}{nominal}", DestinationRule.PHONE, carrier=carrier, nominal=nominal)
            for messages, (carrier, nominals) in PULSA.items()
            for nominal in nominals
        ),
        *(product(code, rule) for code, rule in OTHERS.items()),
        *(product(f"PLN{nominal}", DestinationRule.METER, nominal=nominal) for nominal in (20, 50, 100)),
    )
)


def verdicts(typed: str, catalogue: Catalogue) -> list[Intent | InvalidInput | Clarification] | Command:
    """Read a message as the counter does: each line of it, checked against the catalogue."""
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


def _told(one: Intent | InvalidInput | Clarification) -> str:
    match one:
        case Intent():
            return f"buy {order_text(one)}"
        case Clarification():
            return f"ask {order_text(one.choices[0])}"
        case InvalidInput():
            return f"input_error {one.input_error}" if one.looks_like_order else "talk"
