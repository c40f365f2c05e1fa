"""Orders as people type them: an intended purchase, written in any form that is taught, and then mangled."""

from random import Random

from bot.catalogue.carriers import carrier_of
from bot.catalogue.product import Carrier, DestinationRule, Product
from bot.orders.model import Intent
from tests.trade import TRADE

PREFIXES = {
    Carrier.TELKOMSEL: ("0811", "0812", "0822", "0852"),
    Carrier.INDOSAT: ("0814", "0815", "0856", "0858"),
    Carrier.XL: ("0817", "0818", "0859", "0877"),
    Carrier.AXIS: ("0831", "0833", "0838"),
    Carrier.TRI: ("0895", "0896", "0899"),
    Carrier.SMARTFREN: ("0881", "0882", "0889"),
}
LONG = ("0859", "088", "089")
MARKS = (".", ".", ".", ".", ",", "*", "#", " ", " ", " . ", "..", ". ", ", ")
STRONG_MARKS = (".", ".", ",", "*", "#")
SHORT_CHARS = 8
"""So far from its start a text has done with its code, which may hold any letter."""
UNSEEN = "\u200b\u200d\u202a\u202c\u2066\u2069\ufeff\u00ad\ufe0f"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
BEFORE = ("tolong ", "kak ", "isi ", "- ", "1. ", "1) ", "#2.", "I.", "multi.", "/", "\U0001f64f ", '"')
BEHIND = (
    " ya",
    " kak",
    ".",
    " !",
    "?",
    " \U0001f64f",
    " belum masuk",
    ".RO",
    " R#123456",
    " x2",
    '"',
    " a/n Budi",
)
PRODUCTS = tuple(TRADE)


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same orders in every run, and no secret


def intended(random: Random, products: tuple[Product, ...] = PRODUCTS) -> tuple[Product, Intent]:
    """Return an order that somebody has in mind."""
    product = random.choice(products)
    ordinal = random.choice((1, 1, 1, 2, 3, 9, 10, 62, 99))
    destination = _destination(random, product)
    return product, Intent(product_code=product.code, destination=destination, ordinal=ordinal)


def _destination(random: Random, product: Product) -> str:
    match product.rule:
        case DestinationRule.PHONE:
            operator = product.carrier if product.carrier and random.random() < 0.9 else None
            prefix = random.choice(PREFIXES[operator or random.choice(list(Carrier))])
            longest = 13 if prefix.startswith(LONG) else 12
            return prefix + digits(random, random.randint(10, longest) - len(prefix))
        case DestinationRule.METER:
            return random.choice("123456789") + digits(random, random.choice((10, 11)))
        case DestinationRule.GAME_SERVER:
            return random.choice("123456789") + digits(random, random.randint(7, 9)) + digits(random, 4)
        case DestinationRule.GAME:
            return random.choice("123456789") + digits(random, random.randint(6, 11))
        case DestinationRule.ACCOUNT:
            return digits(random, random.randint(5, 16))
        case DestinationRule.FREE:
            return random.choice(("budi_77", "Budi.S@mail.id", "a-b+c", "siti", "x9.y8"))


def digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def written(random: Random, product: Product, intent: Intent) -> str:
    """Write an order in one of the forms that are taught."""
    code = random.choice((intent.product_code, intent.product_code.lower()))
    is_of_operator = (
        product.rule is DestinationRule.PHONE and carrier_of(intent.destination) is product.carrier
    )
    if product.nominal and is_of_operator and random.random() < 0.2:
        code = str(product.nominal)
    number = _number(random, product.rule, intent.destination)
    if intent.ordinal == 62 and number.startswith("8"):
        number = intent.destination
    mark = random.choice(MARKS)
    if intent.ordinal == 1:
        return f"{code}{mark}{number}"
    between = mark if random.random() < 0.7 else random.choice(MARKS)
    if random.random() < 0.5:
        return f"{code}{mark}{intent.ordinal}{between}{number}"
    return f"{code}{mark}{number}{between}{intent.ordinal}"


def _number(random: Random, rule: DestinationRule, destination: str) -> str:
    if rule is DestinationRule.GAME_SERVER:
        game_id, server = destination[:-4], destination[-4:]
        return random.choice(
            ("{0}({1})", "{0} ({1})", "{0} {1}", "{0}-{1}", "{0}|{1}", "{0}.{1}", "{0}{1}")
        ).format(game_id, server)
    if rule is DestinationRule.PHONE:
        local = destination[1:]
        start = random.choice(("0", "0", "0", "62", "+62", "+62 ", "620", ""))
        return _grouped(random, start + local, " -.")
    if rule is DestinationRule.METER:
        return _grouped(random, destination, " -")
    return destination


def _grouped(random: Random, number: str, marks: str) -> str:
    if random.random() < 0.5:
        return number
    mark, size = random.choice(marks), random.choice((3, 4))
    return mark.join(number[at : at + size] for at in range(0, len(number), size))


def mangled(random: Random, typed: str, rule: DestinationRule, *, cuts_code: bool = True) -> str:
    """Do to a text what pasting, PINs, politeness and a slipping thumb do: no digit of it is changed."""
    roll = random.random()
    if roll < 0.15:
        return typed
    if roll < 0.35:
        return f"{typed}{random.choice((*STRONG_MARKS, ' ', ';'))}{digits(random, random.choice((4, 5, 6)))}"
    if roll < 0.5:
        return random.choice(BEFORE) + typed
    if roll < 0.65:
        return typed + random.choice(
            [mark for mark in BEHIND if rule is not DestinationRule.FREE or mark != ".RO"]
        )
    if roll < 0.8 and rule is not DestinationRule.FREE:
        at = random.randrange(0 if cuts_code else SHORT_CHARS, len(typed) + 1)
        return typed[:at] + random.choice((" ", "-", "\u00a0")) + typed[at:]
    if roll < 0.87:
        return "".join(char + random.choice(UNSEEN) for char in typed)
    if roll < 0.92:
        return typed.translate(FULL_WIDTH)
    if roll < 0.96 and rule is not DestinationRule.FREE:
        digit, message = random.choice((("0", "O"), ("1", "l")))
        before, _, behind = typed.rpartition(digit)
        return before + message + behind if len(before) > SHORT_CHARS else typed
    return typed.upper() if rule is not DestinationRule.FREE else f" {typed}\u00a0"
