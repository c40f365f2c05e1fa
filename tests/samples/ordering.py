"""A notice of each kind about an order that was not simply placed, but for the living table."""

from bot.grammar.parsed import Ambiguity, InputError
from bot.notices import placing as say
from bot.orders.model import Intent, State
from tests.samples.facts import ABOUT, SELL_IDR

INTENT = Intent(product_code="s5", destination="081234567890")
OFFERS = (
    say.OrderOffer(intent=INTENT, name="Simpati 5.000", price_idr=SELL_IDR),
    say.OrderOffer(intent=Intent(product_code="i5", destination="081234567890")),
)
AGAIN = say.OrderOffer(
    intent=Intent(product_code="s5", destination="081234567890", ordinal=2),
    name="Simpati 5.000",
    price_idr=SELL_IDR,
)
STATES = tuple(say.OrderState(**ABOUT, state=state) for state in State)
TO_RESELLERS: tuple[say.PlacingNotice, ...] = (
    *(
        say.OrderQuestion(ambiguity=ambiguity, suggestion="s5.081234567890", offers=offers, user_id=7001)
        for ambiguity in Ambiguity
        for offers in (OFFERS, OFFERS[:1])
    ),
    *(say.OrderProposal(offer=offer, user_id=7001) for offer in (*OFFERS, AGAIN)),
    *(
        say.OrderRepeated(**ABOUT, state=state, sn=sn, again=again, user_id=7001)
        for state, sn in (*((state, None) for state in State), (State.SUCCEEDED, "1234-5678/BUDI"))
        for again in (AGAIN, None)
    ),
    *(
        say.MessageOrders(
            input_error=input_error, own=own, own_count=own_count, same=same, suggestion=suggestion
        )
        for input_error in (InputError.EDITED, InputError.FORWARDED, InputError.CAPTIONED)
        for own, own_count, same in (
            (STATES[:1], 1, ()),
            (STATES[:5], 100, STATES[3:]),
            ((), 0, STATES[:1]),
        )
        for suggestion in ("", "s5.081234567899")
    ),
    *(
        say.ProductClosed(
            code="s5",
            name="Simpati 5.000",
            closure=closure,
            opens_minute=opens_minute,
            others=others,
            user_id=7001,
        )
        for closure, opens_minute in (
            (say.ClosedReason.CLOSED, None),
            (say.ClosedReason.RESTING, 30),
            (say.ClosedReason.TROUBLE, None),
        )
        for others in (OFFERS, ())
    ),
)
