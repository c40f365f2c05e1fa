"""All products at once, in the operator's order, and the ways to find one; empty where codes pass through."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from bot.catalogue.product import Operator, Product
from bot.catalogue.trade import operators_in

LONG_CODE_CHARS = 6
"""From this length on two slips leave a code recognisable; in a shorter one a second makes it another."""

MIN_FUZZY_CHARS = 4
MIN_LIKENESS = 75
"""In percent: `telkmsel` is like `telkomsel`, `axis` is not like `axiata`."""

_WORD = re.compile(r"[^\W\d_]+|\d+")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}\b)")
_CODE_LETTERS = re.compile(r"[a-z]*")


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The products in the order in which people are shown them; `version` grows with each change."""

    version: int = 0
    products: tuple[Product, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        """Tell whether there is a catalogue at all: without one every code passes through."""
        return bool(self.products)

    def __iter__(self) -> Iterator[Product]:
        """Go through the products in order."""
        return iter(self.products)

    @cached_property
    def _by_code(self) -> dict[str, Product]:
        return {product.code.casefold(): product for product in self.products}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self._by_code)}

    @cached_property
    def _words(self) -> dict[str, frozenset[int]]:
        """Every word by which products go, with the places of those products."""
        places: dict[str, set[int]] = {}
        for place, product in enumerate(self.products):
            for word in words_of(f"{product.group} {product.name} {product.operator or ''}"):
                places.setdefault(word, set()).add(place)
        return {word: frozenset(found) for word, found in places.items()}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Give the groups in the order of their first product."""
        return tuple(dict.fromkeys(product.group for product in self.products))

    def find(self, code: str) -> Product | None:
        """Give the product of this code, in whatever letter case it is typed."""
        return self._by_code.get(code.casefold())

    def of_group(self, group: str) -> tuple[Product, ...]:
        """Give a group's products, in order."""
        return tuple(product for product in self.products if product.group == group)

    def for_nominal(self, nominal: int, operator: Operator | None) -> tuple[Product, ...]:
        """Give the products that `5.0812…` may mean; of any network where the number's is not known."""
        return tuple(
            product
            for product in self.products
            if product.nominal == nominal and (operator is None or product.operator is operator)
        )

    def fitting(self, operator: Operator) -> tuple[Product, ...]:
        """Give the products that are for numbers of this network alone, in order."""
        return tuple(product for product in self.products if product.operator is operator)

    def siblings(self, product: Product, limit: int = 4) -> tuple[Product, ...]:
        """Give open products that may serve instead: of the same group and kind, nearest in price first."""
        others = [
            other
            for other in self.of_group(product.group)
            if other.is_open and other.code != product.code and _serves(other, product)
        ]
        return tuple(sorted(others, key=lambda other: self._remoteness(other, product))[:limit])

    def _remoteness(self, other: Product, product: Product) -> tuple[int, int]:
        by_place = abs(self._places[other.code.casefold()] - self._places[product.code.casefold()])
        if other.sell_idr is None or product.sell_idr is None:
            return (by_place, by_place)
        return (abs(other.sell_idr - product.sell_idr), by_place)

    def near(self, code: str, limit: int = 3) -> tuple[Product, ...]:
        """Give the products whose codes are one slip away from `code` (two in a long one), nearest first."""
        typed = code.casefold()
        slips = 1 if len(typed) < LONG_CODE_CHARS else 2
        found = process.extract(
            typed, list(self._by_code), scorer=OSA.distance, score_cutoff=slips, limit=None
        )
        ranked = sorted(found, key=lambda match: self._rank(typed, match[0], int(match[1])))
        return tuple(self._by_code[match[0]] for match in ranked[:limit])

    def _rank(self, typed: str, code: str, slips: int) -> tuple[int, bool, bool, bool, int]:
        """What can be bought comes first, then codes of the same letters: `s6` means an `s…`, not an `x6`."""
        other_letters = _letters(code) != _letters(typed)
        is_closed = not self._by_code[code].is_open
        return (slips, is_closed, other_letters, len(code) != len(typed), self._places[code])

    def search(self, words: str) -> tuple[Product, ...]:
        """Give the products that `words` mean, in order: a code, its beginning, or words of its name."""
        typed = words.strip().casefold()
        if exact := self.find(typed):
            return (exact,)
        places = self._of_codes(typed) | self._of_words(words_of(typed), self._spelled)
        places = places or self._of_words(words_of(typed), self._alike)
        return tuple(self.products[place] for place in sorted(places))

    def _of_codes(self, typed: str) -> frozenset[int]:
        """`s` means s5 and s10, not smart5; only where there is no such code it means what begins so."""
        if not typed:
            return frozenset()
        same = frozenset(place for code, place in self._places.items() if _letters(code) == typed)
        return same or frozenset(place for code, place in self._places.items() if code.startswith(typed))

    def _of_words(self, words: list[str], places_of: Callable[[str], frozenset[int]]) -> frozenset[int]:
        """Give the places that fit every word."""
        if not words:
            return frozenset()
        return frozenset.intersection(*(places_of(word) for word in words))

    def _spelled(self, word: str) -> frozenset[int]:
        """A word in full, its beginning where it has some length, or a network by any of its names."""
        known = [self._words.get(word, frozenset())]
        if word.isdigit():
            # «pulsa 5» asks for what its name calls 5.000.
            known.append(self._words.get(f"{word}000", frozenset()))
        if len(word) >= MIN_FUZZY_CHARS - 1 and not word.isdigit():
            known += [places for other, places in self._words.items() if other.startswith(word)]
        known += [self._words.get(operator, frozenset()) for operator in operators_in(word)]
        return frozenset().union(*known)

    def _alike(self, word: str) -> frozenset[int]:
        if len(word) < MIN_FUZZY_CHARS or word.isdigit():
            return self._spelled(word)
        found = process.extract(word, self._words.keys(), scorer=ratio, score_cutoff=MIN_LIKENESS, limit=5)
        return frozenset().union(*(self._words[match[0]] for match in found))


def words_of(text: str) -> list[str]:
    """Give words and numbers of a text: `simpati` and `5000` of `Simpati 5.000`, `5` and `gb` of `5GB`."""
    return _WORD.findall(_THOUSANDS.sub("", text.casefold()))


def _letters(code: str) -> str:
    found = _CODE_LETTERS.match(code)
    return found[0] if found else ""


def _serves(other: Product, product: Product) -> bool:
    return other.rule is product.rule and other.operator is product.operator
