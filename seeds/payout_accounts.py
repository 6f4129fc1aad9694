"""A payout account of the demonstration that was changed: told to who held office, objected to, found in order."""

from app.clock import bishkek_day
from app.services import account_notices, account_objections, payout_accounts
from app.services.actors import Actor
from models.account_notices import NoticeWay
from models.account_objections import ObjectionVerdict
from models.associations import Association
from seeds.agenda import Story, at, later
from seeds.programme import Programme

BANK = "Көрсөтмө Банк"
WHY = "Казыначы эсеп ачылганын билбей калыптыр: жыйынга катышкан эмес."
FOUND = "Айыл жыйынынын протоколу менен банктын каты каралды, төрага да, казыначы да телефондон ырастады."


def changed(programme: Programme, association: Association) -> Story:
    """The association opens another account; its treasurer objects, finance and the secretary look into it."""
    chance = programme.chance("changed account", association.id)
    now = yield at(programme.calendar.on(2025, 2, 18), 10, 5)
    operator = Actor(programme.operators[association.centre_id], on_behalf_of=association)
    account = payout_accounts.propose(
        association,
        bank=BANK,
        number=f"1290{chance.randrange(10**12):012d}",
        holder=association.name_ky,
        actor=operator,
        now=now,
    )
    now = yield later(now, 1, chance)
    finance = programme.as_staff("finance1")
    for one in account_notices.contacts(account):
        account_notices.record(account, one.person.id, NoticeWay.PHONE, bishkek_day(now), actor=finance, now=now)
    payout_accounts.confirm(account, actor=programme.as_staff("finance2"), now=now)
    treasurer = account_notices.contacts(account)[-1].person.full_name
    now = yield later(now, 1, chance)
    objection = account_objections.raise_(account, said_by=treasurer, reason=WHY, actor=operator, now=now)
    now = yield later(now, 1, chance)
    account_objections.answer(
        objection, ObjectionVerdict.DISMISS, reason=FOUND, actor=programme.as_staff("finance2"), now=now
    )
    now = yield later(now, 1, chance)
    account_objections.agree(objection, actor=programme.as_staff("secretary"), now=now)
