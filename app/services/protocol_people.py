"""Who stands where in a signed protocol: it keeps names alone, and two who came may have the same one."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence

from app.services import protocol_places, protocols
from app.services.protocol_places import Change, Content, Named
from models.corrected_protocols import CorrectedProtocol


def of(correction: CorrectedProtocol) -> list[Named]:
    """Those on the list of attendance of the protocol that is corrected, in its order.

    People of one name are told apart by the rows the first protocol was made of. Left out is who cannot be: a name
    stands twice in a protocol from before such rows were kept.
    """
    content: Content = json.loads(str(correction.corrects.content))
    names: Counter[str] = Counter(content["present"])
    if len(names) == len(content["present"]):
        return [Named(row, name) for row, name in enumerate(content["present"])]
    keys = dict(protocol_places.standing(_keys(correction)))
    there, said = defaultdict(list), defaultdict(set)
    for path, name in protocol_places.standing(content):
        there[keys.get(path)].append(list(path))
        said[keys.get(path)].add(name)
    accounts = {str(one.user_id): one.user.username for one in correction.session.attendances}
    found = []
    for row, name in enumerate(content["present"]):
        key = keys.get(("present", row))
        if names[name] == 1:
            found.append(Named(row, name))
        elif key is not None and said[key] == {name} and name not in said[None]:
            found.append(Named(row, name, there[key], accounts.get(key, "")))
    return found


def came(correction: CorrectedProtocol, changes: Sequence[Change]) -> set[str]:
    """Who came to the session after these changes, by the number of the account (as text)."""
    content: Content = json.loads(str(correction.corrects.content))
    return set(protocol_places.attended(_keys(correction), content, changes)["present"])


def _keys(correction: CorrectedProtocol) -> Content:
    """The places of the corrected protocol with the key of a person in each: those of the first one, and what the
    corrections before this one changed of who came."""
    chain, before = [], correction.follows
    while before is not None:
        chain.append(before)
        before = before.follows
    keys = protocols.people_of(correction.session)
    for one in reversed(chain):
        content = json.loads(str(one.corrects.content))
        keys = protocol_places.attended(keys, content, protocol_places.read(one.changes))
    return keys
