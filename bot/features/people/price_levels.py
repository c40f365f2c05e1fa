"""Commands of admins for the levels of prices: list them, set one, give it to a reseller."""

from msgspec.structs import replace

from bot.actors import Actor, Address, Standing
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.levels import Level
from bot.grammar.level_command import (
    DeleteLevel,
    GiveLevel,
    LevelError,
    SetLevel,
    ShowLevels,
    read_level_command,
)
from bot.grammar.parsed import Command
from bot.notices.people import PersonNotFound
from bot.notices.selling_prices import (
    LevelChanged,
    LevelGiven,
    LevelList,
    LevelRejected,
    LevelRow,
    ResellerName,
    SellingPricesNotice,
)
from bot.purchasing.payment import paying_account
from bot.routing import Audience, CommandRoute, Routes
from bot.unit_of_work import UnitOfWork
from storage import invites, levels, people
from storage.catalogue import CatalogueEdit

MAX_TYPED_CHARS = 60
MAX_NAMES_SHOWN = 5

BY_COMMAND = "level"
"""The source of a change of the catalogue by the deletion of a level."""


def _answer_level(work: UnitOfWork, admin: Actor, command: Command) -> None:
    """Answer `/level …`."""
    match read_level_command(command.rest):
        case ShowLevels():
            work.notify(_list(work), admin.address)
        case SetLevel() as setting:
            _set(work, admin, setting)
        case DeleteLevel() as deletion:
            _delete(work, admin, deletion, command.rest)
        case GiveLevel() as gift:
            give_level(work, admin, gift, command.rest)
        case LevelError() as error:
            _reject(work, admin, error, command.rest)


def _list(work: UnitOfWork) -> LevelList:
    catalogue = work.catalogue
    return LevelList(
        rows=tuple(
            LevelRow(
                level=use.level.name,
                markup=use.level.markup,
                reseller_count=len(use.names),
                resellers=tuple(ResellerName(name=name) for name in use.names[:MAX_NAMES_SHOWN]),
                listed_count=_count_listed(catalogue, use.level.key),
            )
            for use in levels.with_resellers(work.tx)
        )
    )


def _count_listed(catalogue: Catalogue, key: str) -> int:
    return sum(any(price.level == key for price in product.level_prices) for product in catalogue)


def _set(work: UnitOfWork, admin: Actor, setting: SetLevel) -> None:
    use = next((use for use in levels.with_resellers(work.tx) if use.level.key == setting.key), None)
    name = use.level.name if use else setting.name
    is_changed = use is None or use.level.markup != setting.markup
    if is_changed:
        level = Level(key=setting.key, name=name, markup=setting.markup)
        levels.save(work.tx, level, at_ms=work.now_ms, changed_by=admin.user_id)
    changed = LevelChanged(
        level=name,
        before=use.level.markup if use else None,
        after=setting.markup,
        reseller_count=len(use.names) if use else 0,
        admin_name=admin.name,
    )
    if is_changed:
        _tell(work, admin, changed)
    else:
        work.notify(changed, admin.address)


def _delete(work: UnitOfWork, admin: Actor, deletion: DeleteLevel, typed: str) -> None:
    level = levels.find(work.tx, deletion.key)
    if level is None:
        _reject(work, admin, LevelError.NO_SUCH_LEVEL, typed)
        return
    if not levels.delete(work.tx, level.key):
        _reject(work, admin, LevelError.IN_USE, typed)
        return
    _remove_prices(work, admin, level)
    invites.revoke_of_level(work.tx, level.key, revoked_by=admin.user_id, at_ms=work.now_ms)
    changed = LevelChanged(
        level=level.name, before=level.markup, after=None, reseller_count=0, admin_name=admin.name
    )
    _tell(work, admin, changed)


def _remove_prices(work: UnitOfWork, admin: Actor, level: Level) -> None:
    """Remove the prices of a level from the catalogue: a later level of this name must not have them."""
    old = work.catalogue
    if not _count_listed(old, level.key):
        return
    new = tuple(
        replace(
            product, level_prices=tuple(price for price in product.level_prices if price.level != level.key)
        )
        for product in old
    )
    edit = CatalogueEdit(
        stamp=work.nonce(), at_ms=work.now_ms, user_id=admin.user_id, name=admin.name, source=BY_COMMAND
    )
    work.replace_catalogue(old, new, edit)


def give_level(work: UnitOfWork, admin: Actor, gift: GiveLevel, typed: str) -> None:
    """Assign a level to the shop for which a person orders, or take it away."""
    level = levels.find(work.tx, gift.key) if gift.key else None
    if gift.key and level is None:
        _reject(work, admin, LevelError.NO_SUCH_LEVEL, typed)
        return
    person = people.find_owner(work.tx, gift.person)
    if person is None or person.standing not in (Standing.APPROVED, Standing.FROZEN):
        work.notify(PersonNotFound(typed=gift.person), admin.address)
        return
    shop_id = paying_account(work, person.user_id).shop_id
    levels.give(work.tx, shop_id, level.key if level else None, at_ms=work.now_ms)
    given = LevelGiven(
        user_id=person.user_id,
        name=person.name,
        level=level.name if level else "",
        admin_name=admin.name,
    )
    _tell(work, admin, given)


def _reject(work: UnitOfWork, admin: Actor, error: LevelError, typed: str) -> None:
    names = tuple(level.name for level in levels.listed(work.tx))
    rejected = LevelRejected(error=error, typed=typed[:MAX_TYPED_CHARS], levels=names)
    work.notify(rejected, admin.address)


def _tell(work: UnitOfWork, admin: Actor, notice: SellingPricesNotice) -> None:
    """Answer the admin, and tell the others."""
    work.notify(notice, admin.address)
    for admin_id in work.admin_ids:
        if admin_id != admin.user_id:
            work.notify(notice, Address(chat_id=admin_id))


ROUTES = Routes(commands=(CommandRoute(("level",), _answer_level, Audience.ADMINS),))
