"""The whole main job through the HTTP client: from a call to a donor's funding report, each person at the own desk."""

import io
import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from pypdf import PdfReader

from app import clock, jobs
from app.services import gates, verification
from models.applications import Application, ApplicationStatus
from models.base import db
from models.calls import Call
from models.council_sessions import CouncilSession
from models.funding_reports import FundingReport
from models.grants import Grant, GrantStatus, TrancheStatus
from models.letters import Letter
from models.pledges import Pledge
from models.reviews import Assignment
from models.visits import Visit
from tests.factories import BENEFICIARIES, PASSWORD, TEXT
from tests.support.walks import Walk

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
JUSTIFICATION = "Сатып алуучулар менен макулдашуу бар, баалары текшерилген, эсеби так."


def day(instant: datetime, days: int = 0) -> str:
    return (clock.bishkek_day(instant) + timedelta(days=days)).strftime("%d.%m.%Y")


@pytest.mark.parametrize("award", [350_000])
def test_from_call_to_funding_report(app, programme, award):
    walk, people = Walk(app, programme), programme
    association, other = people.association, people.make_association(in_another_centre=True)
    chair, operator = people.chair_of(association), people.operator_of(other.centre)
    fund = people.fund
    with clock.at(START):
        call = set_up_call(walk, fund)
        first = apply(walk, call, association, chair, award, own=True)
        second = apply(walk, call, other, operator, award, own=False)
    with clock.at(START + timedelta(days=20)):
        for application in (first, second):
            judge(walk, application)
    with clock.at(START + timedelta(days=40)):
        decide(walk, call, {first: award, second: None})
    db.session.expire_all()
    assert first.status is ApplicationStatus.SELECTED
    assert second.status is ApplicationStatus.RESERVE
    with clock.at(START + timedelta(days=45)):
        grant = take_up(walk, first, chair)
    pay_and_account(walk, grant, chair, START + timedelta(days=46))
    with clock.at(START + timedelta(days=130)):
        finish_grant(walk, grant, chair)
        read_report(walk, fund, grant)
        history_names_the_operator(walk, operator, other)
        for check in verification.run(people.storage):
            assert check.findings == [], check.name


def set_up_call(walk, fund) -> Call:
    secretary = walk.programme.secretary
    titles, summaries = (
        {f"{part}_{code}": f"Сынак {code}" for code in ("ky", "ru", "en")} for part in ("title", "summary")
    )
    location = walk.send(
        secretary,
        "/calls/new",
        fund=str(fund.id),
        code="2026-test",
        **titles,
        opens_on=day(START),
        closes_on=day(START, 14),
        budget="1 000 000",
        grant_floor="100 000",
        grant_ceiling="500 000",
    )
    walk.send(secretary, f"{location}/sections/texts", **summaries)
    walk.send(secretary, f"{location}/sections/reviewers", expected_applications="3")
    days = ("screening_ends_on", "reviews_end_on", "council_sits_on", "first_payment_on")
    timetable = {name: day(START, 20 + 10 * number) for number, name in enumerate(days)}
    walk.send(secretary, f"{location}/sections/timetable", **timetable)
    call = db.session.scalars(db.select(Call).where(Call.code == "2026-test")).one()
    assert [criterion.weight for criterion in call.criteria] == [20, 25, 20, 10, 15, 10]
    assert len(walk.programme.reviewers) == 2  # the checklist counts them
    walk.programme.skip_dry_run(call, clock.now())
    walk.press(secretary, location, f"/calls/{call.id}/open")
    db.session.expire_all()
    assert call.is_open_at(clock.now())
    return call


def plan(walk, user, base):
    """Milk every month from the third on; the financing is filled in from the budget."""
    walk.send(user, f"{base}/frame", month="1", year="2027", sales_from="3", opening_cash="0")
    sale = {"product": "Сүт", "buyers": "Сүт заводу", "unit": "литр", "price": "40", "unit_cost": "30"}
    walk.send(user, f"{base}/sales", **sale, every_month="y", value_1="3 000")
    walk.send(user, f"{base}/costs", item="Айлык", every_month="y", value_1="15 000")
    walk.press(user, f"{base}/financing", f"{base}/financing/propose")
    walk.send(user, f"{base}/steps", activity="Имаратты оңдоо", responsible="Төрага", first_month="1", last_month="2")


MINUTES = {
    "place": "Мектеп", "led_by": "Мамбетов Алмаз", "written_by": "Сыдыкова Гүлнара", "women": "25", "men": "20",
    "households": "41", "entitled": "80", "decision": TEXT, "votes_for": "40", "votes_against": "2",
    "abstentions": "3",
}  # fmt: skip


def apply(walk, call, association, user, award, *, own) -> Application:
    chair = walk.programme.chair_of(association)
    if not own:
        begin = f"/dictations/new?association_id={association.id}"
        walk.send(user, begin, member=str(chair.person_id))
    walk.send(
        user, f"/applications/new?call={call.id}", call=str(call.id), association=str(association.id), language="ky"
    )
    query = db.select(Application).where(Application.association_id == association.id)
    application = db.session.scalars(query).one()
    base = f"/applications/{application.id}"
    for section in application.sections:
        page = walk.as_(user).get(f"{base}/sections/{section.key}")
        names = [part.split('"')[0] for part in page.text.split("<textarea")[1:] for part in [part.split('name="')[1]]]
        answers = dict.fromkeys(names, TEXT)
        if section.key == "idea":
            answers["title"] = "Сүт муздаткыч"
        walk.send(user, f"{base}/sections/{section.key}", **answers)
    for item, payer in (("Муздаткыч", "grant"), ("Имарат", "remittance")):
        walk.send(
            user,
            f"{base}/budget",
            heading="equipment",
            item=item,
            unit="даана",
            quantity="1",
            unit_cost=f"{award},00",
            payer=payer,
        )
    plan(walk, user, f"{base}/plan")
    walk.send(
        user,
        f"{base}/pledges",
        remitter_name="Айбек",
        is_pseudonym="y",
        country="RU",
        amount=str(award),
        currency="KGS",
        due_on=day(START, 60),
        has_consent="y",
    )
    for indicator in walk.programme.indicators[:2]:
        walk.send(user, f"{base}/targets", indicator=str(indicator.id), baseline="0", target="4")
    paper = walk.programme.make_pdf()
    walk.send(user, f"{base}/theme", theme=str(walk.programme.theme("livestock").id))
    walk.send(user, f"{base}/beneficiaries", **{name: str(number) for name, number in asdict(BENEFICIARIES).items()})
    walk.send(user, f"{base}/documents", kind="meeting_minutes", upload=walk.file(paper))
    walk.send(user, f"{base}/meeting", held_on=day(START, 0), **MINUTES)
    if own:
        walk.press(user, f"{base}/check", f"{base}/sign-off")
    else:
        walk.send(user, f"{base}/sign-off-for-the-chair", way="own_code", password=PASSWORD)
    walk.press(user, f"{base}/check", f"{base}/submit")
    db.session.expire_all()
    assert application.status is ApplicationStatus.SUBMITTED
    receipt = walk.as_(user).get(f"{base}/receipt")
    assert receipt.mimetype == "application/pdf"
    text = "".join(PdfReader(io.BytesIO(receipt.data)).pages[0].extract_text().split())
    assert application.number in text
    assert application.snapshots[-1].sha256 in text
    if not own:
        assert association.name_ky in walk.as_(user).get(base).text
    return application


def judge(walk, application) -> None:
    secretary = walk.programme.secretary
    walk.send(secretary, f"/applications/{application.id}/screenings/new", outcome="eligible", reason="")
    for reviewer in walk.programme.reviewers:
        plan = walk.send(
            secretary, f"/assignments/new/{application.id}", reviewer=str(reviewer.id), due_on=day(clock.now(), 10)
        )
        walk.press(secretary, plan, f"{plan}/apply")
    query = db.select(Assignment).where(Assignment.application_id == application.id).order_by(Assignment.id)
    for position, assignment in enumerate(db.session.scalars(query).all()):
        reviewer = assignment.reviewer
        unseen = walk.as_(reviewer).get(f"/applications/{application.id}")
        assert unseen.status_code == 404, "nothing is shown before the declaration of interests"
        confirm = f"/interests/confirm/{application.call_id}"
        if confirm in walk.as_(reviewer).get("/interests").text:  # once for all applications of the call
            walk.press(reviewer, "/interests", confirm)
        walk.send(reviewer, f"/assignments/{assignment.id}/answer", interest="none", explanation="")
        others = walk.as_(reviewer).get(f"/reviews/of/{application.id}")
        assert JUSTIFICATION not in others.text, "others' scores are hidden until the own review is in"
        levels = {f"level_{one.key}": str(4 + position % 2) for one in application.call.criteria}
        reasons = {f"justification_{one.key}": JUSTIFICATION for one in application.call.criteria}
        walk.send(reviewer, f"/reviews/{assignment.id}/edit", **levels, **reasons, submit="1")
    db.session.expire_all()
    assert application.status is ApplicationStatus.REVIEWED


def decide(walk, call, awards) -> None:
    people = walk.programme
    ranking = walk.as_(people.secretary).get(f"/rankings/{call.id}")
    assert "90,00" in ranking.text
    walk.send(people.secretary, f"/council/calls/{call.id}/new", held_on=day(clock.now()), place="Ош", seats="3")
    session = db.session.scalars(db.select(CouncilSession)).one()
    members = [str(one.id) for one in (*people.reviewers, people.council_chair)]
    walk.send(people.secretary, f"/council/{session.id}/attendance", members=members)
    for application, amount in awards.items():
        walk.send_checked(
            people.secretary,
            f"/council/{session.id}/decide/{application.id}",
            outcome="selected" if amount else "reserve",
            amount=str(amount or ""),
            **{f"vote_{one}": "for" for one in members},
            reason="Рейтинг боюнча, каражаттын чегинде: калган акча ушунчалык гана.",
            check="1",
        )
    walk.press(people.council_chair, f"/council/{session.id}", f"/council/{session.id}/sign")
    db.session.expire_all()
    assert {one.status for one in awards} == {ApplicationStatus.REVIEWED}
    chosen = "&".join(f"letters={one}" for one in db.session.scalars(db.select(Letter.id)))
    letters = f"/letters/sessions/{session.id}"
    walk.press(people.secretary, f"{letters}/check?{chosen}", f"{letters}/send")
    db.session.expire_all()
    protocol = walk.as_(people.secretary).get(f"/council/{session.id}/protocol")
    text = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(protocol.data)).pages).split())
    assert session.protocol.sha256 in text
    content = json.loads(session.protocol.content)
    assert [row["amount"] for row in content["decisions"]] == [35_000_000, None]


def take_up(walk, application, chair) -> Grant:
    people, now = walk.programme, clock.now()
    walk.send(people.finance, f"/applications/{application.id}/grant/new", starts_on=day(now), ends_on=day(now, 300))
    grant = db.session.scalars(db.select(Grant)).one()
    walk.send(chair, f"/grants/{grant.id}/accept")
    paper = people.make_pdf()
    signed = {"programme_signer": "Асанова", "upload": walk.file(paper)}
    walk.send(people.other_finance, f"/grants/{grant.id}/signed-paper", **signed)
    agreement = walk.as_(chair).get(f"/grants/{grant.id}/agreement")
    assert agreement.data.startswith(b"%PDF-")
    db.session.expire_all()
    assert grant.status is GrantStatus.ACTIVE
    assert [one.amount for one in grant.tranches] == [14_000_000, 14_000_000, 7_000_000]
    return grant


def pay_and_account(walk, grant, chair, begin) -> None:
    """Three tranches: a receipt from abroad for each, prepared by one, approved by another, spent and accounted for."""
    people = walk.programme
    pledge = db.session.scalars(db.select(Pledge).where(Pledge.application_id == grant.application_id)).one()
    line = grant.application.budget_lines[0]
    for number, tranche in enumerate(list(grant.tranches), start=1):
        with clock.at(begin + timedelta(days=20 * number)):
            now = clock.now()
            people.make_rate("RUB", value="1.25")
            assert not gates.is_open(tranche)
            som = tranche.amount // 100
            walk.send(
                chair,
                f"/grants/{grant.id}/contributions/new",
                kind="remittance",
                channel="money_transfer",
                reference=f"TR-{number:06d}",
                sender_name="Айбек",
                sender_country="RU",
                sent_on=day(now),
                currency="RUB",
                amount=str(som * 100 // 125),
                pledge=str(pledge.id),
                upload=walk.file(people.make_pdf()),
            )
            checks = dict.fromkeys(("legible", "amount", "day", "sender", "unused", "arrived"), "y")
            walk.send(people.monitor, f"/contributions/{newest_id('contributions')}/verify", **checks)
            db.session.expire_all()
            assert gates.is_open(tranche)
            page = f"/tranches/{tranche.id}"
            walk.press(chair, page, f"{page}/request")
            walk.press(people.finance, page, f"{page}/prepare")
            refused = walk.as_(people.finance).get(page).text
            assert f"{page}/approve" not in refused, "who prepared sees no button to approve"
            walk.press(people.other_finance, page, f"{page}/approve")
            walk.send(people.finance, f"{page}/release", bank_reference=f"BANK {number}", value_on=day(now))
            walk.send(chair, f"{page}/receipt/new", received=str(tranche.amount / 100), received_on=day(now))
            walk.send(
                chair,
                f"/grants/{grant.id}/spending/new",
                budget_line=str(line.id),
                title="Муздаткыч",
                amount=str(som),
                paid_on=day(now),
                supplier="ОсОО Агротехника",
                document_number=f"ЭФ-{number}",
                upload=walk.file(people.make_pdf()),
            )
            spent = newest_id("expenditures")
            if f"/spending/{spent}/look-at" in walk.as_(people.finance).get(f"/spending/{spent}").text:
                assert number > 1, "one seller takes more than half of the grant from the second tranche on"
                walk.send(people.finance, f"/spending/{spent}/look-at", reason="Аймакта башка сатуучу жок.")
            walk.press(people.finance, f"/spending/{spent}", f"/spending/{spent}/accept")
            db.session.expire_all()
            assert tranche.status is TrancheStatus.ACCOUNTED


def newest_id(table: str) -> int:
    return int(db.session.execute(db.text(f"SELECT max(id) FROM {table}")).scalar_one())


def finish_grant(walk, grant, chair) -> None:
    people, now = walk.programme, clock.now()
    walk.send(people.monitor, f"/grants/{grant.id}/visits/new", planned_on=day(now), visitor=str(people.monitor.id))
    visit = db.session.scalars(db.select(Visit)).one()
    walk.send(people.monitor, f"/visits/{visit.id}/photo", upload=walk.file(people.make_photo()))
    walk.send(
        people.monitor,
        f"/visits/{visit.id}",
        visited_on=day(now),
        findings="Муздаткыч орнотулган, күнүнө 900 литр сүт кабыл алынат.",
        follow_up="",
        risk="low",
        latitude="40,5",
        longitude="72,8",
    )
    page = walk.as_(chair).get(f"/grants/{grant.id}/results").text
    links = [f"/targets/{part.split('/')[0]}/results/new" for part in page.split("/targets/")[1:]]
    for link in dict.fromkeys(links):
        walk.send(
            chair, link, period_ends_on=day(now, -1), value="4", female="3", male="1", evidence="Тизме менен саналды."
        )
        result = newest_id("results")
        walk.press(people.monitor, f"/grants/{grant.id}/results", f"/results/{result}/verify")
    walk.press(people.monitor, f"/grants/{grant.id}", f"/grants/{grant.id}/complete")
    db.session.expire_all()
    assert grant.status is GrantStatus.COMPLETED


def read_report(walk, fund, grant) -> None:
    """The donor asks for the report; page, PDF and workbook say the same."""
    donor = walk.programme.make_user(walk.programme.donor_user.assigned_roles[0].role, donor=fund.donor)
    today = clock.bishkek_day(clock.now())
    location = walk.send(
        donor,
        "/funding-reports/new",
        fund=str(fund.id),
        starts_on=date(2026, 1, 1).strftime("%d.%m.%Y"),
        ends_on=today.strftime("%d.%m.%Y"),
        locale="ky",
    )
    report = db.session.scalars(db.select(FundingReport)).one()
    jobs.make_funding_report(report.id)
    db.session.expire_all()
    page = walk.as_(donor).get(location).text.replace("\u00a0", " ")
    pdf = walk.as_(donor).get(f"/funding-reports/{report.id}/pdf").data
    printed = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages).replace("\u00a0", " ")
    book = openpyxl.load_workbook(io.BytesIO(walk.as_(donor).get(f"/funding-reports/{report.id}/xlsx").data))
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    for figure in (350_000, 100_000_000):  # disbursed and co-invested; received
        text = f"{figure:,}".replace(",", " ")
        assert text in page
        assert text in printed
        assert figure in cells
    assert report.sha256[:8] in printed.replace(" ", "") or report.sha256[:8] in page
    for name in ("Айбек", walk.programme.reviewers[0].display_name):
        assert name not in page
        assert name not in printed
    assert "Айбек" not in walk.as_(donor).get(f"/grants/{grant.id}").text


def history_names_the_operator(walk, operator, association) -> None:
    history = walk.as_(walk.programme.secretary).get("/history").text
    assert history.count("<tr") > 20
    older = walk.as_(walk.programme.secretary).get("/history?subject=applications").text
    assert operator.display_name in older
    assert association.name_ky in older
