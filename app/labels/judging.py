"""What people read where applications are screened, reviewed and decided on."""

from collections.abc import Mapping

from app.localisation import N_
from models.agenda_items import AgendaStatus, RecusalGround
from models.appeals import AppealStatus
from models.applications import ScreeningOutcome
from models.assignment_plans import PlanMode, PlanStatus
from models.calls import VoteRule
from models.corrected_protocols import CorrectionStatus
from models.council_sessions import AgendaOrder, DecisionOutcome, SessionStatus, VoteChoice
from models.detected_conflicts import ConflictClue, ConflictPart, ConflictStrength, ConflictVerdict
from models.duplicates import DuplicateVerdict, MarkKind
from models.interests import InterestKind
from models.letters import LetterStatus
from models.reviewers import Leaning
from models.reviews import AssignmentStatus, ConflictKind, ReviewFlag, ReviewStatus
from models.screening_batches import HeldStatus

ASSIGNMENT_STATUSES: Mapping[AssignmentStatus, str] = {
    AssignmentStatus.PROPOSED: N_("Waits for your answer"),
    AssignmentStatus.ACCEPTED: N_("Review to be written"),
    AssignmentStatus.DECLINED: N_("Declined"),
    AssignmentStatus.RECUSED: N_("Recused"),
    AssignmentStatus.SUBMITTED: N_("Review submitted"),
    AssignmentStatus.CLOSED: N_("Review closed"),
}
CONFLICT_KINDS: Mapping[ConflictKind, str] = {
    ConflictKind.KINSHIP: N_("Kinship with the applicant"),
    ConflictKind.PLACE: N_("Same village or ayil okmotu"),
    ConflictKind.MEMBERSHIP: N_("Member of the association"),
    ConflictKind.BUSINESS: N_("Business with the applicant"),
    ConflictKind.CONTRIBUTOR: N_("Contributor to the project"),
    ConflictKind.OTHER: N_("Another interest"),
}
DECISION_OUTCOMES: Mapping[DecisionOutcome, str] = {
    DecisionOutcome.SELECTED: N_("Selected"),
    DecisionOutcome.RESERVE: N_("On the reserve list"),
    DecisionOutcome.REJECTED: N_("Not selected"),
}
APPEAL_STATUSES: Mapping[AppealStatus, str] = {
    AppealStatus.LODGED: N_("Appeal handed in"),
    AppealStatus.ACKNOWLEDGED: N_("Waits for the chair of the Council"),
    AppealStatus.UPHELD: N_("Upheld"),
    AppealStatus.DISMISSED: N_("Dismissed"),
    AppealStatus.WITHDRAWN: N_("Appeal withdrawn"),
}
LETTER_STATUSES: Mapping[LetterStatus, str] = {
    LetterStatus.HELD: N_("Held, not sent yet"),
    LetterStatus.SENT: N_("Sent"),
}
CONFLICT_CLUES: Mapping[ConflictClue, str] = {
    ConflictClue.PIN: N_("The same PIN"),
    ConflictClue.ACCOUNT: N_("The same bank account"),
    ConflictClue.NUMBER: N_("The same register number"),
    ConflictClue.PHONE: N_("The same phone number"),
    ConflictClue.PLACE: N_("Ayil okmotus that were merged"),
    ConflictClue.NAME: N_("The same name in one spelling or another"),
    ConflictClue.FIRM: N_("The same name of a firm or association"),
}
CONFLICT_PARTS: Mapping[ConflictPart, str] = {
    ConflictPart.SELF: N_("The person who judges"),
    ConflictPart.KIN: N_("Kin, by the register of interests"),
    ConflictPart.OWN_MEMBERSHIP: N_("An association of the person who judges"),
    ConflictPart.OWN_BUSINESS: N_("A business of the person who judges"),
    ConflictPart.OWN_CONTRIBUTION: N_("Whom the person who judges gives money"),
    ConflictPart.MEMBER: N_("A member of the association"),
    ConflictPart.REMITTER: N_("A remitter who pledged"),
    ConflictPart.SUPPLIER: N_("A supplier of the association"),
    ConflictPart.HOLDER: N_("The holder of the payout account"),
    ConflictPart.ASSOCIATION: N_("The association"),
}
CONFLICT_STRENGTHS: Mapping[ConflictStrength, str] = {
    ConflictStrength.STRONG: N_("Strong"),
    ConflictStrength.FAIR: N_("Fair"),
    ConflictStrength.WEAK: N_("Weak"),
}
CONFLICT_VERDICTS: Mapping[ConflictVerdict, str] = {
    ConflictVerdict.CONFIRMED: N_("A conflict of interest"),
    ConflictVerdict.FALSE_ALARM: N_("A false alarm"),
}
INTEREST_KINDS: Mapping[InterestKind, str] = {
    InterestKind.KIN: N_("Kin"),
    InterestKind.MEMBERSHIP: N_("Membership in an association or organisation"),
    InterestKind.BUSINESS: N_("Business"),
    InterestKind.CONTRIBUTION: N_("Money I give to an association or a project"),
}
DUPLICATE_VERDICTS: Mapping[DuplicateVerdict, str] = {
    DuplicateVerdict.CONFIRMED: N_("A duplicate"),
    DuplicateVerdict.FALSE_ALARM: N_("A false alarm"),
}
MARK_KINDS: Mapping[MarkKind, str] = {
    MarkKind.TEXT: N_("The texts"),
    MarkKind.PIN: N_("The same PIN"),
    MarkKind.PHONE: N_("The same phone number"),
    MarkKind.NAME: N_("The same name and year of birth"),
    MarkKind.REMITTER: N_("The same remitter, country and amount"),
}
LEANINGS: Mapping[Leaning, str] = {
    Leaning.WISH: N_("Would rather judge it"),
    Leaning.RATHER_NOT: N_("Would rather not judge it"),
}
PLAN_MODES: Mapping[PlanMode, str] = {
    PlanMode.FILL: N_("Give every application its reviewers"),
    PlanMode.TOP_UP: N_("Top up to a number of reviewers"),
    PlanMode.REPAIR: N_("Replace reviewers who have gone"),
    PlanMode.LIST: N_("Pairs that were given"),
}
PLAN_STATUSES: Mapping[PlanStatus, str] = {
    PlanStatus.PROPOSED: N_("Plan, nobody asked yet"),
    PlanStatus.APPLIED: N_("Reviewers asked"),
    PlanStatus.DISCARDED: N_("Put away"),
}
REVIEW_FLAGS: Mapping[ReviewFlag, str] = {
    ReviewFlag.NONE: N_("No flag"),
    ReviewFlag.ASK: N_("The Council should ask something"),
    ReviewFlag.SUSPECT: N_("Suspicious"),
    ReviewFlag.EXCELLENT: N_("Excellent"),
}
REVIEW_STATUSES: Mapping[ReviewStatus, str] = {
    ReviewStatus.DRAFT: N_("Review being written"),
    ReviewStatus.SUBMITTED: N_("Review submitted"),
}
SCREENING_OUTCOMES: Mapping[ScreeningOutcome, str] = {
    ScreeningOutcome.ELIGIBLE: N_("Eligible"),
    ScreeningOutcome.INELIGIBLE: N_("Not eligible"),
    ScreeningOutcome.RETURNED: N_("Returned for changes"),
}
HELD_STATES: Mapping[HeldStatus, str] = {
    HeldStatus.HELD: N_("Held"),
    HeldStatus.SENT: N_("Sent"),
    HeldStatus.UNDONE: N_("Taken back"),
    HeldStatus.LEFT_OUT: N_("Left out"),
}
AGENDA_ORDERS: Mapping[AgendaOrder, str] = {
    AgendaOrder.GROUPED: N_("So that recused members leave least often"),
    AgendaOrder.RANKED: N_("Down the ranking"),
    AgendaOrder.BY_HAND: N_("By hand"),
}
AGENDA_STATUSES: Mapping[AgendaStatus, str] = {
    AgendaStatus.WAITING: N_("Waits for the discussion"),
    AgendaStatus.DISCUSSED: N_("Under discussion"),
    AgendaStatus.DECIDED: N_("Decided"),
    AgendaStatus.TAKEN_OFF: N_("Taken off the agenda"),
}
RECUSAL_GROUNDS: Mapping[RecusalGround, str] = {
    RecusalGround.PLACE: N_("lives in the same ayil okmotu"),
    RecusalGround.MEMBERSHIP: N_("member of an association of the same ayil okmotu"),
    RecusalGround.ROLE: N_("acts for the applicant"),
    RecusalGround.DECLARED: N_("declared an interest"),
    RecusalGround.DETECTED: N_("a conflict of interest was found and confirmed"),
    RecusalGround.SAID: N_("said so in the session"),
}
VOTE_CHOICES: Mapping[VoteChoice, str] = {
    VoteChoice.FOR: N_("For"),
    VoteChoice.AGAINST: N_("Against"),
    VoteChoice.ABSTAINED: N_("Abstains"),
}
VOTE_RULES: Mapping[VoteRule, str] = {
    VoteRule.OPEN: N_("Open: each vote is recorded by name"),
    VoteRule.SECRET: N_("Secret: the votes are only counted"),
}
CORRECTION_STATUSES: Mapping[CorrectionStatus, str] = {
    CorrectionStatus.DRAFT: N_("Draft"),
    CorrectionStatus.PROPOSED: N_("Waits for the signature"),
    CorrectionStatus.SIGNED: N_("Signed"),
    CorrectionStatus.WITHDRAWN: N_("Given up"),
}
SESSION_STATUSES: Mapping[SessionStatus, str] = {
    SessionStatus.OPEN: N_("Session open"),
    SessionStatus.SIGNED: N_("Protocol signed"),
    SessionStatus.ADJOURNED: N_("Ended without decisions"),
}
