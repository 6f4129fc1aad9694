"""What the stories of the demonstration share: people, places, content, time. Filled by `seeds.people` and others."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from app.services.actors import Actor
from app.services.sealing import Seal
from models.associations import Association
from models.funds import Donor, Fund
from models.grants import Grant
from models.indicators import Indicator
from models.places import AyilOkmotu, Village
from models.themes import Theme
from models.users import User
from seeds.agenda import Agenda, Calendar
from seeds.content import Content

SEED = "ashar"


@dataclass
class Programme:
    """The demonstration while it is being told."""

    storage: Path
    seal: Seal
    calendar: Calendar
    agenda: Agenda
    content: Content
    indicators: dict[str, Indicator] = field(default_factory=dict)
    themes: dict[str, Theme] = field(default_factory=dict)
    staff: dict[str, User] = field(default_factory=dict)
    """By the key of people.json: secretary, council_chair, finance1, finance2, monitoring1, monitoring2, admin."""
    reviewers: list[User] = field(default_factory=list)
    load: Counter[int] = field(default_factory=Counter)
    """How many applications each reviewer (by id) has been asked to judge."""
    donors: dict[str, Donor] = field(default_factory=dict)
    funds: dict[str, Fund] = field(default_factory=dict)
    ayil_okmotus: list[AyilOkmotu] = field(default_factory=list)
    villages: dict[int, list[Village]] = field(default_factory=dict)
    """By the id of the ayil okmotu, in the order of the classifier."""
    associations: dict[int, Association] = field(default_factory=dict)
    """By the id of the village."""
    operators: dict[int, User] = field(default_factory=dict)
    """By the id of the centre."""
    chairs: dict[int, User] = field(default_factory=dict)
    """By the id of the association: the few chairs who have an account of their own."""
    grants: list[Grant] = field(default_factory=list)
    listed: set[int] = field(default_factory=set)
    """The ids of the tranches that are paid by a list of the last week."""
    numbers: Counter[str] = field(default_factory=Counter)
    """Running numbers of papers (receipts, invoices, bank orders) by series."""

    def chance(self, *name: object) -> Random:
        """Chance of its own for each part, so that a change in one story leaves the others as they are."""
        return Random("/".join(map(str, (SEED, *name))))

    def actor_for(self, association: Association) -> Actor:
        """Who acts for an association: its chair with an account, else the operator on its behalf."""
        chair = self.chairs.get(association.id)
        if chair is not None:
            return Actor(chair)
        return Actor(self.operators[association.centre_id], on_behalf_of=association)

    def as_user(self, user: User) -> Actor:
        return Actor(user)

    def as_staff(self, key: str) -> Actor:
        return Actor(self.staff[key])

    def village_of(self, association: Association) -> Village:
        """The village of an association; the demonstration's applicants all have one."""
        if association.village is None:
            raise ValueError(f"{association.name_en} is no association of a village")
        return association.village

    def number(self, series: str) -> int:
        """The next running number of a series of papers."""
        self.numbers[series] += 1
        return self.numbers[series]
