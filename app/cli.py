"""The flask commands: init, demo, doctor, verify, report, user, worker, import-places, import-prices, workflow."""

import getpass
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade
from redis.exceptions import RedisError
from rq import Worker
from rq.cron import CronScheduler
from rq.serializers import JSONSerializer
from sqlalchemy import text

from app import clock, doctor, jobs, queue, workflow
from app.config import UNUSABLE, Config
from app.database import UnsafeDatabaseError
from app.localisation import LOCALE_CODES, use_locale
from app.services import (
    agreements,
    associations,
    audit,
    conflict_detection,
    duplicates,
    funds,
    places,
    price_imports,
    second_factors,
    users,
    verification,
)
from app.services.errors import DomainError
from app.services.sealing import Seal, WrongKeyError
from models import search_words
from models.base import db, reading
from models.centres import Centre
from models.funds import Donor
from models.users import Role
from reports import funding
from seeds import demonstration, people, reference, scale

user_group = AppGroup("user", help="Accounts.")
report_group = AppGroup("report", help="Reports.")


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for command in (
        init,
        demo,
        run_doctor,
        verify,
        worker,
        cron,
        import_places,
        import_prices,
        print_workflow,
        user_group,
        report_group,
    ):
        app.cli.add_command(command)


class Cron(CronScheduler):
    """RQ's cron, which knows only pickle and ends when the broker is away: this one sends JSON and waits."""

    def enqueue_jobs(self) -> list[Any]:
        due = [job for job in self.get_jobs() if job.should_run()]
        try:
            for job in due:
                queue.queue_on(self.connection).enqueue(job.func_name, **job.job_options)
                job.set_enqueue_time(clock.now())
        except RedisError as error:
            self.log.warning("the broker does not answer, trying again: %s", error)
            time.sleep(2)
            return []
        return due

    def heartbeat(self) -> None:
        with suppress(RedisError):
            super().heartbeat()


def _config() -> Config:
    config: Config = current_app.config["ASHAR"]
    return config


@click.command("init")
def init() -> None:
    """Create or upgrade the database and load the reference data."""
    upgrade()
    reference.load(clock.now())
    agreements.keep_missing(clock.now())
    search_words.make_missing()
    duplicates.keep_missing(clock.now())
    conflict_detection.keep_missing(clock.now())
    if (_config().home / "demonstration").exists():
        people.enrol_missing(_seal(), clock.now())
    db.session.commit()
    db.session.execute(text("ANALYZE"))  # of an index just made nothing is known: lists would go about it the long way
    db.session.commit()
    click.echo("The database is ready.")


@click.command("demo")
@click.option("--scale", "count", type=click.IntRange(1, 200_000), help="Add N synthetic applications for benchmarks.")
def demo(count: int | None) -> None:
    """Load the labelled demonstration programme, or with --scale N synthetic applications."""
    if _config().mode == "production":
        click.echo("The passwords of the demonstration are published: it is never loaded in production.", err=True)
        raise SystemExit(UNUSABLE)
    marker = _config().home / "demonstration"
    if funds.by_code("EU-DEMO") is None:
        demonstration.load(storage=_config().uploads, seal=_seal(), today=None)
        db.session.commit()
    sign_ins = "\n".join(f"  {one.role:<30} {one.username:<20} {one.password}" for one in demonstration.sign_ins())
    marker.write_text(sign_ins + "\n", encoding="utf-8")
    if count:
        scale.load(count, now=clock.now())
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        click.echo(f"{count} synthetic applications were added.")
    click.echo(f"Demonstration sign-ins:\n{sign_ins}")


@click.command("doctor")
def run_doctor() -> None:
    """Say what is wrong with this copy and how to mend it."""
    with reading():
        findings = doctor.examine(_config(), current_app.extensions["broker"])
    for finding in findings:
        click.echo(
            f"{'ok     ' if not finding.problem else 'PROBLEM'} {finding.what}"
            + (f": {finding.problem}" if finding.problem else "")
        )
    if any(finding.problem for finding in findings):
        raise SystemExit(1)


@click.command("verify")
def verify() -> None:
    """Check ledger, tranches, snapshots, files, the judging by the history and the audit chain; exit 1 on a finding."""
    with reading():
        checks = verification.run(_config().uploads)
    for check in checks:
        click.echo(f"{check.name}: {check.count} checked, {len(check.findings)} found")
        for finding in check.findings:
            click.echo(f"  {finding}")
    if any(check.findings for check in checks):
        raise SystemExit(1)


@click.command("worker")
@click.option("--burst", is_flag=True, help="Stop when the queue is empty.")
def worker(burst: bool) -> None:
    """Run jobs from the broker."""
    try:
        doctor.refuse_unsafe()
    except UnsafeDatabaseError as problem:
        raise click.ClickException(str(problem)) from problem
    broker = current_app.extensions["broker"]
    db.engine.dispose()  # the worker forks: no connection may be shared
    Worker([queue.queue_on(broker)], connection=broker, serializer=JSONSerializer).work(
        burst=burst, with_scheduler=not burst, logging_level="INFO"
    )


@click.command("cron")
def cron() -> None:
    """Queue the repeated jobs: one cron for the whole installation."""
    scheduler = Cron(connection=current_app.extensions["broker"])
    for function, seconds in jobs.REPEATED.items():
        # One that no worker takes is dropped when the next is due, so that they do not pile up.
        scheduler.register(function, queue.NAME, interval=seconds, ttl=seconds, result_ttl=0, failure_ttl=86400)
    scheduler.start()


@click.command("import-places")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "is_applied", is_flag=True, help="Write; without it the import is only tried.")
def import_places(file: Path, is_applied: bool) -> None:
    """Import a programme's own places from CSV; a dry run unless --apply is given."""
    now = clock.now()
    result = places.import_csv(_lines(file), today=clock.bishkek_day(now))
    _refuse(result.refused)
    click.echo(f"added {result.added}, changed {result.changed}, unchanged {result.unchanged}")
    if is_applied and result.merged:  # who lived in one of them is a neighbour of both now
        conflict_detection.search_open(now=now)
    if is_applied and (result.added or result.changed):
        audit.record(None, "places.import", "places:all", now, added=result.added, changed=result.changed)
    _keep(is_applied)


@click.command("import-prices")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "is_applied", is_flag=True, help="Write; without it the import is only tried.")
def import_prices(file: Path, is_applied: bool) -> None:
    """Import a price register from CSV; a dry run unless --apply is given."""
    result = price_imports.import_csv(_lines(file), actor=None, now=clock.now())
    _refuse(result.refused)
    click.echo(f"added {result.added}, replaced {result.changed}, unchanged {result.unchanged}")
    _keep(is_applied)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise click.ClickException("The file is not UTF-8: save it again as CSV UTF-8.") from error


def _refuse(refused: Sequence[tuple[int, str]]) -> None:
    """Name each refused row, and end when there is one."""
    for line, reason in refused:
        click.echo(f"line {line}: {reason}")
    if refused:
        db.session.rollback()
        click.echo(f"Refused: {len(refused)} rows. Nothing was written.")
        raise SystemExit(1)


def _keep(is_applied: bool) -> None:
    if is_applied:
        db.session.commit()
        click.echo("Written.")
    else:
        db.session.rollback()
        click.echo("Dry run: nothing was written. Add --apply to write.")


@click.command("workflow")
def print_workflow() -> None:
    """Print the life cycles as Markdown: docs/workflow.md is this."""
    click.echo(workflow.as_markdown(), nl=False)


@user_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Full name as in the passport.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--phone")
@click.option("--association", "association_id", type=int, help="For a member: number of the association.")
@click.option("--centre", "centre_id", type=int, help="For an operator: number of the centre.")
@click.option("--donor", "donor_code", help="For a donor: its code.")
@click.option("--password-stdin", is_flag=True, help="Read the password instead of making a first code.")
def add_user(
    username: str,
    name: str,
    role: str,
    phone: str | None,
    association_id: int | None,
    centre_id: int | None,
    donor_code: str | None,
    password_stdin: bool,
) -> None:
    """Open an account and print its first code."""
    now = clock.now()
    password = getpass.getpass("Password: ") if password_stdin else None
    try:
        if password is not None:
            users.check_password_rules(password)
        person = associations.register_person(name, now=now)
        user, code = users.create(person, username, actor=None, now=now, password=password, phone=phone)
        users.grant_role(user, Role(role), actor=None, now=now, **_scope(association_id, centre_id, donor_code))
    except DomainError as refusal:
        db.session.rollback()
        with use_locale("en"):
            raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(f"{username}: account opened." + ("" if password else f" First code: {code}"))


def _scope(association_id: int | None, centre_id: int | None, donor_code: str | None) -> dict[str, Any]:
    donor = db.session.scalar(db.select(Donor).where(Donor.code == donor_code)) if donor_code else None
    association = db.session.get(associations.Association, association_id) if association_id else None
    centre = db.session.get(Centre, centre_id) if centre_id else None
    for given, found in ((association_id, association), (centre_id, centre), (donor_code, donor)):
        if given and found is None:
            raise click.ClickException(f"{given} is not known.")
    return {"association": association, "centre": centre, "donor": donor}


@user_group.command("take-factor-away")
@click.argument("username")
def take_factor_away(username: str) -> None:
    """Take a second factor away when nobody can sign in any more who could do it on the pages.

    For who owns this machine. It stands in the history, every session of the account ends, and its owner is told.
    """
    user = users.find(username)
    if user is None:
        raise click.ClickException(f"There is no account {username}.")
    try:
        second_factors.take_away(user, actor=None, now=clock.now())
    except DomainError as refusal:
        db.session.rollback()
        with use_locale("en"):
            raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(f"{username} signs in with the password alone and sets up a second factor at once.")


@user_group.command("renew-seals")
def renew_seals() -> None:
    """Seal the secrets of all second factors with the first of FACTOR_KEYS; then the others can go."""
    try:
        count = second_factors.renew_seals(seal=_seal(), now=clock.now())
    except WrongKeyError as error:
        db.session.rollback()
        raise click.ClickException("A former key is missing: put it behind the new one and try again.") from error
    db.session.commit()
    click.echo(f"{count} secrets are sealed with the newest key.")


def _seal() -> Seal:
    return Seal(_config().factor_keys)


@report_group.command("funding")
@click.option("--fund", "code", required=True)
@click.option("--locale", type=click.Choice(LOCALE_CODES), default="en")
@click.option("--format", "kind", type=click.Choice(["pdf", "xlsx", "csv"]), default="pdf")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--from", "starts_on", type=click.DateTime(["%Y-%m-%d"]), help="First day; the fund's first by default.")
@click.option("--to", "ends_on", type=click.DateTime(["%Y-%m-%d"]), help="Last day; today by default.")
def funding_report(code: str, locale: str, kind: str, output: Path, starts_on: Any, ends_on: Any) -> None:
    """Write the funding report of a fund to a file."""
    now = clock.now()
    last: date = ends_on.date() if ends_on else clock.bishkek_day(now)
    with reading():
        fund = funds.by_code(code)
        if fund is None:
            raise click.ClickException(f"There is no fund {code}.")
        first: date = starts_on.date() if starts_on else fund.starts_on
        data = funding.gather(fund, first, last, generated_at=now, progress=None)
    make = {"pdf": funding.to_pdf, "xlsx": funding.to_xlsx, "csv": funding.to_csv}[kind]
    content = make(data, locale)
    output.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    click.echo(f"{output}: {output.stat().st_size} bytes")
