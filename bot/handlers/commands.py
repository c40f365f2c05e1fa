"""What each command does; a reseller is shown nothing of the operator's."""

from msgspec import Struct

from bot.actors import Role, Standing
from bot.features.complaints import complaints
from bot.features.history.order_lookup import Asker
from bot.features.people import membership
from bot.features.price_list import catalogue_admin
from bot.features.receipts import receipts
from bot.grammar.irregular import cancel_request
from bot.grammar.parsed import EXAMPLE, Command, InputError
from bot.grammar.period import day_of, midnight_ms
from bot.handlers import browsing, helping
from bot.notices.alarms import BillerBalance
from bot.notices.guidance import AdminsOnly, BalanceWithheld, NotUnderstood
from bot.notices.people import ResellerList, ResellerRow
from bot.orders.model import Outcome
from bot.purchasing import manual_resolution, restore_gate
from bot.unit_of_work import Address, Desk
from storage import balances, orders, people
from storage.transaction import Tx

MAX_RESELLERS_SHOWN = 50
"""A list that fits one message of 4,096 characters with names of any length."""

_STANDINGS = {"bekukan": Standing.FROZEN, "hapus": Standing.REMOVED, "aktifkan": Standing.APPROVED}
_OUTCOMES = {"sukses": Outcome.SUCCESS, "gagal": Outcome.FAILURE}

_OF_BALANCE = frozenset(("saldo", "sal", "s", "cs", "tiket", "deposit", "mutasi", "rek"))
"""What resellers of other servers ask about a balance of theirs."""

_OF_ADMINS = frozenset(("reseller", "katalog", "buka", "tutup", "tertunda", *_STANDINGS, *_OUTCOMES))


class Caller(Struct, frozen=True, kw_only=True):
    """Who asks, and where the answer goes."""

    user_id: int
    name: str
    role: Role
    place: Address
    is_private: bool


def carry_out(tx: Tx, desk: Desk, command: Command, caller: Caller, *, now_ms: int) -> None:
    """Do what a reseller or an admin asks for; the operator's matters only in an admin's private chat."""
    if (
        caller.role is Role.ADMIN
        and caller.is_private
        and _carry_out_for_admin(tx, desk, command, caller, now_ms)
    ):
        return
    asker = Asker(
        user_id=caller.user_id,
        place=caller.place,
        sees_all=caller.role is Role.ADMIN and caller.is_private,
    )
    if browsing.answer(tx, desk, command, asker, now_ms=now_ms):
        return
    match command.word:
        case "start" | "daftar":
            desk.say(tx, helping.welcome_notice(tx, desk, caller.role, now_ms), caller.place, at_ms=now_ms)
        case "bantuan" | "help" | "format" | "menu":
            desk.say(tx, helping.help_notice(tx, desk, caller.role, now_ms), caller.place, at_ms=now_ms)
        case "struk":
            receipts.edit_settings(
                tx, desk, command.rest, caller.place, user_id=caller.user_id, now_ms=now_ms
            )
        case "komplain" | "komplen" | "komplin" | "kom" | "k" | "lapor":
            complaints.open_complaint_about(
                tx, desk, command.rest, caller.place, user_id=caller.user_id, now_ms=now_ms
            )
        case word if word in _OF_BALANCE:
            withheld = AdminsOnly() if caller.role is Role.ADMIN else BalanceWithheld()
            desk.say(tx, withheld, caller.place, at_ms=now_ms)
        case word if word in _OF_ADMINS and command.slash:
            desk.say(tx, AdminsOnly(), caller.place, at_ms=now_ms)
        case "batal" | "btl" | "cancel":
            misread = cancel_request(command.rest)
            told = NotUnderstood(input_error=misread.input_error, suggestion=misread.suggestion)
            desk.say(tx, told, caller.place, at_ms=now_ms)
        case _:
            told = NotUnderstood(input_error=InputError.NOT_AN_ORDER, suggestion=EXAMPLE)
            desk.say(tx, told, caller.place, at_ms=now_ms)


def _carry_out_for_admin(tx: Tx, desk: Desk, command: Command, caller: Caller, now_ms: int) -> bool:
    judge = manual_resolution.Judge(
        admin_id=caller.user_id, name=caller.name, place=caller.place, message_id=None, now_ms=now_ms
    )
    match command.word:
        case word if word in _OF_BALANCE:
            desk.say(tx, balance_shown(tx, desk, now_ms), caller.place, at_ms=now_ms)
        case "reseller":
            desk.say(tx, _resellers(tx), caller.place, at_ms=now_ms)
        case "bekukan" | "hapus" | "aktifkan":
            membership.change_standing(
                tx,
                desk,
                command.rest,
                _STANDINGS[command.word],
                admin_id=caller.user_id,
                admin_name=caller.name,
                place=caller.place,
                now_ms=now_ms,
            )
        case "katalog":
            catalogue_admin.send_catalogue(tx, desk, command.rest, _keeper(caller), now_ms=now_ms)
        case "buka" | "tutup":
            is_open = command.word == "buka"
            catalogue_admin.switch_products(
                tx, desk, command.rest, _keeper(caller), is_open=is_open, now_ms=now_ms
            )
        case "komplain" | "komplen" | "komplin" | "kom" | "k" | "lapor" if not command.rest:
            complaints.show_open(tx, desk, caller.place, now_ms=now_ms)
        case "tertunda":
            restore_gate.show_card(tx, desk, judge)
            manual_resolution.show_open(tx, desk, judge)
        case "sukses" | "gagal":
            trxid, _, typed = command.rest.partition(" ")
            _rule(tx, desk, trxid, _OUTCOMES[command.word], typed.strip(), judge)
        case _:
            return False
    return True


def _keeper(caller: Caller) -> catalogue_admin.Keeper:
    return catalogue_admin.Keeper(user_id=caller.user_id, name=caller.name, place=caller.place)


def _rule(
    tx: Tx, desk: Desk, trxid: str, outcome: Outcome, typed: str, judge: manual_resolution.Judge
) -> None:
    sn = manual_resolution.read_sn(typed)
    if outcome is Outcome.SUCCESS and typed and sn is None:
        manual_resolution.ask_for_sn(tx, desk, trxid, judge)
    else:
        manual_resolution.ask_confirmation(
            tx, desk, trxid, outcome, sn if outcome is Outcome.SUCCESS else None, judge
        )


def balance_shown(tx: Tx, desk: Desk, now_ms: int) -> BillerBalance:
    """Gather what is known of the operator's money at the biller."""
    last = balances.last_balance(tx)
    still_open = balances.open_sum(tx)
    today = balances.succeeded_since(tx, midnight_ms(day_of(now_ms, desk.zone), desk.zone))
    return BillerBalance(
        balance_idr=last.balance_idr if last else None,
        reported_at_ms=last.reported_at_ms if last else None,
        source=last.source if last else None,
        open_count=still_open.count,
        open_sum_idr=still_open.cost_idr,
        today_count=today.count,
        today_sum_idr=today.cost_idr,
        waiting_count=len(orders.for_admins(tx, limit=100)),
        held_since_ms=desk.held_since_ms(),
    )


def _resellers(tx: Tx) -> ResellerList:
    rows = tuple(
        ResellerRow(user_id=p.user_id, name=p.name, username=p.username, standing=p.standing)
        for p in people.listed(tx, limit=MAX_RESELLERS_SHOWN)
    )
    return ResellerList(rows=rows, more=max(0, people.count_listed(tx) - len(rows)))
