"""The selection of a call: its rules, as sentences and as figures, and what they are applied to."""

from app.localisation import N_
from app.services.errors import DomainError
from models.calls import Call, RanksBy


def statements(call: Call) -> list[DomainError]:
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
