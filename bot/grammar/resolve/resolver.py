"""Resolves an order request with the catalogue: an intent, an input error or a question.

Without a catalogue every code is accepted and determines the destination rule: `pln…` takes a meter, `ml…` a
game id with its server, any other code a phone number or an account.
"""

import re

from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import carriers_in
from bot.catalogue.product import DestinationRule
from bot.grammar.destination.reader import read_destination
from bot.grammar.parsed import (
    EXAMPLE,
    Ambiguity,
    Clarification,
    InputError,
    InvalidInput,
    OrderRequest,
    clarify,
)
from bot.grammar.resolve.code_suggestions import suggest_codes, suggest_for_unknown
from bot.grammar.resolve.resolution import (
    Resolution,
    missing_code,
    nominal_in_words,
    options_in,
    resolve_for_product,
    resolve_nominal,
    to_resolution,
)
from bot.orders.model import Intent

_ORDINAL_BEFORE = re.compile(r"(?P<ordinal>[1-9][0-9]?)[\s.,*#]+(?P<rest>.+)")
_PULSA = re.compile(r"[a-z]{1,2}[0-9]{1,3}")
_GAME_SERVER = re.compile(r"(?:ml|mlbb)[0-9]*")
_LANDLINE = re.compile(r"0[1-79]")
_NUMBER_ALONE = re.compile(r"(?:\+?62[\s\-]*)?\(?[0-9]{3,}(?:[\s\-().]*[0-9]){6,}")


def resolve(request: OrderRequest, catalogue: Catalogue) -> Resolution:
    resolution = _resolve_code(request, catalogue)
    if request.ambiguity is None:
        return resolution
    longer = _with_longer_code(request, catalogue)
    is_longer = bool(longer) and catalogue.find(request.code) is None
    options = options_in(longer if is_longer else [resolution, *longer])
    return clarify(request.ambiguity, options) if options else resolution


def _with_longer_code(request: OrderRequest, catalogue: Catalogue) -> tuple[Resolution, ...]:
    """Return how `s2 5.0812…` resolves as an order of `s25`; empty if there is no such code."""
    found = _ORDINAL_BEFORE.fullmatch(request.destination)
    if request.ambiguity is not Ambiguity.ORDINAL or found is None:
        return ()
    product = catalogue.find(request.code + found["ordinal"])
    longer = replace(request, destination=found["rest"])
    return (resolve_for_product(longer, product, catalogue),) if product else ()


def _resolve_code(request: OrderRequest, catalogue: Catalogue) -> Resolution:
    code = request.code
    if code.isdigit():
        return resolve_nominal(request, int(code), catalogue)
    if product := catalogue.find(code):
        return resolve_for_product(request, product, catalogue)
    if not request.looks_like_order:
        return _resolve_talk(request, catalogue)
    if catalogue:
        return suggest_for_unknown(request, catalogue)
    return _resolve_without_catalogue(request)


def _resolve_talk(request: OrderRequest, catalogue: Catalogue) -> InvalidInput | Clarification:
    """Resolve probable talk, which is an order only if its words name a product."""
    is_number = request.destination.lstrip("+(")[:1].isdigit()
    if is_number and (intents := suggest_codes(request, catalogue)):
        return clarify(Ambiguity.UNKNOWN_CODE, intents)
    is_number = bool(_NUMBER_ALONE.fullmatch(request.destination))
    if is_number and carriers_in(request.code):
        return missing_code(request)
    if is_number and not catalogue:
        suggestion = f"{request.code}.{request.destination}"
        return InvalidInput(
            input_error=InputError.NEEDS_SEPARATOR, suggestion=suggestion, looks_like_order=False
        )
    return InvalidInput(
        input_error=InputError.NOT_AN_ORDER, suggestion=EXAMPLE, looks_like_order=False, is_example=True
    )


def _resolve_without_catalogue(request: OrderRequest) -> Resolution:
    """Accept the code as typed, unless it is only a nominal such as `5rb`."""
    if nominal_in_words(request.code):
        return missing_code(request)
    resolution = to_resolution(
        read_destination(request.destination, _rule_of(request.code)), request.code, request.destination
    )
    is_landline = isinstance(resolution, Intent) and _LANDLINE.match(resolution.destination)
    if is_landline and _PULSA.fullmatch(request.code):
        return clarify(Ambiguity.NUMBER, options_in([resolution]))
    return resolution


def _rule_of(code: str) -> DestinationRule | None:
    if code.startswith("pln"):
        return DestinationRule.METER
    return DestinationRule.GAME_SERVER if _GAME_SERVER.fullmatch(code) else None
