"""What applying costs: the list of tasks, a page of questions, saving by itself, and handing in with the receipt."""

from collections.abc import Iterator, Sequence

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.services import dictations, documents, users
from app.services.actors import Actor
from benchmarks.measure import DATABASE, Figure, counted_queries, cpu_figure, gzipped, median_cpu
from benchmarks.signing_in import get, sent, sign_in
from models.applications import Application, ApplicationStatus
from models.associations import Association
from models.base import db
from models.calls import Call, CallStatus
from models.documents import DocumentKind
from models.users import RoleAssignment, User
from seeds import papers
from tests.support.pages import form_fields

COUNT = 100
SUBMISSIONS = 20
TEXT = "Айылда сүт чогултуучу жер жок, ошондуктан сүт арзан кетет. Муздаткыч койсок, баасы көтөрүлөт. "


def _waiting(app: Flask, status: ApplicationStatus, count: int) -> list[tuple[int, str]]:
    """The newest applications of open calls in `status`, each with the user name of an operator who writes for it."""
    query = (
        select(Application.id, func.min(User.username))
        .join(Association, Association.id == Application.association_id)
        .join(Call, Call.id == Application.call_id)
        .join(RoleAssignment, RoleAssignment.centre_id == Association.centre_id)
        .join(User, User.id == RoleAssignment.user_id)
        .where(Application.status == status, RoleAssignment.ended_at.is_(None), Call.status == CallStatus.OPEN)
        .group_by(Application.id)
        .order_by(Application.id.desc())
        .limit(count)
    )
    with app.app_context():
        return [(int(row[0]), str(row[1])) for row in db.session.execute(query)]


def _make_ready(app: Flask, application_ids: Sequence[int]) -> None:
    """What those made in bulk lack before they can be handed in: the minutes of the meeting."""
    papers.prepare()
    minutes = papers.pdf("minutes.pdf", "Протокол", [TEXT])
    with app.app_context():
        for one in db.session.scalars(select(Application).where(Application.id.in_(application_ids))):
            by = Actor(db.session.get_one(User, one.created_by_id))
            storage = app.config["ASHAR"].uploads
            documents.attach(one, DocumentKind.MEETING_MINUTES, minutes, storage=storage, actor=by, now=clock.now())
        db.session.commit()


def _dictate(app: Flask, waiting: list[tuple[int, str]]) -> None:
    """Somebody of each association dictates to its operator today: without that nothing can be written."""
    with app.app_context():
        for application_id, username in waiting:
            association = db.session.get_one(Application, application_id).association
            user = users.find(username)
            assert user is not None, username
            if dictations.current(user, association, clock.now()) is None:  # of an earlier run today
                by = Actor(user, association)
                dictations.begin(association, dictated_by=None, name="Төрага", actor=by, now=clock.now())
        db.session.commit()


def _clients(app: Flask, waiting: list[tuple[int, str]]) -> dict[str, FlaskClient]:
    return {username: sign_in(app, username) for username in sorted({name for _id, name in waiting})}


def writing(app: Flask, floor: float) -> Iterator[Figure]:
    """The list of tasks, a page of questions (and its weight) and saving by itself, for an operator."""
    waiting = _waiting(app, ApplicationStatus.DRAFT, COUNT + 5)
    _dictate(app, waiting)
    clients = _clients(app, waiting)

    def at(number: int) -> tuple[FlaskClient, str]:
        application_id, username = waiting[number % len(waiting)]
        return clients[username], f"/applications/{application_id}"

    def read(number: int, page: str = "") -> bytes:
        client, url = at(number)
        return get(client, f"{url}{page}")

    yield cpu_figure("task-list", median_cpu(read, COUNT), 8, floor, COUNT)
    with counted_queries(app) as seen:
        page = read(0)
    yield Figure("task-list-queries", len(seen), "queries", None, None, 1, DATABASE[0])
    yield Figure("task-list-weight", round(gzipped(page), 1), "KB gzipped", None, None, 1, DATABASE[0])
    section = "/sections/problem"
    yield cpu_figure("form-page", median_cpu(lambda number: read(number, section), COUNT), None, floor, COUNT)
    yield Figure("form-page-weight", round(gzipped(read(0, section)), 1), "KB gzipped", 15, None, 1, DATABASE[0])
    bodies = []
    for number in range(len(waiting)):
        fields = form_fields(read(number, section).decode()).to_dict()
        bodies.append(sent({**fields, "problem": f"{TEXT}{number}", "beneficiaries": TEXT}))

    def save(number: int) -> None:
        client, url = at(number)
        answer = client.post(f"{url}{section}/autosave", **bodies[number])
        if answer.status_code != 200:
            raise RuntimeError(f"{url}: {answer.status_code}")

    count = len(bodies) - 5
    yield cpu_figure("autosave-post", median_cpu(save, count), 5, floor, count)


def handing_in(app: Flask, floor: float) -> Iterator[Figure]:
    """Submitting what is signed off (checks, snapshot, messages) and printing its receipt."""
    waiting = _waiting(app, ApplicationStatus.SIGNED_OFF, SUBMISSIONS + 3)
    _make_ready(app, [application_id for application_id, _username in waiting])
    clients = _clients(app, waiting)
    forms = []
    for application_id, username in waiting:
        page = get(clients[username], f"/applications/{application_id}/check").decode()
        forms.append(form_fields(page, action=f"/applications/{application_id}/submit").to_dict())

    def submit(number: int) -> None:
        application_id, username = waiting[number]
        answer = clients[username].post(f"/applications/{application_id}/submit", data=forms[number])
        if answer.status_code != 303:
            raise RuntimeError(f"{application_id}: {answer.status_code}")
        get(clients[username], f"/applications/{application_id}/receipt")

    count = len(waiting) - 3
    yield cpu_figure("submit-and-receipt", median_cpu(submit, count, warm_up=3), 150, floor, count)
