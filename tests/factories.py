"""A small programme for tests, made through the services only, each thing on demand and in the state asked for.

Everything happens at `clock.now()` or a stated time before it, so a test that needs another present says
`with clock.at(...)`. Amounts are tyiyn. Nothing is committed: the client does that before a request.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

from app import clock
from app.services import (
    account_notices,
    amendments,
    applications,
    assignments,
    associations,
    calls,
    centres,
    conflicts,
    council_sessions,
    decisions,
    detected_conflicts,
    dictations,
    documents,
    donors,
    dry_runs,
    fund_agreements,
    funds,
    interests,
    letters,
    payout_accounts,
    questions,
    rates,
    review_versions,
    reviews,
    screenings,
    users,
)
from app.services.actors import Actor
from app.services.applications import beneficiaries, business_plans, meetings, themes
from app.services.applications.beneficiaries import BeneficiariesInput
from app.services.applications.meetings import MeetingInput
from app.services.calls import CallInput, allocations, terms
from app.services.decisions import Motion
from app.services.documents import Upload
from app.services.fund_agreements import FundInput
from app.services.reviews import Judgement
from app.services.rubrics import default_rubric
from models.account_notices import AccountNotice, NoticeWay
from models.amendments import Amendment
from models.applications import Application, ApplicationStatus, BudgetHeading, Payer, ScreeningOutcome, Snapshot
from models.associations import Association, AssociationKind, MembershipRole, PayoutAccount
from models.base import canonical_json, db, fingerprint
from models.calls import Call, VoteRule
from models.centres import Centre
from models.council_sessions import CouncilSession, DecisionOutcome, Protocol
from models.detected_conflicts import (
    ConflictClue,
    ConflictPart,
    ConflictStrength,
    ConflictVerdict,
    DetectedConflict,
)
from models.dictations import Dictation
from models.documents import Document, DocumentKind
from models.funds import Donor, Emblem, Fund
from models.indicators import Indicator
from models.people import Person
from models.places import AyilOkmotu, Oblast, Village
from models.rates import ExchangeRate, RateSource
from models.reviews import Assignment, Conflict, ConflictKind
from models.signatures import Signature, SignatureOutcome
from models.themes import Theme
from models.users import Role, User
from tests.grant_factories import GrantFactories
from tests.support.databases import Copy
from tests.support.shelf import Numbers, Shelf

PASSWORD = "алты жылкы беш тай"
SOM = 100
LONG_AGO = timedelta(days=400)
A = ApplicationStatus
ROUTE: Sequence[ApplicationStatus] = (
    A.DRAFT, A.SIGNED_OFF, A.SUBMITTED, A.ELIGIBLE, A.IN_REVIEW, A.REVIEWED, A.SELECTED, A.GRANT_OFFERED,
)  # fmt: skip
"""The straight way of an application; the other statuses branch off it."""
BRANCHES = {
    A.RETURNED: A.SUBMITTED,
    A.RESUBMITTED: A.SUBMITTED,
    A.INELIGIBLE: A.SUBMITTED,
    A.RESERVE: A.REVIEWED,
    A.REJECTED: A.REVIEWED,
    A.WITHDRAWN: A.DRAFT,
}
DECIDED = frozenset({A.SELECTED, A.RESERVE, A.REJECTED, A.GRANT_OFFERED})
OUTCOMES = {A.RESERVE: DecisionOutcome.RESERVE, A.REJECTED: DecisionOutcome.REJECTED}
BENEFICIARIES = BeneficiariesInput(
    women=40, men=35, young=20, migrant_families=30, returnees=4, disabled=2, households=24
)
FORTNIGHT = timedelta(days=14)
TEXT = "Айыл жыйынында чогуу талкууланып, баары макул болгон иш, айлар боюнча жазылган."


def three(text: str) -> dict[str, str]:
    """The same text in the three languages, told apart by a suffix."""
    return {locale: f"{text} {locale}" for locale in ("ky", "ru", "en")}


class Programme(GrantFactories):
    """Staff and things of one programme. Staff, fund and call are made at their first use and then kept."""

    def __init__(self, storage: Path, shelf: Shelf | None = None, database: Copy | None = None) -> None:
        self.storage = storage
        self.shelf = partial(shelf.get, database, self) if shelf and database else None
        self.numbers = Numbers()
        self.places = list(db.session.scalars(db.select(Village).order_by(Village.soate)))
        self._centres: dict[int, Centre] = {}
        self._operators: dict[int, User] = {}
        self._chairs: dict[int, User] = {}

    # People ---------------------------------------------------------------------------------------------------

    def make_person(self, full_name: str = "", **fields: Any) -> Person:
        return associations.register_person(
            full_name or f"Асанова Бермет {next(self.numbers)}", now=clock.now() - LONG_AGO, **fields
        )

    def make_user(
        self,
        role: Role | None = None,
        *,
        person: Person | None = None,
        username: str = "",
        association: Association | None = None,
        centre: Centre | None = None,
        donor: Donor | None = None,
        **fields: Any,
    ) -> User:
        """An account with `PASSWORD` and, when given, a role. The scope a role needs is made when it is not given."""
        now = clock.now() - LONG_AGO
        name = username or f"{role.value if role else 'user'}{next(self.numbers)}"
        user, _password = users.create(
            person or self.make_person(), name, actor=None, now=now, password=PASSWORD, **fields
        )
        if role is Role.MEMBER:
            association = association or self.association
        elif role is Role.OPERATOR:
            centre = centre or self.association.centre
        elif role is Role.DONOR:
            donor = donor or self.fund.donor
        if role is not None:
            users.grant_role(user, role, actor=None, now=now, association=association, centre=centre, donor=donor)
        return user

    def as_(self, user: User, association: Association | None = None) -> Actor:
        """`user` as an actor, an operator on behalf of `association`."""
        return Actor(user, association)

    @cached_property
    def secretary(self) -> User:
        return self.make_user(Role.SECRETARY)

    @cached_property
    def council_chair(self) -> User:
        return self.make_user(Role.COUNCIL_CHAIR)

    @cached_property
    def finance(self) -> User:
        """Prepares payments."""
        return self.make_user(Role.FINANCE)

    @cached_property
    def other_finance(self) -> User:
        """Approves payments."""
        return self.make_user(Role.FINANCE)

    @cached_property
    def monitor(self) -> User:
        return self.make_user(Role.MONITOR)

    @cached_property
    def administrator(self) -> User:
        return self.make_user(Role.ADMINISTRATOR)

    @cached_property
    def donor_user(self) -> User:
        return self.make_user(Role.DONOR)

    @cached_property
    def reviewers(self) -> list[User]:
        """Two reviewers without ties to any place."""
        return [self.make_user(Role.REVIEWER) for _ in range(2)]

    @property
    def chair(self) -> User:
        """The chair of `association`, a member with an account."""
        return self.chair_of(self.association)

    @property
    def operator(self) -> User:
        """The operator of the centre of `association`."""
        return self.operator_of(self.association.centre)

    def chair_of(self, association: Association) -> User:
        return self._chairs[association.id]

    def operator_of(self, centre: Centre) -> User:
        if centre.id not in self._operators:
            self._operators[centre.id] = self.make_user(Role.OPERATOR, centre=centre)
        return self._operators[centre.id]

    def dictate(self, association: Association) -> Dictation:
        """The operator of its centre writes for `association`; its chair dictates."""
        operator, chair = self.operator_of(association.centre), self.chair_of(association)
        actor = Actor(operator, association)
        return dictations.begin(association, dictated_by=chair.person, actor=actor, now=clock.now())

    def user_of(self, role: Role) -> User:
        """The one account of a role."""
        named = {
            Role.MEMBER: "chair",
            Role.DONOR: "donor_user",
            Role.COUNCIL_CHAIR: "council_chair",
        }
        if role is Role.REVIEWER:
            return self.reviewers[0]
        user: User = getattr(self, named.get(role, role.value))
        return user

    # Associations, funds, calls -------------------------------------------------------------------------------

    def centre_of(self, ayil_okmotu: AyilOkmotu) -> Centre:
        if ayil_okmotu.id not in self._centres:
            names = three(f"Борбор {ayil_okmotu.soate}")
            self._centres[ayil_okmotu.id] = centres.open_(ayil_okmotu, names, actor=None, now=clock.now() - LONG_AGO)
        return self._centres[ayil_okmotu.id]

    def oblast(self, iso: str) -> Oblast:
        """KG-B, KG-J or KG-O."""
        return db.session.scalars(db.select(Oblast).where(Oblast.iso == iso)).one()

    def make_association(
        self, *, in_another_centre: bool = False, with_account: bool = True, oblast: str = ""
    ) -> Association:
        """A village association with chair (who has a user account), treasurer and confirmed payout account."""
        village = next(
            one
            for one in self.places
            if (not in_another_centre or one.ayil_okmotu_id not in self._centres)
            and oblast in ("", one.ayil_okmotu.rayon.oblast.iso)
        )
        place = self.places.index(village)
        del self.places[place if oblast else 0 : place + 1]  # what was passed over is not used again
        now = clock.now() - LONG_AGO
        association = associations.found(
            AssociationKind.VILLAGE,
            three(village.name_en),
            ayil_okmotu=village.ayil_okmotu,
            centre=self.centre_of(village.ayil_okmotu),
            village=village,
            founded_on=date(2023, 5, 1),
            actor=None,
            now=now,
        )
        for role in (MembershipRole.CHAIR, MembershipRole.TREASURER, MembershipRole.MEMBER):
            person = self.make_person(village=village)
            associations.add_member(association, person, role, since_on=date(2023, 5, 1), actor=None, now=now)
            if role is MembershipRole.CHAIR:
                self._chairs[association.id] = self.make_user(Role.MEMBER, person=person, association=association)
        if with_account:
            self.confirm_account(association, now=now)
        db.session.expire(association)
        return association

    def confirm_account(self, association: Association, *, now: datetime | None = None) -> PayoutAccount:
        """A payout account, proposed by the chair and confirmed by finance."""
        now = now or clock.now()
        account = payout_accounts.propose(
            association,
            bank="Айыл Банк",
            number=f"1290{association.id:012d}",
            holder=association.name_ky,
            actor=Actor(self.chair_of(association)),
            now=now,
        )
        payout_accounts.confirm(account, actor=Actor(self.finance), now=now)
        return account

    def change_account(
        self, association: Association, *, now: datetime | None = None, is_told: bool = True
    ) -> PayoutAccount:
        """A second account, proposed by the chair, confirmed by finance, and told to who held office before."""
        now = now or clock.now()
        account = payout_accounts.propose(
            association,
            bank="РСК Банк",
            number=f"1299{next(self.numbers):012d}",
            holder="Айыл",
            actor=Actor(self.chair_of(association)),
            now=now,
        )
        if is_told:
            self.tell_of(account, now=now)
        payout_accounts.confirm(account, actor=Actor(self.finance), now=now)
        db.session.flush()
        return account

    def tell_of(self, account: PayoutAccount, *, now: datetime | None = None) -> AccountNotice:
        """An officer who does not confirm it tells the first of those who held office before the change."""
        now = now or clock.now()
        person = account_notices.contacts(account)[0].person
        return account_notices.record(
            account, person.id, NoticeWay.PHONE, clock.bishkek_day(now), actor=Actor(self.other_finance), now=now
        )

    @cached_property
    def association(self) -> Association:
        return self.make_association()

    def make_fund(self, code: str = "", *, currency: str = "KGS", amount: int = 100_000_000 * SOM) -> Fund:
        """A fund that has received all of its amount."""
        number, now, actor = next(self.numbers), clock.now() - LONG_AGO, Actor(self.finance)
        donor = donors.create(f"D{number}", three("Донор"), Emblem.EU, actor=actor, now=now)
        day = clock.bishkek_day(now)
        fund = fund_agreements.create(
            donor,
            FundInput(
                code=code or f"F{number}",
                names=three("Фонд"),
                currency=currency,
                amount=amount,
                starts_on=day,
                ends_on=day + timedelta(days=1500),
                purpose=three("Айылдарды өнүктүрүү"),
                statement=three("Каржылайт"),
            ),
            actor=actor,
            now=now,
        )
        if currency != "KGS":
            self.make_rate(currency, on=day)
        funds.receive(fund, amount, received_on=day, bank_reference=f"BANK-{number}", actor=actor, now=now)
        return fund

    @cached_property
    def fund(self) -> Fund:
        return self.make_fund()

    def make_rate(
        self, currency: str, *, on: date | None = None, value: str = "1.10", nominal: int = 1
    ) -> ExchangeRate:
        """An approved rate of a day (today by default)."""
        now = clock.now()
        rate = rates.enter(
            currency,
            on or clock.bishkek_day(now),
            nominal,
            Decimal(value),
            RateSource.NBKR_DAILY,
            actor=Actor(self.finance),
            now=now,
        )
        rates.approve(rate, actor=Actor(self.other_finance), now=now)
        return rate

    def make_call(
        self,
        *,
        is_open: bool = True,
        opens_at: datetime | None = None,
        closes_at: datetime | None = None,
        fund: Fund | None = None,
        also: Sequence[tuple[Fund, Oblast | None, int] | tuple[Fund, Oblast | None, int, str]] = (),
        with_dry_run: bool = True,
        **fields: Any,
    ) -> Call:
        """A call with the six criteria, its window thirty days to both sides of now; a draft unless `is_open`.

        `also` are allocations beside the first one, which has the whole `budget` for every oblast; the last of each,
        if there, is the code of a theme.
        """
        now = clock.now()
        opens_at = opens_at or now - timedelta(days=30)
        closes_at = closes_at or clock.end_of_day(clock.bishkek_day(now + timedelta(days=30)))
        number = next(self.numbers)
        content = {
            "budget": 5_000_000 * SOM,
            "grant_floor": 100_000 * SOM,
            "grant_ceiling": 500_000 * SOM,
            "vote_rule": VoteRule.SECRET,  # only counted; the tests of the ballots record each by name
            "expected_applications": 0,  # reviewers are made on demand
            "timetable": [clock.bishkek_day(closes_at + timedelta(days=days)) for days in (10, 30, 45, 60)],
        } | fields
        made_at = opens_at - timedelta(days=5)
        call = calls.create(
            fund or self.fund,
            CallInput(
                code=f"2026-{number}",
                title=three("Сынак"),
                summary=three("Айыл долбоорлору"),
                opens_at=opens_at,
                closes_at=closes_at,
                **content,
            ),
            default_rubric(),
            actor=Actor(self.secretary),
            now=made_at,
        )
        for other, oblast, amount, *codes in also:
            theme = self.theme(codes[0]) if codes else None
            by: dict[str, Any] = {"actor": Actor(self.secretary), "now": made_at}
            allocations.save(call, None, fund=other, oblast=oblast, theme=theme, amount=amount, **by)
        if with_dry_run:
            self.skip_dry_run(call, made_at)
        if is_open:
            calls.open_(call, actor=Actor(self.secretary), now=made_at)
        return call

    @cached_property
    def call(self) -> Call:
        """The call that is open now."""
        return self.make_call()

    @cached_property
    def test_association(self) -> Association:
        """The test association; the operator of its centre acts for it."""
        centre = self.centre_of(db.session.scalars(db.select(AyilOkmotu).order_by(AyilOkmotu.soate.desc())).first())
        return dry_runs.found(centre, actor=Actor(self.secretary), now=clock.now() - LONG_AGO)

    def skip_dry_run(self, call: Call, now: datetime) -> None:
        """A dry run of the call as it is, handed in without the way: tests/services/test_dry_runs.py walks it."""
        content = canonical_json({"terms": terms.stamp_of(call)})
        snapshot = {"content": content, "sha256": fingerprint(content), "taken_at": now}
        trial = Application(
            number=f"T-0-{call.id}",
            call=call,
            association=self.test_association,
            is_test=True,
            status=A.SUBMITTED,
            created_by_id=self.secretary.id,
            created_at=now,
            submitted_at=now,
            signed_off_by_id=self.secretary.id,
            signed_off_at=now,
            snapshots=[Snapshot(sequence=1, taken_by_id=self.secretary.id, **snapshot)],
        )
        db.session.add(trial)
        db.session.flush()
        signed = {"outcome": SignatureOutcome.SIGNED, "sha256": snapshot["sha256"], "signed_at": now}
        db.session.add(Signature(application_id=trial.id, typed_by_id=self.secretary.id, **signed))
        db.session.flush()

    def amend(self, call: Call, **changes: Any) -> Amendment:
        """A published amendment: the deadline a week later unless other changes are given."""
        changes = changes or {"closes_at": call.closes_at + timedelta(days=7)}
        return amendments.publish(call, changes, three("Жол жабык"), actor=Actor(self.secretary), now=clock.now())

    def make_past_call(self, *, days_ago: int = 100, **fields: Any) -> Call:
        """An open call whose deadline was `days_ago` days ago; the Council has not sat yet."""
        closed_on = clock.bishkek_day(clock.now() - timedelta(days=days_ago))
        opens_at = clock.start_of_day(closed_on - timedelta(days=60))
        return self.make_call(opens_at=opens_at, closes_at=clock.end_of_day(closed_on), **fields)

    # Applications ---------------------------------------------------------------------------------------------

    def make_application(
        self,
        status: ApplicationStatus | str = A.DRAFT,
        *,
        association: Association | None = None,
        call: Call | None = None,
        is_complete: bool = True,
        grant: int = 200_000 * SOM,
        theme: str = "livestock",
    ) -> Application:
        """An application in `status`, of a new association unless given, in the open call unless it is decided.

        A decided one gets a past call of its own, whose session is signed. `is_complete=False` leaves a draft empty.
        """
        wanted = ApplicationStatus(status)
        asked = {"association": association, "call": call, "is_complete": is_complete, "grant": grant, "theme": theme}
        if self.shelf is None:
            return self._make_application(wanted, **asked)
        made: Application = self.shelf(("application", wanted, asked), lambda: self._make_application(wanted, **asked))
        return made

    def _make_application(
        self,
        wanted: ApplicationStatus,
        *,
        association: Association | None,
        call: Call | None,
        is_complete: bool,
        grant: int,
        theme: str,
    ) -> Application:
        association = association or self.make_association()
        call = call or (self.make_past_call() if wanted in DECIDED else self.call)
        now = min(clock.now(), call.closes_at) - timedelta(days=20)
        actor = Actor(self.chair_of(association))
        application = applications.create(call, association, language="ky", actor=actor, now=now)
        if is_complete:
            self.fill_in(application, grant=grant, theme=theme, now=now)
        self._advance(application, BRANCHES.get(wanted, wanted), now)
        self._branch_off(application, wanted, now)
        assert application.status is wanted
        db.session.flush()
        return application

    def fill_in(
        self,
        application: Application,
        *,
        grant: int = 200_000 * SOM,
        theme: str = "livestock",
        now: datetime | None = None,
    ) -> None:
        """Answers, a theme, a budget of grant and as much remittance, one pledge, two targets and the minutes."""
        now, actor = now or clock.now(), Actor(self.chair_of(application.association))
        for section in questions.form_of(application.call).sections:
            answers = {one.key: TEXT[: one.limit] for one in section.questions}
            applications.save_section(application, section.key, answers, actor=actor, now=now)
        themes.choose(application, self.theme(theme), actor=actor, now=now)
        for item, cost, payer in (("Сүт муздаткыч", grant, Payer.GRANT), ("Имарат", grant, Payer.REMITTANCE)):
            applications.add_budget_line(
                application,
                heading=BudgetHeading.EQUIPMENT,
                item=item,
                unit="даана",
                quantity=Decimal(1),
                unit_cost=cost,
                payer=payer,
                actor=actor,
                now=now,
            )
        self.plan(application, actor=actor, now=now)
        applications.add_pledge(
            application,
            remitter_name="Токтогулов Нурбек",
            is_pseudonym=False,
            country="RU",
            currency="KGS",
            amount=grant,
            due_on=clock.bishkek_day(now + timedelta(days=60)),
            has_consent=True,
            actor=actor,
            now=now,
        )
        for indicator in self.indicators[:2]:
            applications.set_target(application, indicator, Decimal(0), Decimal(10), actor=actor, now=now)
        self.attach(application, DocumentKind.MEETING_MINUTES, actor=actor, now=now)
        meetings.record(application, self.minutes(clock.bishkek_day(now)), actor=actor, now=now)
        beneficiaries.record(application, BENEFICIARIES, actor=actor, now=now)

    def minutes(self, held_on: date, **changes: Any) -> MeetingInput:
        """A meeting with a quorum that agreed: 41 of 80 households, 45 people."""
        agreed: dict[str, Any] = {
            "held_on": held_on,
            "place": "Мектептин залы",
            "led_by": "Мамбетов Алмаз",
            "written_by": "Сыдыкова Гүлнара",
            "women": 25,
            "men": 20,
            "households": 41,
            "entitled": 80,
            "decision": TEXT,
            "votes_for": 40,
            "votes_against": 2,
            "abstentions": 3,
        }
        return MeetingInput(**(agreed | changes))

    def plan(self, application: Application, *, actor: Actor, now: datetime) -> None:
        """Milk every month, wages every month, the financing the budget calls for, and one activity."""
        by: dict[str, Any] = {"actor": actor, "now": now}
        starts_on = clock.bishkek_day(application.call.closes_at)
        business_plans.set_frame(application, starts_on=starts_on, sales_from=3, opening_cash=0, **by)
        business_plans.save_sale_line(
            application,
            None,
            product="Сүт",
            buyers="Сүт заводу",
            unit="литр",
            price=40 * SOM,
            unit_cost=30 * SOM,
            volumes=[Decimal(3000)] * 12,
            **by,
        )
        business_plans.save_running_cost(application, None, item="Айлык", amounts=[15_000 * SOM] * 12, **by)
        business_plans.propose_financing(application, **by)
        business_plans.save_work_step(
            application, None, activity="Имаратты оңдоо", responsible="Төрага", first_month=1, last_month=2, **by
        )

    def theme(self, code: str) -> Theme:
        return db.session.scalars(db.select(Theme).where(Theme.code == code)).one()

    @cached_property
    def indicators(self) -> list[Indicator]:
        return list(db.session.scalars(db.select(Indicator).order_by(Indicator.id)))

    def _advance(self, application: Application, wanted: ApplicationStatus, begin: datetime) -> None:
        """Go the straight way up to `wanted`, a day for each step."""
        chair, secretary = Actor(self.chair_of(application.association)), Actor(self.secretary)
        for day, status in enumerate(ROUTE[1 : ROUTE.index(wanted) + 1], start=1):
            now = begin + timedelta(days=day)
            if status is A.SIGNED_OFF:
                applications.sign_off(application, actor=chair, now=now)
            elif status is A.SUBMITTED:
                applications.submit(application, actor=chair, now=now)
            elif status is A.ELIGIBLE:
                screenings.screen(application, ScreeningOutcome.ELIGIBLE, reason="", actor=secretary, now=now)
            elif status is A.IN_REVIEW:
                for reviewer in self.reviewers:  # whoever is still to judge has the time to
                    self.assign(application, reviewer, now=now, due_on=clock.bishkek_day(clock.now()) + FORTNIGHT)
            elif status is A.REVIEWED:
                for assignment in assignments.of_application(application):
                    self.review(assignment, now=now)
            elif status is A.SELECTED:
                self.decide(application, DecisionOutcome.SELECTED)
            elif status is A.GRANT_OFFERED:
                self.offer(application)

    def _branch_off(self, application: Application, wanted: ApplicationStatus, begin: datetime) -> None:
        now = begin + timedelta(days=3)
        chair, secretary = Actor(self.chair_of(application.association)), Actor(self.secretary)
        if wanted in (A.RETURNED, A.RESUBMITTED):
            parts = [part.key for part in questions.form_of(application.call).parts]
            screenings.screen(
                application, ScreeningOutcome.RETURNED, reason=TEXT, parts=parts, actor=secretary, now=now
            )
        if wanted is A.RESUBMITTED:
            applications.sign_off(application, actor=chair, now=now)
            applications.submit(application, actor=chair, now=now)
        elif wanted is A.INELIGIBLE:
            screenings.screen(application, ScreeningOutcome.INELIGIBLE, reason=TEXT, actor=secretary, now=now)
        elif wanted is A.WITHDRAWN:
            applications.withdraw(application, reason=TEXT, actor=chair, now=now)
        elif wanted in OUTCOMES:
            self.decide(application, OUTCOMES[wanted])

    def assign(
        self,
        application: Application,
        reviewer: User,
        *,
        now: datetime | None = None,
        due_on: date | None = None,
    ) -> Assignment:
        """Ask a reviewer whose register of interests is confirmed for the call; not answered yet."""
        now = now or clock.now()
        due_on = due_on or clock.bishkek_day(now) + FORTNIGHT
        if interests.confirmation(reviewer, application.call) is None:
            interests.confirm(application.call, actor=Actor(reviewer), now=now)
        return assignments.assign(application, reviewer, due_on=due_on, actor=Actor(self.secretary), now=now)

    def tie(self, application: Application, user: User, kind: ConflictKind = ConflictKind.KINSHIP) -> Conflict:
        """`user` has declared an interest in `application`: the row alone, which no act of the history tells of."""
        declared = Conflict(application_id=application.id, user_id=user.id, kind=kind, declared_at=clock.now())
        db.session.add(declared)
        db.session.flush()
        return declared

    def find_tie(self, application: Application, user: User) -> None:
        """A conflict of `user` with the applicant was found, and the secretary has confirmed it."""
        found = DetectedConflict(
            application=application,
            user=user,
            kind=ConflictKind.KINSHIP,
            strength=ConflictStrength.STRONG,
            clues=ConflictClue.PIN.value,
            own_part=ConflictPart.KIN,
            own=user.username,
            their_part=ConflictPart.MEMBER,
            theirs=application.association.name_ky,
            evidence=1,
            found_at=clock.now(),
        )
        db.session.add(found)
        secretary, confirmed = Actor(self.secretary), ConflictVerdict.CONFIRMED
        detected_conflicts.judge(found, confirmed, reason=TEXT, actor=secretary, now=clock.now())

    def review(self, assignment: Assignment, *, level: int = 4, now: datetime | None = None) -> None:
        """The reviewer declares no interest and hands in the same level on every criterion."""
        now, actor = now or clock.now(), Actor(assignment.reviewer)
        assignments.declare(assignment, None, actor=actor, now=now)
        judgements = {one.key: Judgement(level, TEXT) for one in assignment.application.call.criteria}
        reviews.submit(assignment, judgements, TEXT, actor=actor, now=now)
        db.session.flush()

    def judged(self, call: Call, *levels: int, **application: Any) -> Application:
        """An application all of whose reviewers have handed in: at one level, or at the levels given, one of each."""
        made = self.make_application(A.IN_REVIEW, call=call, **application)
        asked = assignments.of_application(made)
        for one, level in zip(asked, levels * len(asked) if len(levels) == 1 else levels, strict=True):
            self.review(one, level=level)
        return made

    def reopen(self, assignment: Assignment, *, reason: str = TEXT, now: datetime | None = None) -> None:
        """The secretary opens a review that was handed in again."""
        now = now or clock.now()
        due_on = clock.bishkek_day(now + timedelta(days=7))
        review_versions.reopen(assignment, reason=reason, due_on=due_on, actor=Actor(self.secretary), now=now)

    def make_session(self, call: Call, *others: User, now: datetime | None = None) -> CouncilSession:
        """An open session with a quorum: chair and two more of three seats, or of as many as the Council has members.

        `others`, who are members too, came as well.
        """
        now = now or call.closes_at + timedelta(days=20)
        secretary, present = Actor(self.secretary), [self.council_chair, *self.reviewers, *others]
        seats = max(3, len(council_sessions.council_members()))
        session = council_sessions.convene(
            call, held_on=clock.bishkek_day(now), place="Ош", seats=seats, actor=secretary, now=now
        )
        council_sessions.record_attendance(session, present, actor=secretary, now=now)
        return session

    def decide(self, application: Application, outcome: DecisionOutcome, *, is_signed: bool = True) -> CouncilSession:
        """A session of its call decides on it, and the chair signs."""
        now = application.call.closes_at + timedelta(days=20)
        session = self.make_session(application.call, now=now)
        decisions.decide(
            session,
            application,
            Motion(
                outcome,
                amount=application.grant_requested if outcome is DecisionOutcome.SELECTED else None,
                reason=TEXT,
                votes_for=3,
                votes_against=0,
                abstentions=0,
            ),
            actor=Actor(self.secretary),
            now=now,
        )
        if is_signed:
            self.sign(session, now=now)
        return session

    def sign(self, session: CouncilSession, *, now: datetime | None = None) -> Protocol:
        """The chair signs, and the secretary sends every letter."""
        now = now or clock.now()
        protocol = council_sessions.sign(session, actor=Actor(self.council_chair), now=now)
        self.send_letters(session, now=now)
        return protocol

    def send_letters(self, session: CouncilSession, *, now: datetime | None = None) -> None:
        held = letters.of(session, conflicts.ties_of(self.secretary))
        letters.send(session, [one.id for one in held], actor=Actor(self.secretary), now=now or clock.now())

    # Files ----------------------------------------------------------------------------------------------------

    def attach(
        self, owner: Any, kind: DocumentKind, *, actor: Actor, now: datetime | None = None, upload: Upload | None = None
    ) -> Document:
        return documents.attach(
            owner, kind, upload or self.make_pdf(), storage=self.storage, actor=actor, now=now or clock.now()
        )

    def make_pdf(self) -> Upload:
        """A PDF unlike any other."""
        number, target = next(self.numbers), io.BytesIO()
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.docinfo["/Title"] = f"paper {number}"
            pdf.save(target, deterministic_id=True)
        return Upload(f"paper-{number}.pdf", target.getvalue())

    def make_photo(self) -> Upload:
        """A JPEG unlike any other."""
        number, target = next(self.numbers), io.BytesIO()
        picture = Image.new("RGB", (128, 16), "white")  # a bar for each bit of the number: it survives being made anew
        for bit in range(16):
            if number >> bit & 1:
                picture.paste("black", (bit * 8, 0, bit * 8 + 8, 16))
        picture.save(target, "JPEG")
        return Upload(f"photo-{number}.jpg", target.getvalue())
