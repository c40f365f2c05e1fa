"""A notice of each kind about SNs."""

from bot.notices import serial_numbers as say
from tests.samples.facts import ABOUT, TOKEN_SN

RAW = f"Transaksi pln20.14444941364 SUKSES. {TOKEN_SN} Trims"

TO_ADMINS: tuple[say.SerialNumberNotice, ...] = (
    say.SnUnread(**ABOUT, candidate=TOKEN_SN, raw=RAW),
    say.SnUnread(**ABOUT, candidate="", raw=RAW),
    say.OtherSnReported(**ABOUT, sn=TOKEN_SN, other_sn="51203948571", raw=RAW),
    say.SnPrompt(**ABOUT),
    say.SnForwarded(**ABOUT, sn=TOKEN_SN, admin_name="Ani"),
    say.SnForwarded(**ABOUT, sn=TOKEN_SN, admin_name=""),
    say.SnRejected(trxid="123"),
    say.SnRejected(trxid=""),
)
