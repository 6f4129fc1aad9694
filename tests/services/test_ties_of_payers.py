"""Who has a tie to an applicant decides about none of its money; each verb is tried by a name of its own."""

from datetime import timedelta

import pytest

from app import clock
from app.services import (
    agreement_signatures,
    contributions,
    expenditures,
    grant_amendments,
    reductions,
    repayments,
    results,
    tranches,
)
from app.services.actors import Actor
from app.services.errors import SeparationOfDutyError
from models.base import db
from models.users import Role

TEXT = "Себеби кагазда жазылган"


def tied(programme, grant):
    """A finance officer who lives in the association's ayil okmotu."""
    user = programme.make_user(Role.FINANCE)
    user.person.village_id = grant.association.village_id
    db.session.flush()
    return Actor(user)


def prepare(programme):
    tranche = programme.make_tranche("requested")
    return tranche.grant, lambda actor: tranches.prepare(tranche, actor=actor, now=clock.now())


def approve(programme):
    tranche = programme.make_tranche("prepared")
    return tranche.grant, lambda actor: tranches.approve(tranche, actor=actor, now=clock.now())


def spending(programme, verb, **given):
    row = programme.make_expenditure(programme.make_tranche("confirmed").grant)
    return row.grant, lambda actor: verb(row, actor=actor, now=clock.now(), **given)


def cut(programme):
    grant = programme.make_grant()
    programme.make_contribution(grant, "verified", amount=grant.tranches[0].amount)
    left = reductions.proposed(grant).after
    return grant, lambda actor: reductions.reduce(grant, expected=left, reason=TEXT, actor=actor, now=clock.now())


def grow(programme):
    grant = programme.make_reduced()
    programme.make_contribution(grant, "verified", amount=50_000_00)
    wanted = {"reason": TEXT, "now": clock.now()}
    return grant, lambda actor: grant_amendments.raise_award(
        grant, grant.amount + 1, grant.ends_on, actor=actor, **wanted
    )


def paper(programme):
    grant = programme.make_grant("accepted")
    given = {"association": "А", "programme": "Б", "signed_on": clock.bishkek_day(clock.now())}
    given |= {"seen": grant.agreement.sha256, "storage": programme.storage, "now": clock.now()}
    scan = programme.make_pdf()
    return grant, lambda actor: agreement_signatures.record_paper(grant, scan, actor=actor, **given)


def change(programme):
    grant = programme.make_grant()
    grant.fund.ends_on = grant.ends_on + timedelta(days=90)
    chair, now = programme.chair_actor(grant), clock.now()
    made = grant_amendments.extend(grant, grant.ends_on + timedelta(days=30), reason=TEXT, actor=chair, now=now)
    return grant, lambda actor: grant_amendments.approve(made, actor=actor, now=clock.now())


def receipt(programme, status, verb):
    row = programme.make_contribution(programme.make_grant("active"), status)
    return row.grant, lambda actor: verb(row, reason=TEXT, actor=actor, now=clock.now())


def back(programme, verb, **given):
    grant, now = programme.make_tranche("confirmed").grant, clock.now()
    row = repayments.record(
        grant, amount=100, paid_on=clock.bishkek_day(now), bank_reference="B-1", reason=TEXT,
        actor=Actor(programme.finance), now=now,
    )  # fmt: skip
    return grant, lambda actor: verb(row, actor=actor, now=clock.now(), **given)


def result(programme):
    grant = programme.make_grant("active")
    row = programme.make_result(grant)
    return grant, lambda actor: results.refuse(row, reason=TEXT, actor=actor, now=clock.now())


WAYS = {
    "refuse a receipt": lambda programme: receipt(programme, "recorded", contributions.refuse),
    "reverse co-investment": lambda programme: receipt(programme, "verified", contributions.reverse),
    "confirm money paid back": lambda programme: back(programme, repayments.confirm),
    "refuse money paid back": lambda programme: back(programme, repayments.refuse, reason=TEXT),
    "refuse a result": result,
    "prepare a payment": prepare,
    "approve a payment": approve,
    "accept spending": lambda programme: spending(programme, expenditures.accept),
    "refuse spending": lambda programme: spending(programme, expenditures.refuse, reason=TEXT),
    "reduce the award": cut,
    "raise the award": grow,
    "enter the signed paper": paper,
    "approve a change": change,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_tie_keeps_the_hand_from_the_money(programme, way):
    grant, act = WAYS[way](programme)
    actor = tied(programme, grant)
    with pytest.raises(SeparationOfDutyError), db.session.begin_nested():
        act(actor)
    actor.user.person.village_id = None
    db.session.flush()
    act(actor)  # the tie alone kept it back
