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
_PUT = "only an approved tranche of the fund stands on an open list, and on one alone"
_HELD = "a tranche on a list for the bank is not changed"


def _changed(differs: str) -> str:
    return "(" + " OR ".join(f"NEW.{one} {differs} OLD.{one}" for one in _COLUMNS) + ")"


def guards(dialect: str) -> list[str]:
    """The DDL statements on `dialect` ("sqlite" or "postgresql")."""
    listed, held = (_ON_A_LIST.format(tranche=one, live=_LIVE) for one in ("NEW.tranche_id", "OLD.id"))
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER payments_no_misfit BEFORE INSERT ON payments WHEN NOT {_FITS} OR {listed} "
            f"BEGIN SELECT RAISE(ABORT, '{_PUT}'); END",
            "CREATE TRIGGER tranches_no_change_when_listed BEFORE UPDATE ON tranches "
            f"WHEN {_changed('IS NOT')} AND {held} BEGIN SELECT RAISE(ABORT, '{_HELD}'); END",
        ]
    return [
        _function("refuse_payment", f"NOT {_FITS} OR {listed}", _PUT),
        "CREATE TRIGGER payments_no_misfit BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION refuse_payment()",
        _function("refuse_change_of_tranche", f"{_changed('IS DISTINCT FROM')} AND {held}", _HELD),
        "CREATE TRIGGER tranches_no_change_when_listed BEFORE UPDATE ON tranches "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_tranche()",
    ]


def _function(name: str, condition: str, problem: str) -> str:
    return (
        f"\nCREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n    IF {condition} THEN\n"
        f"        RAISE EXCEPTION '{problem}' USING ERRCODE = 'integrity_constraint_violation';\n"
        "    END IF;\n    RETURN NEW;\nEND $$\n"
    )


def trigger_names() -> set[tuple[str, str]]:
    """(trigger, table) of what holds tables that are older than payments."""
    return {("tranches_no_change_when_listed", "tranches")}
