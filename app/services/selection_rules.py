"""The rules by which a call selects, as sentences: for its pages and for what is printed of it."""

from collections.abc import Mapping
from typing import Protocol

from app.localisation import N_
from app.services.errors import DomainError
from app.services.selection import Hindrance
from models.calls import RanksBy


class Prescribed(Protocol):
    """What says by which rules is selected: a call, or what a signed protocol kept of it."""

    @property
    def ranks_by(self) -> RanksBy: ...
    @property
    def most_per_oblast(self) -> int | None: ...
    @property
    def most_per_ayil_okmotu(self) -> int | None: ...
    @property
    def most_per_applicant(self) -> int | None: ...
    @property
    def first_time_percent(self) -> int | None: ...
    @property
    def women_led_percent(self) -> int | None: ...
    @property
    def youth_led_percent(self) -> int | None: ...
    @property
    def partial_awards(self) -> bool: ...


HINDRANCES: Mapping[Hindrance, str] = {
    Hindrance.THRESHOLDS: N_("It does not reach the thresholds."),
    Hindrance.OBLAST: N_("So many as are allowed are selected in its oblast."),
    Hindrance.AYIL_OKMOTU: N_("So many as are allowed are selected in its ayil aymak."),
    Hindrance.APPLICANT: N_("So many as are allowed are selected of its association."),
    Hindrance.FIRST_TIME: N_("It makes room for associations that never had a grant."),
    Hindrance.WOMEN_LED: N_("It makes room for associations led by a woman."),
    Hindrance.YOUTH_LED: N_("It makes room for associations led by a young person."),
    Hindrance.NO_LINE: N_("The call has no money for its oblast and theme."),
    Hindrance.DECLINED: N_("Its grant was declined: it keeps only its place in the ranking."),
    Hindrance.MONEY: N_("What is left is not enough for it."),
}
"""{why it is passed over: the sentence}."""


def statements(call: Prescribed) -> list[DomainError]:
    """The rules by which the Council selects, a sentence each, as they are published."""
    ranked = (
        N_("The applications are ranked by the score adjusted for the severity of the reviewers.")
        if call.ranks_by is RanksBy.ADJUSTED
        else N_("The applications are ranked by the mean of the reviews.")
    )
    said = [DomainError(ranked)]
    for most, text in (
        (call.most_per_oblast, N_("At most %(count)s applications are selected in one oblast.")),
        (call.most_per_ayil_okmotu, N_("At most %(count)s applications are selected in one ayil aymak.")),
        (call.most_per_applicant, N_("At most %(count)s applications of one association are selected.")),
    ):
        if most is not None:
            said.append(DomainError(text, count=most))
    for share, text in (
        (
            call.first_time_percent,
            N_("At least %(share)s %% of the selected applications come from associations that never had a grant."),
        ),
        (
            call.women_led_percent,
            N_("At least %(share)s %% of the selected applications come from associations led by a woman."),
        ),
        (
            call.youth_led_percent,
            N_("At least %(share)s %% of the selected applications come from associations led by a young person."),
        ),
    ):
        if share is not None:
            said.append(DomainError(text, share=share))
    partial = (
        N_("The Council may award less than what is asked for.")
        if call.partial_awards
        else N_("An application gets all it asks for, or nothing.")
    )
    return [*said, DomainError(partial)]
