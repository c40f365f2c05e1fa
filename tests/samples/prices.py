"""A notice of each kind about prices."""

from msgspec.structs import replace

from bot.catalogue.product import Operator, Rule
from bot.grammar.parsed import Slip
from bot.notices import shopping as say
from bot.notices.placing import Closure
from tests.samples.facts import SELL_IDR

ROW = say.PriceRow(code="S5", name="Telkomsel 5.000", sell_idr=SELL_IDR)
ROWS = (
    ROW,
    replace(ROW, code="S10", closure=Closure.CLOSED),
    replace(ROW, code="PLN20", name="Token PLN 20.000", closure=Closure.RESTING),
    replace(ROW, code="X5", sell_idr=None),
)
BY_WORDS = say.PriceList(scope=say.Scope.WORDS, key="pulsa 5", title="pulsa 5", rows=ROWS, page=0, pages=1)
BY_NUMBER = replace(
    BY_WORDS,
    scope=say.Scope.NUMBER,
    key="081234567890",
    title="081234567890",
    number="081234567890",
    operator=Operator.TELKOMSEL,
)
GROUPS = say.PriceGroups(
    rows=(say.GroupRow(name="Pulsa Telkomsel", key="0a1b2c3d", count=14),), page=0, pages=1
)
TO_RESELLERS: tuple[say.PricesNotice, ...] = (
    say.NoCatalogue(),
    say.NoCatalogue(for_admin=True),
    GROUPS,
    replace(GROUPS, page=1, pages=3),
    BY_WORDS,
    replace(BY_WORDS, scope=say.Scope.GROUP, title="Pulsa Telkomsel", rows=(ROW,), page=1, pages=3),
    BY_NUMBER,
    replace(BY_NUMBER, operator=None),
    say.NoPrices(typed="sx9", near=()),
    say.NoPrices(typed="sx9", near=ROWS),
    *(say.NumberQuestion(code="S5", name="Telkomsel 5.000", sell_idr=SELL_IDR, rule=rule) for rule in Rule),
    say.NumberQuestion(code="S5", name="Telkomsel 5.000", sell_idr=None, rule=Rule.PHONE),
    *(
        say.NumberQuestion(code="S5", name="", sell_idr=SELL_IDR, rule=Rule.PHONE, slip=slip)
        for slip in (Slip.TOO_SHORT, Slip.NOT_PLAIN)
    ),
    say.ChoiceDropped(),
    say.ProductShut(
        code="S10", name="Telkomsel 10.000", closure=Closure.CLOSED, opens_minute=None, others=(ROW,)
    ),
    say.ProductShut(
        code="PLN20", name="Token PLN 20.000", closure=Closure.RESTING, opens_minute=60, others=()
    ),
)
