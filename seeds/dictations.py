"""Who dictates to the operators of the demonstration, and how the chair confirms what was written."""

from datetime import datetime
from random import Random

from app.services import applications, associations, dictations, documents, signatures
from app.services.actors import Actor
from app.services.dictations import Confirmation
from models.applications import Application
from models.associations import Association
from models.dictations import ConfirmationWay
from models.people import Person
from seeds import papers
from seeds.programme import Programme

WAYS = (ConfirmationWay.SIGNATURE, ConfirmationWay.SIGNATURE, ConfirmationWay.THUMBPRINT)


def begin(association: Association, actor: Actor, chance: Random, now: datetime, *, by: Person | None = None) -> Actor:
    """The actor; an operator with the member of the association who dictates: anybody, or the one given."""
    if actor.on_behalf_of is None:
        return actor
    held = chance.choice([one for one in association.memberships if one.is_current])
    dictation = dictations.begin(association, dictated_by=by or held.person, actor=actor, now=now)
    return Actor(actor.user, association, dictation)


def end(actor: Actor, now: datetime) -> None:
    """Nothing more is dictated today."""
    if actor.dictation is not None and actor.dictation.is_open:
        dictations.end(actor.dictation, actor=actor, now=now)


def confirm(programme: Programme, actor: Actor, language: str, now: datetime) -> None:
    """Who dictated signs the receipt with all that was written, which ends with it."""
    dictation = actor.dictation
    if dictation is None or dictation.dictated_by is None:
        return
    end(actor, now)
    receipt = dictations.receipt_number(dictation)
    title = f"Ырастоо № {receipt}" if language == "ky" else f"Подтверждение № {receipt}"
    paper = papers.pdf(f"ырастоо-{receipt.replace('/', '-')}.pdf", title, [dictation.dictated_by.full_name])
    file = documents.store(paper, storage=programme.storage, now=now)
    confirmation = Confirmation(dictation.dictated_by, ConfirmationWay.SIGNATURE, file, receipt)
    dictations.confirm(dictation, confirmation, actor=actor, now=now)


def sign_off(programme: Programme, application: Application, actor: Actor, chance: Random, now: datetime) -> None:
    """The chair signs off: in the own account, or on paper at the centre."""
    chair = associations.chair_of(application.association)
    if actor.on_behalf_of is None or chair is None:
        applications.sign_off(application, actor=actor, now=now)
        return
    way = chance.choice(WAYS)
    number = programme.number("sign-off")
    is_kyrgyz = application.language == "ky"
    title = f"Төраганын ырастоосу № {number}" if is_kyrgyz else f"Подтверждение председателя № {number}"
    stands = "Арызды угуп чыктым, колдойм." if is_kyrgyz else "Заявку прослушал(а) и поддерживаю."
    paper = papers.pdf(f"kol-{number}.pdf", title, [application.title, stands, chair.full_name])
    file = documents.store(paper, storage=programme.storage, now=now)
    receipt = signatures.receipt_number(application, applications.stamp_of(application))
    confirmation = Confirmation(chair, way, file, receipt)
    applications.sign_off(application, actor=actor, now=now, confirmation=confirmation)
