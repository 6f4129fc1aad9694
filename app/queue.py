"""The outbox's two ends: jobs are written with the data and sent to the broker after the commit.

Redis is never the truth: a job that could not be sent stays in the outbox and the relay sends it later.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from models.base import db
from models.outbox import OutboxJob

NAME = "ashar"


WAITING = "jobs wait in the outbox"
"""On the session: this transaction wrote a job, so its commit is worth a look at the outbox."""


def enqueue_after_commit(function: str, *arguments: Any, now: datetime) -> OutboxJob:
    """Write a job to the outbox. It leaves for the broker when the transaction is committed."""
    job = OutboxJob(function=function, arguments=list(arguments), created_at=now)
    db.session.add(job)
    db.session.flush()
    db.session.info[WAITING] = True
    return job


def queue_on(broker: Redis) -> Queue:
    """The one queue. JSON only: a pickled job would run whatever it says."""
    return Queue(NAME, connection=broker, serializer=JSONSerializer)


def send(broker: Redis, now: datetime) -> int:
    """Hand waiting jobs to the broker and mark them; the caller commits. Returns how many.

    The job's id is the outbox row's, so a job that is sent twice after a crash is queued under one id, and
    every job function can be run twice. Raises `RedisError` when the broker does not answer.
    """
    sent = 0
    for job in unsent():
        queue_on(broker).enqueue(
            job.function, *job.arguments, job_id=f"outbox-{job.id}", result_ttl=3600, failure_ttl=30 * 86400
        )
        job.sent_at = now
        sent += 1
    return sent


def unsent(limit: int = 100) -> Iterable[OutboxJob]:
    """The oldest jobs that have not left yet and that nobody else is sending; locked (SQLite has one writer)."""
    waiting = db.select(OutboxJob).where(OutboxJob.sent_at.is_(None)).order_by(OutboxJob.id).limit(limit)
    return db.session.scalars(waiting.with_for_update(skip_locked=True))
