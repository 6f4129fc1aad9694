"""The triggers that hold payments and tranches together: one list a tranche, and no change of it meanwhile.

They belong to what protects the database (`models/protection.py`); a migration writes them out.
"""

FROZEN: dict[str, tuple[str, tuple[str, ...], tuple[str, ...] | tuple[tuple[str, ...], ...]]] = {
    "payment_batches": (
        "{row}.content IS NOT NULL",
        ("id", "number", "fund_id", "paying_account_id", "pay_on", "content", "sha256", "made_by_id", "made_at"),
        ("number",),
    ),
    "payments": (
        "{row}.id IS NOT NULL",  # from the first moment on: only what became of it is set later
        (
            *("id", "batch_id", "tranche_id", "payout_account_id", "amount", "end_to_end_id"),
            *("listed_by_id", "listed_at"),
        ),
        ("end_to_end_id",),
    ),
    "fund_closings": ("{row}.decided_at IS NOT NULL", (), (("fund_id",), ("bank_reference_key",), ("event_id",))),
    "recoveries": ("{row}.decided_at IS NOT NULL", (), ("event_id",)),
    "terminations": ("{row}.decided_at IS NOT NULL", (), ("grant_id",)),
    "repayments": (
        "{row}.id IS NOT NULL",  # from the first moment on: only what was decided and its reversal are set later
        (
            *("id", "grant_id", "amount", "paid_on", "bank_reference", "bank_reference_key", "reason"),
            *("recorded_by_id", "recorded_at"),
        ),
        ("bank_reference_key",),
    ),
}
"""Part of `protection.FROZEN`: a list stays as it was closed; payments and repayments as they were put down."""
_LIVE = "('listed', 'sent')"
_COLUMNS = ("status", "amount", "payout_account_id")
"""What stays of a tranche while it stands on a list."""
_FITS = (
    "EXISTS (SELECT 1 FROM tranches JOIN grants ON grants.id = tranches.grant_id "
    "JOIN payment_batches ON payment_batches.id = NEW.batch_id AND payment_batches.fund_id = grants.fund_id "
    "WHERE tranches.id = NEW.tranche_id AND tranches.status = 'approved' AND tranches.amount = NEW.amount "
    "AND tranches.payout_account_id = NEW.payout_account_id AND payment_batches.status = 'open')"
)
_ON_A_LIST = "EXISTS (SELECT 1 FROM payments WHERE payments.tranche_id = {tranche} AND payments.status IN {live})"
_APPROVED = "('approved', 'released', 'confirmed', 'accounted')"
_SENT = "('released', 'confirmed', 'accounted')"
_AS_APPROVED = ("amount", "payout_account_id", "prepared_by_id", "prepared_at", "approved_by_id", "approved_at")
_AS_SENT = ("event_id", "released_by_id", "released_at", "bank_reference", "bank_reference_key")
"""What stays of a tranche from its approval, and from its release on, until it fails, is sent back or returned."""
_PUT = "only an approved tranche of the fund stands on an open list, and on one alone"
_HELD = "a tranche on a list for the bank is not changed"
_DECIDED = "an approved payment is append-only"


def _changed(differs: str, columns: tuple[str, ...] = _COLUMNS) -> str:
    return "(" + " OR ".join(f"NEW.{one} {differs} OLD.{one}" for one in columns) + ")"


def _decided(differs: str) -> str:
    """The condition under which an UPDATE changes what was approved or sent, while it stays so."""
    kept = [
        f"(OLD.status IN {states} AND NEW.status IN {states} AND {_changed(differs, columns)})"
        for states, columns in ((_APPROVED, _AS_APPROVED), (_SENT, _AS_SENT))
    ]
    return " OR ".join([*kept, "NEW.id <> OLD.id", "NEW.grant_id <> OLD.grant_id", "NEW.sequence <> OLD.sequence"])


def guards(dialect: str) -> list[str]:
    """The DDL statements on `dialect` ("sqlite" or "postgresql")."""
    listed, held = (_ON_A_LIST.format(tranche=one, live=_LIVE) for one in ("NEW.tranche_id", "OLD.id"))
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER payments_no_misfit BEFORE INSERT ON payments WHEN NOT {_FITS} OR {listed} "
            f"BEGIN SELECT RAISE(ABORT, '{_PUT}'); END",
            "CREATE TRIGGER tranches_no_change_when_listed BEFORE UPDATE ON tranches "
            f"WHEN {_changed('IS NOT')} AND {held} BEGIN SELECT RAISE(ABORT, '{_HELD}'); END",
            "CREATE TRIGGER tranches_no_change_when_approved BEFORE UPDATE ON tranches "
            f"WHEN {_decided('IS NOT')} BEGIN SELECT RAISE(ABORT, '{_DECIDED}'); END",
            f"CREATE TRIGGER tranches_no_delete BEFORE DELETE ON tranches BEGIN SELECT RAISE(ABORT, '{_DECIDED}'); END",
            "CREATE TRIGGER tranches_no_replace BEFORE INSERT ON tranches WHEN EXISTS (SELECT 1 FROM tranches AS there "  # noqa: S608
            "WHERE there.id = NEW.id OR (there.grant_id = NEW.grant_id AND there.sequence = NEW.sequence) "
            "OR there.bank_reference = NEW.bank_reference OR there.bank_reference_key = NEW.bank_reference_key) "
            f"BEGIN SELECT RAISE(ABORT, '{_DECIDED}'); END",
        ]
    return [
        _function("refuse_payment", f"NOT {_FITS} OR {listed}", _PUT),
        "CREATE TRIGGER payments_no_misfit BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION refuse_payment()",
        _function("refuse_change_of_tranche", f"{_changed('IS DISTINCT FROM')} AND {held}", _HELD),
        "CREATE TRIGGER tranches_no_change_when_listed BEFORE UPDATE ON tranches "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_tranche()",
        _function("refuse_change_of_approved", _decided("IS DISTINCT FROM"), _DECIDED),
        "CREATE TRIGGER tranches_no_change_when_approved BEFORE UPDATE ON tranches "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_approved()",
        "CREATE TRIGGER tranches_no_delete BEFORE DELETE ON tranches FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER tranches_no_truncate BEFORE TRUNCATE ON tranches FOR EACH STATEMENT "
        "EXECUTE FUNCTION refuse_change()",
    ]


def _function(name: str, condition: str, problem: str) -> str:
    return (
        f"\nCREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n    IF {condition} THEN\n"
        f"        RAISE EXCEPTION '{problem}' USING ERRCODE = 'integrity_constraint_violation';\n"
        "    END IF;\n    RETURN NEW;\nEND $$\n"
    )
