"""The catalogue: all products in the operator's order, and lookups and search among them."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeVar

from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from bot.catalogue.inference import carriers_in
from bot.catalogue.product import Carrier, DestinationRule, Product

K = TypeVar("K")

_WORD = re.compile(r"im3(?!\d)|[^\W\d_]+|\d+")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}\b)")
_TERM_SEPARATORS = re.compile(r"[\s,;]+")
_QUERY_SEPARATORS = re.compile(r"[,;]")
_AROUND = " \t\n?!.,;"
_PIN = re.compile(r"[.*#]\d{4,6}$")
_METER = re.compile(r"[1-9]\d{10,11}")
_GROUPING = re.compile(r"[\s.-]")


def words_in(text: str) -> list[str]:
    """Return words and numbers: `simpati` and `5000` of `Simpati 5.000`, `5` and `gb` of `5GB`."""
    return _WORD.findall(_THOUSANDS.sub("", text.casefold()))


def split_terms(typed: str) -> list[str]:
    """Split at blanks and commas: `s5, i5 x10?` has three terms."""
    return [term for part in _TERM_SEPARATORS.split(typed) if (term := part.strip(_AROUND))]


def split_queries(typed: str) -> list[str]:
    """Split at commas: `xl 10.000, axis?` has two queries."""
    parts = _QUERY_SEPARATORS.split(_THOUSANDS.sub("", typed))
    return [query for part in parts if (query := part.strip(_AROUND))]


def without_pin(query: str) -> str:
    """Remove the PIN that other pulsa servers require behind a code: `i.1234` means `i`."""
    return _PIN.sub("", query)


def is_meter_number(typed: str) -> bool:
    """Return whether `typed` is a PLN meter or customer number, with or without grouping."""
    return _METER.fullmatch(_GROUPING.sub("", typed.strip(_AROUND))) is not None


LONG_CODE_CHARS = 6
"""A code of this length is recognisable with two typos; a shorter one becomes another code."""

MIN_FUZZY_CHARS = 4
MIN_SIMILARITY = 75
"""In percent: `telkmsel` matches `telkomsel`, `axis` does not match `axiata`."""

_CODE_LETTERS = re.compile(r"[a-z]*")


class Catalogue(Struct, frozen=True, kw_only=True, dict=True):
    """The products in display order; `version` grows with each change.

    It may be empty: then the bot accepts every code.
    """

    version: int = 0
    products: tuple[Product, ...] = ()

    def __repr__(self) -> str:
        """Return the version only: there may be a thousand products."""
        return f"Catalogue(version={self.version})"

    def __bool__(self) -> bool:
        return bool(self.products)

    def __iter__(self) -> Iterator[Product]:
        return iter(self.products)

    @cached_property
    def _by_code(self) -> dict[str, Product]:
        return {product.code.casefold(): product for product in self.products}

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {code: position for position, code in enumerate(self._by_code)}

    @cached_property
    def _words(self) -> dict[str, frozenset[int]]:
        """The positions of the products that have a word in their group, name or carrier, by word."""
        positions: dict[str, set[int]] = {}
        for position, product in enumerate(self.products):
            for word in words_in(f"{product.group} {product.name} {product.carrier or ''}"):
                positions.setdefault(word, set()).add(position)
        return {word: frozenset(of_word) for word, of_word in positions.items()}

    @cached_property
    def _by_group(self) -> dict[str, tuple[Product, ...]]:
        return _grouped((product.group, product) for product in self.products)

    @cached_property
    def _by_nominal(self) -> dict[int, tuple[Product, ...]]:
        return _grouped((product.nominal, product) for product in self.products if product.nominal)

    @cached_property
    def _by_letters(self) -> dict[str, tuple[Product, ...]]:
        """The products by the letters at the beginning of their codes."""
        return _grouped((_letters(code), product) for code, product in self._by_code.items())

    @cached_property
    def _sorted_codes(self) -> list[str]:
        return sorted(self._by_code)

    @cached_property
    def _sorted_words(self) -> list[str]:
        return sorted(self._words)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups in the order of their first product."""
        return tuple(self._by_group)

    def find(self, code: str) -> Product | None:
        """Return the product of this code in any letter case."""
        return self._by_code.get(code.casefold())

    def in_group(self, group: str) -> tuple[Product, ...]:
        return self._by_group.get(group, ())

    def with_letters(self, letters: str) -> tuple[Product, ...]:
        """Return the products whose codes begin with exactly these letters: `s` matches s5, not smart5."""
        return self._by_letters.get(letters, ())

    def for_nominal(self, nominal: int, carrier: Carrier | None) -> tuple[Product, ...]:
        """Return the products of a nominal, of any carrier if `carrier` is None.

        They include pulsa and PLN tokens: the rule of a product shows if it takes a phone or a meter number.
        """
        return tuple(
            product
            for product in self._by_nominal.get(nominal, ())
            if carrier is None or product.carrier is carrier
        )

    def for_carrier(self, carrier: Carrier) -> tuple[Product, ...]:
        """Return the products that only numbers of this carrier can receive."""
        return tuple(product for product in self.products if product.carrier is carrier)

    def substitutes(self, product: Product, limit: int = 4) -> tuple[Product, ...]:
        """Return open products of the same group, rule and carrier, nearest in price first.

        Half of them are dearer than `product` and half are not, if there are enough of both.
        """
        others = [
            other
            for other in self.in_group(product.group)
            if other.is_open and other.code != product.code and _is_same_kind(other, product)
        ]
        others.sort(key=lambda other: self._distance(other, product))
        dearer = [other for other in others if self._is_dearer(other, product)]
        cheaper = [other for other in others if not self._is_dearer(other, product)]
        half = limit // 2
        max_cheaper, max_dearer = limit - min(half, len(dearer)), limit - min(half, len(cheaper))
        chosen = {other.code for other in (*cheaper[:max_cheaper], *dearer[:max_dearer])}
        return tuple(other for other in others if other.code in chosen)[:limit]

    def _is_dearer(self, other: Product, product: Product) -> bool:
        """Return whether `other` is dearer; without prices, whether it is further down the catalogue."""
        if other.price_idr is None or product.price_idr is None:
            return self._positions[other.code.casefold()] > self._positions[product.code.casefold()]
        return other.price_idr > product.price_idr

    def _distance(self, other: Product, product: Product) -> tuple[int, int]:
        by_position = abs(self._positions[other.code.casefold()] - self._positions[product.code.casefold()])
        if other.price_idr is None or product.price_idr is None:
            return (by_position, by_position)
        return (abs(other.price_idr - product.price_idr), by_position)

    def similar(self, code: str, limit: int = 3) -> tuple[Product, ...]:
        """Return products whose codes differ by one edit from `code`, a long one by two, nearest first."""
        typed = code.casefold()
        max_edits = 1 if len(typed) < LONG_CODE_CHARS else 2
        found = process.extract(
            typed, self._sorted_codes, scorer=OSA.distance, score_cutoff=max_edits, limit=None
        )
        ranked = sorted(found, key=lambda match: self._rank(typed, match[0], int(match[1])))
        return tuple(self._by_code[match[0]] for match in ranked[:limit])

    def _rank(self, typed: str, code: str, edits: int) -> tuple[int, bool, bool, bool, int]:
        """Return a sort key: fewest edits, then open, then same letters: `s6` means an `s…`, not an `x6`."""
        other_letters = _letters(code) != _letters(typed)
        is_closed = not self._by_code[code].is_open
        return (edits, is_closed, other_letters, len(code) != len(typed), self._positions[code])

    def search(self, words: str) -> tuple[Product, ...]:
        """Return the products for codes, beginnings of codes, words of names, or a meter number."""
        typed = words.casefold()
        if is_meter_number(typed):
            return tuple(product for product in self.products if product.rule is DestinationRule.METER)
        terms = split_terms(typed)
        if terms and all(term in self._by_code for term in terms):
            return self._at(self._positions[term] for term in terms)
        found = [
            self._find_all(query) or self._find_all(without_pin(query)) for query in split_queries(typed)
        ]
        return self._at(frozenset().union(*found))

    def _at(self, positions: Iterable[int]) -> tuple[Product, ...]:
        return tuple(self.products[position] for position in sorted(set(positions)))

    def _find_all(self, query: str) -> frozenset[int]:
        """Return the positions of the products that match `query`, as do the methods below."""
        if query in self._by_code:
            return frozenset({self._positions[query]})
        words = words_in(query)
        exact = self._with_code(query) | self._with_words(words, self._with_word)
        return exact or self._with_words(words, self._with_similar_word)

    def _with_code(self, typed: str) -> frozenset[int]:
        """Match `s` to s5 and s10, not to smart5; without a code of the same letters, to what it begins."""
        if not typed:
            return frozenset()
        same = frozenset(self._positions[product.code.casefold()] for product in self.with_letters(typed))
        return same or frozenset(self._positions[code] for code in _beginning_with(typed, self._sorted_codes))

    def _with_words(self, words: list[str], with_word: Callable[[str], frozenset[int]]) -> frozenset[int]:
        if not words:
            return frozenset()
        return frozenset.intersection(*(with_word(word) for word in words))

    def _with_word(self, word: str) -> frozenset[int]:
        """Match a whole word, the beginning of one from three letters on, or any name of a carrier."""
        found = [self._words.get(word, frozenset())]
        if word.isdigit():
            # «pulsa 5» means a product whose name has 5.000.
            found.append(self._words.get(f"{word}000", frozenset()))
        if len(word) >= MIN_FUZZY_CHARS - 1 and not word.isdigit():
            found += [self._words[other] for other in _beginning_with(word, self._sorted_words)]
        found += [self._words.get(carrier, frozenset()) for carrier in carriers_in(word)]
        return frozenset().union(*found)

    def _with_similar_word(self, word: str) -> frozenset[int]:
        if len(word) < MIN_FUZZY_CHARS or word.isdigit():
            return self._with_word(word)
        found = process.extract(word, self._words.keys(), scorer=ratio, score_cutoff=MIN_SIMILARITY, limit=5)
        return frozenset().union(*(self._words[match[0]] for match in found))


def _grouped(pairs: Iterable[tuple[K, Product]]) -> dict[K, tuple[Product, ...]]:
    lists: dict[K, list[Product]] = {}
    for key, product in pairs:
        lists.setdefault(key, []).append(product)
    return {key: tuple(products) for key, products in lists.items()}


def _beginning_with(start: str, words: list[str]) -> Iterator[str]:
    """Yield the words of a sorted list that begin with `start`."""
    for position in range(bisect_left(words, start), len(words)):
        if not words[position].startswith(start):
            return
        yield words[position]


def _letters(code: str) -> str:
    found = _CODE_LETTERS.match(code)
    return found[0] if found else ""


def _is_same_kind(other: Product, product: Product) -> bool:
    return other.rule is product.rule and other.carrier is product.carrier
