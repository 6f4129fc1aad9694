"""What people read instead of codes where associations apply and centres help them; `app.labels` takes them up."""

from collections.abc import Mapping

from app.localisation import N_
from models.calls import QuorumOf

QUORUMS_OF: Mapping[QuorumOf, str] = {
    QuorumOf.HOUSEHOLDS: N_("Households"),
    QuorumOf.ADULTS: N_("Adult inhabitants"),
}
