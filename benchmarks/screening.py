"""What is measured where the secretary screens: the list of 60 from 20,000, with every filter, first page and last."""

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select

from app.services import screening_rules
from benchmarks.measure import DATABASE, Figure, counted_queries, cpu_figure, gzipped, median_cpu
from benchmarks.signing_in import get, sign_in
from models.base import db
from models.calls import Call
from models.centres import Centre
from models.places import Oblast

COUNT = 100
MOST_QUERIES = 12
"""However many applications there are: a word asks how common it is, an oblast which associations are its own."""


def screening_list(app: Flask, floor: float) -> Iterator[Figure]:
    """Each page's CPU, queries and weight."""
    client = sign_in(app, "secretary")
    with app.app_context():
        call_id = db.session.scalar(select(Call.id).where(Call.code == "scale-1"))
        centre_id = db.session.scalar(select(Centre.id).order_by(Centre.id))
        oblast_id = db.session.scalar(select(Oblast.id).order_by(Oblast.id))
        db.session.rollback()
    for name, query in (
        ("first", ""),
        ("last", "last=1"),
        ("newest", "sort=newest"),
        ("all", "state=all"),
        ("all-last", "state=all&last=1"),
        ("status", "state=ineligible"),
        ("call", f"call_id={call_id}"),
        ("call-last", f"call_id={call_id}&last=1"),
        ("centre", f"place=centre-{centre_id}&state=all"),
        ("centre-last", f"place=centre-{centre_id}&last=1"),
        ("oblast", f"place=oblast-{oblast_id}&state=all"),
        ("oblast-newest-last", f"place=oblast-{oblast_id}&sort=newest&last=1"),
        *((f"rule-{name}", f"rule={name}&state=all") for name in screening_rules.NAMES),
        ("rule-meeting-last", "rule=meeting&state=all&last=1"),
        ("rule-any", "rule=any&state=all"),
        ("rule-any-last", "rule=any&state=all&last=1"),
        ("rule-none", "rule=none&state=all"),
        ("rule-none-last", "rule=none&last=1"),
        ("rule-any-newest", "rule=any&sort=newest"),
        ("rule-any-call", f"rule=any&call_id={call_id}"),
        ("rule-any-oblast-last", f"rule=any&place=oblast-{oblast_id}&last=1"),
        ("rule-any-alike", "rule=any&alike=1"),
        ("rule-any-common-word", "rule=any&q=айыл"),
        ("rule-none-common-word-last", "rule=none&q=айыл&state=all&last=1"),
        ("alike", "alike=1&state=all"),
        ("alike-last", "alike=1&last=1"),
        ("word", "q=тепл"),
        ("word-last", "q=тепл&last=1"),
        ("word-centre", f"q=тепл&place=centre-{centre_id}&state=all"),
        ("common-word-oblast-last", f"q=айыл&place=oblast-{oblast_id}&last=1"),
        ("words-all", "q=бал+тепл&state=all"),
        ("common-word", "q=айыл&state=all"),
        ("common-word-last", "q=айыл&state=all&last=1"),
        ("short-word", "q=ко&state=all"),
        ("rare-short-word", "q=еж"),
        ("everything", f"q=айыл&state=submitted&call_id={call_id}&place=centre-{centre_id}&rule=any&alike=1&last=1"),
    ):
        url = f"/screenings?{query}"
        value = median_cpu(lambda _number, url=url: get(client, url), COUNT)  # type: ignore[misc]
        yield cpu_figure(f"screening-{name}", value, 12, floor, COUNT)
        with counted_queries(app) as seen:
            page = get(client, url)
        yield Figure(f"screening-{name}-queries", len(seen), "queries", MOST_QUERIES, None, 1, DATABASE[0])
        yield Figure(f"screening-{name}-weight", round(gzipped(page), 1), "KB gzipped", 25, None, 1, DATABASE[0])
