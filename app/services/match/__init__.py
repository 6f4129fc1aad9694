"""The match: how much grant the verified co-investment carries, by the rule of the call. Pure; amounts in tyiyn."""

from app.services.match.arithmetic import (
    Due,
    Limit,
    MatchRule,
    Unlocked,
    Verified,
    carried,
    carried_at_best,
    community_counted,
    counted,
    due,
    further_due,
    limits,
    prorated,
    split_tranches,
    unlocked,
)
from app.services.match.lines import Line, lines
from app.services.match.terms import HIGHEST_AMOUNT, HIGHEST_MATCH, check, rule_of
from app.services.match.wording import examples, further_sentences, goods, sentences, shares_of

__all__ = [
    "HIGHEST_AMOUNT",
    "HIGHEST_MATCH",
    "Due",
    "Limit",
    "Line",
    "MatchRule",
    "Unlocked",
    "Verified",
    "carried",
    "carried_at_best",
    "check",
    "community_counted",
    "counted",
    "due",
    "examples",
    "further_due",
    "further_sentences",
    "goods",
    "limits",
    "lines",
    "prorated",
    "rule_of",
    "sentences",
    "shares_of",
    "split_tranches",
    "unlocked",
]
