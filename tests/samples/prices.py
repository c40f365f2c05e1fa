"""A notice of each kind about prices."""

from msgspec.structs import replace

from bot.catalogue.product import Carrier, DestinationRule
from bot.grammar.parsed import InputError
from bot.notices import shopping as say
from bot.notices.placing import ClosedReason
from tests.samples.facts import SELL_IDR

ROW = say.PriceRow(code="S5", name="Telkomsel 5.000", price_idr=SELL_IDR)
ROWS = (
    ROW,
    replace(ROW, code="S10", closure=ClosedReason.CLOSED),
    replace(ROW, code="PLN20", name="Token PLN 20.000", closure=ClosedReason.RESTING),
    replace(ROW, code="S25", name="Telkomsel 25.000", closure=ClosedReason.TROUBLE),
    replace(ROW, code="X5", price_idr=None),
)
BY_WORDS = say.PriceListPage(
    scope=say.ListScope.WORDS, key="pulsa 5", title="pulsa 5", rows=ROWS, page=0, pages=1
)
BY_NUMBER = replace(
    BY_WORDS,
    scope=say.ListScope.NUMBER,
    key="081234567890",
    title="081234567890",
    number="081234567890",
    carrier=Carrier.TELKOMSEL,
)
GROUPS = say.PriceGroups(
    rows=(say.GroupRow(name="Pulsa Telkomsel", key="0a1b2c3d", count=14),), page=0, pages=1
)
TO_RESELLERS: tuple[say.ShoppingNotice, ...] = (
    say.NoCatalogue(),
    say.NoCatalogue(for_admin=True),
    GROUPS,
    replace(GROUPS, page=1, pages=3),
    BY_WORDS,
    replace(BY_WORDS, hides_prices=True),
    replace(BY_WORDS, scope=say.ListScope.GROUP, title="Pulsa Telkomsel", rows=(ROW,), page=1, pages=3),
    BY_NUMBER,
    replace(BY_NUMBER, carrier=None),
    say.NoPrices(typed="sx9", similar=()),
    say.NoPrices(typed="sx9", similar=ROWS),
    *(
        say.DestinationPrompt(code="S5", name="Telkomsel 5.000", price_idr=SELL_IDR, rule=rule)
        for rule in DestinationRule
    ),
    say.DestinationPrompt(code="S5", name="Telkomsel 5.000", price_idr=None, rule=DestinationRule.PHONE),
    *(
        say.DestinationPrompt(
            code="S5", name="", price_idr=SELL_IDR, rule=DestinationRule.PHONE, input_error=input_error
        )
        for input_error in (InputError.TOO_SHORT, InputError.NOT_PLAIN)
    ),
    say.PromptCancelled(),
    say.ChosenProductClosed(
        code="S10", name="Telkomsel 10.000", closure=ClosedReason.CLOSED, opens_minute=None, others=(ROW,)
    ),
    say.ChosenProductClosed(
        code="PLN20", name="Token PLN 20.000", closure=ClosedReason.RESTING, opens_minute=60, others=()
    ),
    *(
        say.ChosenProductClosed(
            code="S10",
            name="Telkomsel 10.000",
            closure=ClosedReason.TROUBLE,
            opens_minute=None,
            others=others,
        )
        for others in ((ROW,), ())
    ),
)
