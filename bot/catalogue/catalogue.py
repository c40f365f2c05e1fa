"""All products at once, in the operator's order, and the ways to find one; empty where codes pass through."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from bot.catalogue.inference import carriers_in
from bot.catalogue.product import Carrier, DestinationRule, Product
from bot.catalogue.search_query import is_meter_number, split_queries, split_terms, without_pin, words_of

LONG_CODE_CHARS = 6
"""From this length on a code is recognisable with two letters wrong; a shorter one is another then."""

MIN_FUZZY_CHARS = 4
MIN_LIKENESS = 75
"""In percent: `telkmsel` is like `telkomsel`, `axis` is not like `axiata`."""

_CODE_LETTERS = re.compile(r"[a-z]*")


class Catalogue(Struct, frozen=True, kw_only=True, dict=True):
    """The products in the order in which people are shown them; `version` grows with each change."""

    version: int = 0
    products: tuple[Product, ...] = ()

    def __repr__(self) -> str:
        return f"Catalogue(version={self.version})"

    def __bool__(self) -> bool:
        """Return whether there is a catalogue at all: without one every code passes through."""
        return bool(self.products)

    def __iter__(self) -> Iterator[Product]:
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
            for word in words_of(f"{product.group} {product.name} {product.carrier or ''}"):
                places.setdefault(word, set()).add(place)
        return {word: frozenset(found) for word, found in places.items()}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups in the order of their first product."""
        return tuple(dict.fromkeys(product.group for product in self.products))

    def find(self, code: str) -> Product | None:
        """Return the product of this code, in whatever letter case it is typed."""
        return self._by_code.get(code.casefold())

    def in_group(self, group: str) -> tuple[Product, ...]:
        return tuple(product for product in self.products if product.group == group)

    def for_nominal(self, nominal: int, carrier: Carrier | None) -> tuple[Product, ...]:
        """Return the products of a nominal, pulsa and tokens both, of any network where `carrier` is None."""
        return tuple(
            product
            for product in self.products
            if product.nominal == nominal and (carrier is None or product.carrier is carrier)
        )

    def for_carrier(self, carrier: Carrier) -> tuple[Product, ...]:
        """Return the products that are for numbers of this network alone, in order."""
        return tuple(product for product in self.products if product.carrier is carrier)

    def substitutes(self, product: Product, limit: int = 4) -> tuple[Product, ...]:
        """Return open products that may serve instead: of the same group and kind, nearest in price first.

        Half of them are dearer and half are not, as far as there are any.
        """
        others = [
            other
            for other in self.in_group(product.group)
            if other.is_open and other.code != product.code and _serves(other, product)
        ]
        others.sort(key=lambda other: self._remoteness(other, product))
        dearer = [other for other in others if self._is_beyond(other, product)]
        cheaper = [other for other in others if not self._is_beyond(other, product)]
        half = limit // 2
        below, above = limit - min(half, len(dearer)), limit - min(half, len(cheaper))
        chosen = {one.code for one in (*cheaper[:below], *dearer[:above])}
        return tuple(other for other in others if other.code in chosen)[:limit]

    def _is_beyond(self, other: Product, product: Product) -> bool:
        """Return whether `other` is dearer, or stands below it where a price is missing."""
        if other.price_idr is None or product.price_idr is None:
            return self._places[other.code.casefold()] > self._places[product.code.casefold()]
        return other.price_idr > product.price_idr

    def _remoteness(self, other: Product, product: Product) -> tuple[int, int]:
        by_place = abs(self._places[other.code.casefold()] - self._places[product.code.casefold()])
        if other.price_idr is None or product.price_idr is None:
            return (by_place, by_place)
        return (abs(other.price_idr - product.price_idr), by_place)

    def similar(self, code: str, limit: int = 3) -> tuple[Product, ...]:
        """Return products whose codes differ by one edit from `code`, a long one by two, nearest first."""
        typed = code.casefold()
        max_edits = 1 if len(typed) < LONG_CODE_CHARS else 2
        found = process.extract(
            typed, list(self._by_code), scorer=OSA.distance, score_cutoff=max_edits, limit=None
        )
        ranked = sorted(found, key=lambda match: self._rank(typed, match[0], int(match[1])))
        return tuple(self._by_code[match[0]] for match in ranked[:limit])

    def _rank(self, typed: str, code: str, edits: int) -> tuple[int, bool, bool, bool, int]:
        """What can be bought comes first, then codes of the same letters: `s6` means an `s…`, not an `x6`."""
        has_other_letters = _letters(code) != _letters(typed)
        is_closed = not self._by_code[code].is_open
        return (edits, is_closed, has_other_letters, len(code) != len(typed), self._places[code])

    def search(self, words: str) -> tuple[Product, ...]:
        """Return the products that `words` mean: codes, their beginning, words of a name, or a meter."""
        typed = words.casefold()
        if is_meter_number(typed):
            return tuple(product for product in self.products if product.rule is DestinationRule.METER)
        parts = split_terms(typed)
        if parts and all(part in self._by_code for part in parts):
            return self._at(self._places[part] for part in parts)
        found = [
            self._for_query(query) or self._for_query(without_pin(query)) for query in split_queries(typed)
        ]
        return self._at(frozenset().union(*found))

    def _at(self, places: Iterable[int]) -> tuple[Product, ...]:
        return tuple(self.products[place] for place in sorted(set(places)))

    def _for_query(self, query: str) -> frozenset[int]:
        if query in self._by_code:
            return frozenset({self._places[query]})
        words = words_of(query)
        spelled = self._of_codes(query) | self._of_words(words, self._spelled)
        return spelled or self._of_words(words, self._alike)

    def _of_codes(self, typed: str) -> frozenset[int]:
        """`s` means s5 and s10, not smart5; only where there is no such code it means what begins so."""
        if not typed:
            return frozenset()
        same = frozenset(place for code, place in self._places.items() if _letters(code) == typed)
        return same or frozenset(place for code, place in self._places.items() if code.startswith(typed))

    def _of_words(self, words: list[str], places_of: Callable[[str], frozenset[int]]) -> frozenset[int]:
        """Return the places of the products that fit every word."""
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
        known += [self._words.get(carrier, frozenset()) for carrier in carriers_in(word)]
        return frozenset().union(*known)

    def _alike(self, word: str) -> frozenset[int]:
        if len(word) < MIN_FUZZY_CHARS or word.isdigit():
            return self._spelled(word)
        found = process.extract(word, self._words.keys(), scorer=ratio, score_cutoff=MIN_LIKENESS, limit=5)
        return frozenset().union(*(self._words[match[0]] for match in found))


def _letters(code: str) -> str:
    found = _CODE_LETTERS.match(code)
    return found[0] if found else ""


def _serves(other: Product, product: Product) -> bool:
    return other.rule is product.rule and other.carrier is product.carrier
