"""Who sends money, read and kept only by who may and has no tie to the association."""

from app.policy import Permission
from app.services import conflicts, remitters
from app.web.access import load, refuse_tied, signed_in_user
from models.associations import Association
from models.remitters import Remitter


def keep_tied_away(association: Association) -> None:
    """Who also judges or monitors and has a tie to the association sees nothing of who sends to it."""
    if not remitters.are_open(association, conflicts.kept_from(signed_in_user())):
        refuse_tied()


def load_remitter(remitter_id: int, permission: Permission) -> Remitter:
    """The remitter `permission` opens to the reader; 404 and 403 as `load`."""
    row = load(Remitter, remitter_id, permission)
    keep_tied_away(row.association)
    return row
