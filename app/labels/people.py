"""What people read of people: who they are and which role they hold."""

from collections.abc import Mapping

from app.localisation import N_
from models.associations import MembershipRole
from models.lost_devices import IdentityCheck, LostDeviceStatus
from models.people import MigrantStatus, Sex
from models.users import Role

IDENTITY_CHECKS: Mapping[IdentityCheck, str] = {
    IdentityCheck.PASSPORT: N_("Was here with the passport"),
    IdentityCheck.KNOWN_IN_PERSON: N_("Was here, and I know the person"),
    IdentityCheck.VIDEO_CALL: N_("By a video call; I know face and voice"),
}
LOST_DEVICE_STATUSES: Mapping[LostDeviceStatus, str] = {
    LostDeviceStatus.REPORTED: N_("reported"),
    LostDeviceStatus.CHECKED: N_("waits for the second person"),
    LostDeviceStatus.CONFIRMED: N_("taken away"),
    LostDeviceStatus.REFUSED: N_("refused"),
}
MEMBERSHIP_ROLES: Mapping[MembershipRole, str] = {
    MembershipRole.CHAIR: N_("Chair"),
    MembershipRole.TREASURER: N_("Treasurer"),
    MembershipRole.SECRETARY: N_("Secretary"),
    MembershipRole.MEMBER: N_("Member"),
}
MIGRANT_STATUSES: Mapping[MigrantStatus, str] = {
    MigrantStatus.CURRENT_MIGRANT: N_("Works abroad now"),
    MigrantStatus.RETURNEE: N_("Returned from migration"),
    MigrantStatus.FAMILY_MEMBER: N_("Family member of a migrant"),
    MigrantStatus.NONE: N_("No migration in the family"),
}
ROLES: Mapping[Role, str] = {
    Role.MEMBER: N_("Association member"),
    Role.OPERATOR: N_("Centre operator"),
    Role.REVIEWER: N_("Reviewer"),
    Role.SECRETARY: N_("Council secretary"),
    Role.COUNCIL_CHAIR: N_("Council chair"),
    Role.FINANCE: N_("Finance officer"),
    Role.MONITOR: N_("Monitoring officer"),
    Role.DONOR: N_("Donor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}
SEXES: Mapping[Sex, str] = {Sex.FEMALE: N_("Woman"), Sex.MALE: N_("Man")}
