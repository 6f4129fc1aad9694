"""Who acts, on whose behalf, and at whose word."""

from dataclasses import dataclass

from models.associations import Association
from models.dictations import Dictation
from models.users import Role, User


@dataclass(frozen=True)
class Actor:
    """The signed-in person and, when an operator acts for an association, that association and the dictation."""

    user: User
    on_behalf_of: Association | None = None
    dictation: Dictation | None = None

    @property
    def user_id(self) -> int:
        return self.user.id


def acting_for(user: User, association: Association) -> Actor:
    """`user` acting on `association`'s things: on its behalf when an operator of its centre and not a member."""
    if association.id in user.association_ids:
        return Actor(user)
    if user.has_role(Role.OPERATOR) and association.centre_id in user.centre_ids:
        return Actor(user, on_behalf_of=association)
    return Actor(user)
