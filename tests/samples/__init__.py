"""A notice of each kind, made up once for every test that goes through all of them."""

from bot.notices import Notice
from tests.samples import (
    accounts,
    admins,
    balances,
    catalogue,
    complaints,
    deposits,
    desk,
    looking,
    ordering,
    orders,
    people,
    prices,
    receipts,
    reports,
    restore,
    selling_prices,
    serial_numbers,
    talk,
    topups,
)

TO_RESELLERS: tuple[Notice, ...] = (
    *orders.TO_RESELLERS,
    *ordering.TO_RESELLERS,
    *balances.TO_RESELLERS,
    *accounts.TO_RESELLERS,
    *receipts.TO_RESELLERS,
    *complaints.TO_RESELLERS,
    *deposits.TO_RESELLERS,
    *people.TO_RESELLERS,
    *talk.TO_RESELLERS,
    *restore.TO_RESELLERS,
    *prices.TO_RESELLERS,
    *looking.TO_RESELLERS,
    *reports.TO_RESELLERS,
)
TO_ADMINS: tuple[Notice, ...] = (
    *orders.TO_ADMINS,
    *admins.TO_ADMINS,
    *balances.TO_ADMINS,
    *accounts.TO_ADMINS,
    *catalogue.TO_ADMINS,
    *complaints.TO_ADMINS,
    *deposits.TO_ADMINS,
    *desk.TO_ADMINS,
    *people.TO_ADMINS,
    *talk.TO_ADMINS,
    *restore.TO_ADMINS,
    *looking.TO_ADMINS,
    *selling_prices.TO_ADMINS,
    *topups.TO_ADMINS,
    *serial_numbers.TO_ADMINS,
)
ALL = (*TO_RESELLERS, *TO_ADMINS)
