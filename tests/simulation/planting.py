"""Plants a bug in this process: functions, methods and statements are replaced by the objects themselves.

A bug names what it changes as Python does, so that a rename or a changed signature is found by the type
checker, and not by a bug that no longer bites.
"""

import sys
from collections.abc import Callable
from types import MappingProxyType, ModuleType
from typing import Any

from storage.statements import STATEMENTS

PACKAGES = ("bot", "storage", "tests")
"""The tests too: a fake of theirs may hold a function of the program."""


class Patch:
    """Replaces parts of the program; what is not found is an error, never a bug that does nothing."""

    def replace(self, original: object, replacement: object) -> None:
        """Put `replacement` wherever a module of the program holds `original` as a global."""
        holders = [
            (module, name)
            for module in _modules()
            for name, value in vars(module).items()
            if value is original
        ]
        if not holders:
            raise LookupError(f"no module of the program holds {original!r}")
        for module, name in holders:
            setattr(module, name, replacement)

    def method(self, owner: type, original: object, replacement: object) -> None:
        """Put `replacement` in the place of a method or property that `owner` itself defines."""
        names = [name for name, value in vars(owner).items() if value is original]
        if len(names) != 1:
            raise LookupError(f"{owner.__name__} does not define {original!r}")
        setattr(owner, names[0], replacement)

    def statement(self, name: str, change: Callable[[str], str]) -> None:
        """Change the SQL of a named statement."""
        statement = STATEMENTS[name]
        changed_sql = change(statement)
        if changed_sql == statement:
            raise LookupError(f"the statement {name} does not hold what is to be changed")
        changed = MappingProxyType({**STATEMENTS, name: changed_sql})
        self.replace(STATEMENTS, changed)


def _modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.partition(".")[0] in PACKAGES]


Bug = Callable[[Patch], Any]
"""A function that plants one bug."""
