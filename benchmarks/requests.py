"""What is measured: requests of a signed-in person against 20,000 applications."""

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select

from app.services import duplicates
from benchmarks.measure import DATABASE, Figure, counted_queries, cpu_figure, gzipped, median_cpu
from benchmarks.signing_in import get, sent, sign_in
from models.applications import Application, ApplicationStatus
from models.base import db, reading
from models.calls import Call
from models.reviews import Assignment, AssignmentStatus
from models.users import User
from tests.support.pages import form_fields

COUNT = 200
REVIEWS = 60
DESKS = 20


def empty_page() -> float:
    """Flask's own cost for an empty page, in milliseconds of CPU: the floor of every other figure."""
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: "")
    client = bare.test_client()
    return median_cpu(lambda _number: client.get("/"), 500)


def list_page(app: Flask, floor: float) -> Iterator[Figure]:
    """The secretary's list of 60 rows: first page, last page, filter and word; queries; weight."""
    client = sign_in(app, "secretary")
    with app.app_context():
        call_id = db.session.scalar(select(Call.id).where(Call.code == "scale-1"))
        db.session.rollback()
    for name, url in (
        ("list-first", "/applications"),
        ("list-last", "/applications?last=1"),
        ("list-status", "/applications?status=submitted"),
        ("list-word", "/applications?q=тепл"),
        ("list-words", "/applications?q=бал+тепл"),
        ("list-word-status", "/applications?q=тепл&status=submitted"),
        ("list-word-last", "/applications?q=тепл&last=1"),
        ("list-common-word", "/applications?q=айыл"),
        ("list-common-word-last", "/applications?q=айыл&status=submitted&last=1"),
        ("list-short-word", "/applications?q=ко"),
        ("list-rare-short-word", "/applications?q=еж"),
        ("list-common-and-short-word", "/applications?q=айыл+ко"),
        ("list-call-last", f"/applications?call_id={call_id}&last=1"),
        ("list-call-common-word", f"/applications?call_id={call_id}&q=айыл"),
    ):
        value = median_cpu(lambda _number, url=url: get(client, url), COUNT)  # type: ignore[misc]
        yield cpu_figure(name, value, 12, floor, COUNT)
        with counted_queries(app) as seen:
            page = get(client, url)
        yield Figure(f"{name}-queries", len(seen), "queries", 8, None, 1, DATABASE[0])
        yield Figure(f"{name}-weight", round(gzipped(page), 1), "KB gzipped", 25, None, 1, DATABASE[0])


def application_page(app: Flask, floor: float) -> Iterator[Figure]:
    """The application as the secretary reads it."""
    client = sign_in(app, "secretary")
    with app.app_context():
        wanted = [ApplicationStatus.SUBMITTED, ApplicationStatus.ELIGIBLE, ApplicationStatus.IN_REVIEW]
        newest = select(Application.id).order_by(Application.id.desc())
        ids = list(db.session.scalars(newest.where(Application.status.in_(wanted)).limit(COUNT // 2)))
        reviewed = newest.where(Application.status == ApplicationStatus.REVIEWED)
        ids += db.session.scalars(reviewed.limit(COUNT // 2))
    value = median_cpu(lambda number: get(client, f"/applications/{ids[number % len(ids)]}"), COUNT)
    yield cpu_figure("application-page", value, 10, floor, COUNT)
    with counted_queries(app) as seen:
        page = get(client, f"/applications/{ids[0]}")
    yield Figure("application-page-queries", len(seen), "queries", None, None, 1, DATABASE[0])
    yield Figure("application-page-weight", round(gzipped(page), 1), "KB gzipped", None, None, 1, DATABASE[0])


def desk_page(app: Flask, floor: float) -> Iterator[Figure]:
    """The secretary's desk: it ranks every open call that has reviewed applications. No goal is set for it."""
    client = sign_in(app, "secretary")
    yield cpu_figure("desk", median_cpu(lambda _number: get(client, "/"), DESKS), None, floor, DESKS)
    with counted_queries(app) as seen:
        page = get(client, "/")
    yield Figure("desk-queries", len(seen), "queries", None, None, 1, DATABASE[0])
    yield Figure("desk-weight", round(gzipped(page), 1), "KB gzipped", None, None, 1, DATABASE[0])


def review_post(app: Flask, floor: float) -> Iterator[Figure]:
    """Submitting a review: six levels with their justifications; each POST a fresh form."""
    with app.app_context():
        query = (
            select(Assignment.id, User.username)
            .join(User, User.id == Assignment.reviewer_id)
            .where(Assignment.status == AssignmentStatus.ACCEPTED)
            .order_by(Assignment.id.desc())
            .limit(REVIEWS + 5)
        )
        waiting = [(int(row[0]), str(row[1])) for row in db.session.execute(query)]
    clients = {username: sign_in(app, username) for username in sorted({name for _id, name in waiting})}
    bodies = []
    for assignment_id, username in waiting:
        url = f"/reviews/{assignment_id}/edit"
        fields = form_fields(get(clients[username], url).decode()).to_dict()
        for name in list(fields):
            if name.startswith("justification_"):
                fields[name] = "План убедителен: есть покупатели, цены проверены, переводы подтверждены письмами."
                fields[name.replace("justification_", "level_")] = "4"
        bodies.append((clients[username], url, sent({**fields, "submit": "1"})))

    def post(number: int) -> None:
        client, url, body = bodies[number]
        answer = client.post(url, **body)
        if answer.status_code != 303:
            raise RuntimeError(f"{url}: {answer.status_code} {answer.get_data(as_text=True)[:2000]}")

    count = len(bodies) - 5
    yield cpu_figure("review-post", median_cpu(post, count), 8, floor, count)


def duplicate_search(app: Flask, floor: float) -> Iterator[Figure]:
    """What looks like one submission, looked up among all of them: marks, then exact likeness. No page."""
    with app.app_context():
        submitted = select(Application.id).where(Application.submitted_at.is_not(None)).order_by(Application.id.desc())
        ids = list(db.session.scalars(submitted.limit(COUNT)))
        db.session.rollback()

    def search(number: int) -> None:
        with app.app_context(), reading():
            duplicates.found(db.session.get_one(Application, ids[number % len(ids)]))

    yield cpu_figure("duplicate-search", median_cpu(search, COUNT), 30, floor, COUNT)


def first_load(app: Flask, _floor: float) -> Iterator[Figure]:
    """What a browser fetches on its first visit to the sign-in page: page, styles, scripts and fonts, gzipped."""
    client = app.test_client()
    page = get(client, "/sign-in")
    text = page.decode()
    total = gzipped(page)
    names = {part.split('"')[0].split("?")[0] for part in text.split('"/static/')[1:]}
    styles = [name for name in names if name.endswith(".css")]
    total += sum(gzipped(get(client, f"/static/{name}")) for name in names)
    fonts: set[str] = set()
    for name in styles:
        content = get(client, f"/static/{name}").decode()
        fonts |= {
            piece.split(")")[0].strip("\"'") for piece in content.split("url(")[1:] if ".woff2" in piece.split(")")[0]
        }
    for font in fonts:
        total += len(get(client, f"/static/{font.lstrip('./')}".replace("../", ""))) / 1024
    yield Figure("first-load", round(total, 1), "KB gzipped", 100, None, 1, DATABASE[0])
