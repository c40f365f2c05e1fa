"""Only code that shows resellers no price reads the catalogue with its costs and the prices of all levels."""

import re
from pathlib import Path

BOT = Path(__file__).resolve().parents[2] / "bot"

ONLY_FOR_ADMINS = {
    "desk/products.py",
    "features/people/price_levels.py",
    "features/price_list/catalogue_admin.py",
    "features/price_list/import_review.py",
}
ONLY_CODES_AND_NAMES = {
    "features/guidance.py": 2,
    "features/people/bot_access.py": 1,
    "features/receipts/receipts.py": 2,
    "features/shopping/destination_prompt.py": 1,
    "handlers/messages.py": 1,
    "purchasing/placing.py": 1,
    "purchasing/product_health.py": 1,
    "purchasing/settlement.py": 1,
    "purchasing/sn_forwarding.py": 1,
    "purchasing/unread_messages.py": 1,
}
"""How often each does; the rest of it reads `catalogue_for` a person."""


def test_the_whole_catalogue_is_read_where_no_price_is_shown_to_a_reseller() -> None:
    found = {
        str(file.relative_to(BOT)): len(re.findall(r"work\.catalogue\b", file.read_text(encoding="utf-8")))
        for file in BOT.rglob("*.py")
    }
    assert {name: n for name, n in found.items() if n and name not in ONLY_FOR_ADMINS} == ONLY_CODES_AND_NAMES
