"""What two people decide stays as it was put down: contributions, spending, accounts, offers, results, visits, payments.

Revision ID: 0067
Revises: 0066
"""

import re

from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER contributions_no_update BEFORE UPDATE ON contributions WHEN (OLD.id IS NOT NULL AND"
        " (NEW.id IS NOT OLD.id OR NEW.grant_id IS NOT OLD.grant_id OR NEW.pledge_id IS NOT OLD.pledge_id OR"
        " NEW.kind IS NOT OLD.kind OR NEW.channel_id IS NOT OLD.channel_id OR NEW.reference IS NOT OLD.reference"
        " OR NEW.reference_key IS NOT OLD.reference_key OR NEW.sender_name IS NOT OLD.sender_name OR"
        " NEW.sender_country IS NOT OLD.sender_country OR NEW.receiver_name IS NOT OLD.receiver_name OR"
        " NEW.sent_on IS NOT OLD.sent_on OR NEW.received_on IS NOT OLD.received_on OR NEW.currency IS NOT"
        " OLD.currency OR NEW.amount IS NOT OLD.amount OR NEW.fee IS NOT OLD.fee OR NEW.rate_id IS NOT"
        " OLD.rate_id OR NEW.amount_kgs IS NOT OLD.amount_kgs OR NEW.recorded_by_id IS NOT OLD.recorded_by_id OR"
        " NEW.recorded_at IS NOT OLD.recorded_at)) OR ((OLD.status <> 'recorded') AND (NEW.verified_by_id IS NOT"
        " OLD.verified_by_id OR NEW.verified_at IS NOT OLD.verified_at OR NEW.checks IS NOT OLD.checks OR"
        " NEW.event_id IS NOT OLD.event_id)) OR ((OLD.status = 'refused' OR OLD.status = 'reversed') AND"
        " (NEW.status IS NOT OLD.status OR NEW.fault IS NOT OLD.fault OR NEW.reason IS NOT OLD.reason OR"
        " NEW.reversal_event_id IS NOT OLD.reversal_event_id)) OR EXISTS (SELECT 1 FROM contributions AS there"
        " WHERE there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.channel_id ="
        " NEW.channel_id AND there.reference_key = NEW.reference_key AND there.status IN ('recorded', 'verified')"
        " AND NEW.status IN ('recorded', 'verified')))) BEGIN SELECT RAISE(ABORT, 'contributions is"
        " append-only'); END",
        "CREATE TRIGGER contributions_no_delete BEFORE DELETE ON contributions WHEN OLD.id IS NOT NULL BEGIN"
        " SELECT RAISE(ABORT, 'contributions is append-only'); END",
        "CREATE TRIGGER contributions_no_replace BEFORE INSERT ON contributions WHEN EXISTS (SELECT 1 FROM"
        " contributions AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.channel_id ="
        " NEW.channel_id AND there.reference_key = NEW.reference_key AND there.status IN ('recorded', 'verified')"
        " AND NEW.status IN ('recorded', 'verified')))) BEGIN SELECT RAISE(ABORT, 'contributions is"
        " append-only'); END",
        "CREATE TRIGGER expenditures_no_update BEFORE UPDATE ON expenditures WHEN (OLD.id IS NOT NULL AND (NEW.id"
        " IS NOT OLD.id OR NEW.grant_id IS NOT OLD.grant_id OR NEW.budget_line_id IS NOT OLD.budget_line_id OR"
        " NEW.title IS NOT OLD.title OR NEW.payer IS NOT OLD.payer OR NEW.amount IS NOT OLD.amount OR NEW.paid_on"
        " IS NOT OLD.paid_on OR NEW.quantity IS NOT OLD.quantity OR NEW.purchase_id IS NOT OLD.purchase_id OR"
        " NEW.document_number IS NOT OLD.document_number OR NEW.document_key IS NOT OLD.document_key OR"
        " NEW.recorded_by_id IS NOT OLD.recorded_by_id OR NEW.recorded_at IS NOT OLD.recorded_at)) OR"
        " ((OLD.status <> 'recorded') AND (NEW.status IS NOT OLD.status OR NEW.reason IS NOT OLD.reason OR"
        " NEW.event_id IS NOT OLD.event_id OR NEW.accepted_amount IS NOT OLD.accepted_amount OR"
        " NEW.accepted_by_id IS NOT OLD.accepted_by_id OR NEW.accepted_at IS NOT OLD.accepted_at)) OR EXISTS"
        " (SELECT 1 FROM expenditures AS there WHERE there.id IS NOT NULL AND there.id <> OLD.id AND (there.id ="
        " NEW.id OR (there.supplier_id = NEW.supplier_id AND there.document_key = NEW.document_key AND"
        " there.status <> 'refused' AND NEW.status <> 'refused'))) BEGIN SELECT RAISE(ABORT, 'expenditures is"
        " append-only'); END",
        "CREATE TRIGGER expenditures_no_delete BEFORE DELETE ON expenditures WHEN OLD.id IS NOT NULL BEGIN SELECT"
        " RAISE(ABORT, 'expenditures is append-only'); END",
        "CREATE TRIGGER expenditures_no_replace BEFORE INSERT ON expenditures WHEN EXISTS (SELECT 1 FROM"
        " expenditures AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.supplier_id ="
        " NEW.supplier_id AND there.document_key = NEW.document_key AND there.status <> 'refused' AND NEW.status"
        " <> 'refused'))) BEGIN SELECT RAISE(ABORT, 'expenditures is append-only'); END",
        "CREATE TRIGGER payout_accounts_no_update BEFORE UPDATE ON payout_accounts WHEN (OLD.id IS NOT NULL AND"
        " (NEW.id IS NOT OLD.id OR NEW.association_id IS NOT OLD.association_id OR NEW.bank IS NOT OLD.bank OR"
        " NEW.number IS NOT OLD.number OR NEW.holder IS NOT OLD.holder OR NEW.proposed_by_id IS NOT"
        " OLD.proposed_by_id OR NEW.proposed_at IS NOT OLD.proposed_at OR NEW.replaces_id IS NOT"
        " OLD.replaces_id)) OR ((OLD.confirmed_at IS NOT NULL) AND (NEW.confirmed_by_id IS NOT"
        " OLD.confirmed_by_id OR NEW.confirmed_at IS NOT OLD.confirmed_at)) OR EXISTS (SELECT 1 FROM"
        " payout_accounts AS there WHERE there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR"
        " (there.association_id = NEW.association_id AND there.closed_at IS NULL AND there.confirmed_at IS NOT"
        " NULL AND NEW.closed_at IS NULL AND NEW.confirmed_at IS NOT NULL))) BEGIN SELECT RAISE(ABORT,"
        " 'payout_accounts is append-only'); END",
        "CREATE TRIGGER payout_accounts_no_delete BEFORE DELETE ON payout_accounts WHEN OLD.id IS NOT NULL BEGIN"
        " SELECT RAISE(ABORT, 'payout_accounts is append-only'); END",
        "CREATE TRIGGER payout_accounts_no_replace BEFORE INSERT ON payout_accounts WHEN EXISTS (SELECT 1 FROM"
        " payout_accounts AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.association_id ="
        " NEW.association_id AND there.closed_at IS NULL AND there.confirmed_at IS NOT NULL AND NEW.closed_at IS"
        " NULL AND NEW.confirmed_at IS NOT NULL))) BEGIN SELECT RAISE(ABORT, 'payout_accounts is append-only');"
        " END",
        "CREATE TRIGGER quotations_no_update BEFORE UPDATE ON quotations WHEN (OLD.id IS NOT NULL AND (NEW.id IS"
        " NOT OLD.id OR NEW.purchase_id IS NOT OLD.purchase_id OR NEW.supplier_id IS NOT OLD.supplier_id OR"
        " NEW.amount IS NOT OLD.amount OR NEW.quoted_on IS NOT OLD.quoted_on OR NEW.document_id IS NOT"
        " OLD.document_id OR NEW.recorded_by_id IS NOT OLD.recorded_by_id OR NEW.recorded_at IS NOT"
        " OLD.recorded_at)) OR EXISTS (SELECT 1 FROM quotations AS there WHERE there.id IS NOT NULL AND there.id"
        " <> OLD.id AND (there.id = NEW.id OR (there.purchase_id = NEW.purchase_id AND there.supplier_id ="
        " NEW.supplier_id) OR (there.document_id = NEW.document_id))) BEGIN SELECT RAISE(ABORT, 'quotations is"
        " append-only'); END",
        "CREATE TRIGGER quotations_no_delete BEFORE DELETE ON quotations WHEN OLD.id IS NOT NULL BEGIN SELECT"
        " RAISE(ABORT, 'quotations is append-only'); END",
        "CREATE TRIGGER quotations_no_replace BEFORE INSERT ON quotations WHEN EXISTS (SELECT 1 FROM quotations"
        " AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.purchase_id = NEW.purchase_id AND"
        " there.supplier_id = NEW.supplier_id) OR (there.document_id = NEW.document_id))) BEGIN SELECT"
        " RAISE(ABORT, 'quotations is append-only'); END",
        "CREATE TRIGGER results_no_update BEFORE UPDATE ON results WHEN (OLD.id IS NOT NULL AND (NEW.id IS NOT"
        " OLD.id OR NEW.target_id IS NOT OLD.target_id OR NEW.period_ends_on IS NOT OLD.period_ends_on OR"
        " NEW.value IS NOT OLD.value OR NEW.female IS NOT OLD.female OR NEW.male IS NOT OLD.male OR NEW.evidence"
        " IS NOT OLD.evidence OR NEW.reported_by_id IS NOT OLD.reported_by_id OR NEW.reported_at IS NOT"
        " OLD.reported_at)) OR ((OLD.status <> 'reported') AND (NEW.status IS NOT OLD.status OR"
        " NEW.verified_by_id IS NOT OLD.verified_by_id OR NEW.verified_at IS NOT OLD.verified_at OR"
        " NEW.refusal_reason IS NOT OLD.refusal_reason)) OR EXISTS (SELECT 1 FROM results AS there WHERE there.id"
        " IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.target_id = NEW.target_id AND"
        " there.period_ends_on = NEW.period_ends_on AND there.status <> 'refused' AND NEW.status <> 'refused')))"
        " BEGIN SELECT RAISE(ABORT, 'results is append-only'); END",
        "CREATE TRIGGER results_no_delete BEFORE DELETE ON results WHEN OLD.id IS NOT NULL BEGIN SELECT"
        " RAISE(ABORT, 'results is append-only'); END",
        "CREATE TRIGGER results_no_replace BEFORE INSERT ON results WHEN EXISTS (SELECT 1 FROM results AS there"
        " WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.target_id = NEW.target_id AND"
        " there.period_ends_on = NEW.period_ends_on AND there.status <> 'refused' AND NEW.status <> 'refused')))"
        " BEGIN SELECT RAISE(ABORT, 'results is append-only'); END",
        "CREATE TRIGGER visits_no_update BEFORE UPDATE ON visits WHEN (OLD.status = 'done' AND (NEW.id IS NOT"
        " OLD.id OR NEW.grant_id IS NOT OLD.grant_id OR NEW.planned_on IS NOT OLD.planned_on OR NEW.planned_by_id"
        " IS NOT OLD.planned_by_id OR NEW.visitor_id IS NOT OLD.visitor_id OR NEW.status IS NOT OLD.status OR"
        " NEW.visited_on IS NOT OLD.visited_on OR NEW.recorded_at IS NOT OLD.recorded_at OR NEW.checklist IS NOT"
        " OLD.checklist OR NEW.findings IS NOT OLD.findings OR NEW.follow_up IS NOT OLD.follow_up OR NEW.risk IS"
        " NOT OLD.risk OR NEW.holds_payment IS NOT OLD.holds_payment OR NEW.latitude IS NOT OLD.latitude OR"
        " NEW.longitude IS NOT OLD.longitude)) OR EXISTS (SELECT 1 FROM visits AS there WHERE there.status ="
        " 'done' AND there.id <> OLD.id AND (there.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'visits is"
        " append-only'); END",
        "CREATE TRIGGER visits_no_delete BEFORE DELETE ON visits WHEN OLD.status = 'done' BEGIN SELECT"
        " RAISE(ABORT, 'visits is append-only'); END",
        "CREATE TRIGGER visits_no_replace BEFORE INSERT ON visits WHEN EXISTS (SELECT 1 FROM visits AS there"
        " WHERE there.status = 'done' AND (there.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'visits is"
        " append-only'); END",
        "CREATE TRIGGER tranches_no_change_when_approved BEFORE UPDATE ON tranches WHEN (OLD.status IN"
        " ('approved', 'released', 'confirmed', 'accounted') AND NEW.status IN ('approved', 'released',"
        " 'confirmed', 'accounted') AND (NEW.amount IS NOT OLD.amount OR NEW.payout_account_id IS NOT"
        " OLD.payout_account_id OR NEW.prepared_by_id IS NOT OLD.prepared_by_id OR NEW.prepared_at IS NOT"
        " OLD.prepared_at OR NEW.approved_by_id IS NOT OLD.approved_by_id OR NEW.approved_at IS NOT"
        " OLD.approved_at)) OR (OLD.status IN ('released', 'confirmed', 'accounted') AND NEW.status IN"
        " ('released', 'confirmed', 'accounted') AND (NEW.event_id IS NOT OLD.event_id OR NEW.released_by_id IS"
        " NOT OLD.released_by_id OR NEW.released_at IS NOT OLD.released_at OR NEW.bank_reference IS NOT"
        " OLD.bank_reference OR NEW.bank_reference_key IS NOT OLD.bank_reference_key)) OR NEW.id <> OLD.id OR"
        " NEW.grant_id <> OLD.grant_id OR NEW.sequence <> OLD.sequence BEGIN SELECT RAISE(ABORT, 'an approved"
        " payment is append-only'); END",
        "CREATE TRIGGER tranches_no_delete BEFORE DELETE ON tranches BEGIN SELECT RAISE(ABORT, 'an approved"
        " payment is append-only'); END",
        "CREATE TRIGGER tranches_no_replace BEFORE INSERT ON tranches WHEN EXISTS (SELECT 1 FROM tranches AS"
        " there WHERE there.id = NEW.id OR (there.grant_id = NEW.grant_id AND there.sequence = NEW.sequence) OR"
        " there.bank_reference = NEW.bank_reference OR there.bank_reference_key = NEW.bank_reference_key) BEGIN"
        " SELECT RAISE(ABORT, 'an approved payment is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER contributions_no_change BEFORE UPDATE ON contributions FOR EACH ROW WHEN (OLD.id IS NOT"
        " NULL AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.grant_id IS DISTINCT FROM OLD.grant_id OR NEW.pledge_id"
        " IS DISTINCT FROM OLD.pledge_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.channel_id IS DISTINCT FROM"
        " OLD.channel_id OR NEW.reference IS DISTINCT FROM OLD.reference OR NEW.reference_key IS DISTINCT FROM"
        " OLD.reference_key OR NEW.sender_name IS DISTINCT FROM OLD.sender_name OR NEW.sender_country IS DISTINCT"
        " FROM OLD.sender_country OR NEW.receiver_name IS DISTINCT FROM OLD.receiver_name OR NEW.sent_on IS"
        " DISTINCT FROM OLD.sent_on OR NEW.received_on IS DISTINCT FROM OLD.received_on OR NEW.currency IS"
        " DISTINCT FROM OLD.currency OR NEW.amount IS DISTINCT FROM OLD.amount OR NEW.fee IS DISTINCT FROM"
        " OLD.fee OR NEW.rate_id IS DISTINCT FROM OLD.rate_id OR NEW.amount_kgs IS DISTINCT FROM OLD.amount_kgs"
        " OR NEW.recorded_by_id IS DISTINCT FROM OLD.recorded_by_id OR NEW.recorded_at IS DISTINCT FROM"
        " OLD.recorded_at) OR ((OLD.status <> 'recorded') AND (NEW.verified_by_id IS DISTINCT FROM"
        " OLD.verified_by_id OR NEW.verified_at IS DISTINCT FROM OLD.verified_at OR NEW.checks IS DISTINCT FROM"
        " OLD.checks OR NEW.event_id IS DISTINCT FROM OLD.event_id)) OR ((OLD.status = 'refused' OR OLD.status ="
        " 'reversed') AND (NEW.status IS DISTINCT FROM OLD.status OR NEW.fault IS DISTINCT FROM OLD.fault OR"
        " NEW.reason IS DISTINCT FROM OLD.reason OR NEW.reversal_event_id IS DISTINCT FROM"
        " OLD.reversal_event_id))) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER contributions_no_delete BEFORE DELETE ON contributions FOR EACH ROW WHEN (OLD.id IS NOT"
        " NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER contributions_no_truncate BEFORE TRUNCATE ON contributions FOR EACH STATEMENT EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER expenditures_no_change BEFORE UPDATE ON expenditures FOR EACH ROW WHEN (OLD.id IS NOT"
        " NULL AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.grant_id IS DISTINCT FROM OLD.grant_id OR"
        " NEW.budget_line_id IS DISTINCT FROM OLD.budget_line_id OR NEW.title IS DISTINCT FROM OLD.title OR"
        " NEW.payer IS DISTINCT FROM OLD.payer OR NEW.amount IS DISTINCT FROM OLD.amount OR NEW.paid_on IS"
        " DISTINCT FROM OLD.paid_on OR NEW.quantity IS DISTINCT FROM OLD.quantity OR NEW.purchase_id IS DISTINCT"
        " FROM OLD.purchase_id OR NEW.document_number IS DISTINCT FROM OLD.document_number OR NEW.document_key IS"
        " DISTINCT FROM OLD.document_key OR NEW.recorded_by_id IS DISTINCT FROM OLD.recorded_by_id OR"
        " NEW.recorded_at IS DISTINCT FROM OLD.recorded_at) OR ((OLD.status <> 'recorded') AND (NEW.status IS"
        " DISTINCT FROM OLD.status OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.event_id IS DISTINCT FROM"
        " OLD.event_id OR NEW.accepted_amount IS DISTINCT FROM OLD.accepted_amount OR NEW.accepted_by_id IS"
        " DISTINCT FROM OLD.accepted_by_id OR NEW.accepted_at IS DISTINCT FROM OLD.accepted_at))) EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER expenditures_no_delete BEFORE DELETE ON expenditures FOR EACH ROW WHEN (OLD.id IS NOT"
        " NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER expenditures_no_truncate BEFORE TRUNCATE ON expenditures FOR EACH STATEMENT EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER payout_accounts_no_change BEFORE UPDATE ON payout_accounts FOR EACH ROW WHEN (OLD.id IS"
        " NOT NULL AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.association_id IS DISTINCT FROM OLD.association_id"
        " OR NEW.bank IS DISTINCT FROM OLD.bank OR NEW.number IS DISTINCT FROM OLD.number OR NEW.holder IS"
        " DISTINCT FROM OLD.holder OR NEW.proposed_by_id IS DISTINCT FROM OLD.proposed_by_id OR NEW.proposed_at"
        " IS DISTINCT FROM OLD.proposed_at OR NEW.replaces_id IS DISTINCT FROM OLD.replaces_id) OR"
        " ((OLD.confirmed_at IS NOT NULL) AND (NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id OR"
        " NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at))) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER payout_accounts_no_delete BEFORE DELETE ON payout_accounts FOR EACH ROW WHEN (OLD.id IS"
        " NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER payout_accounts_no_truncate BEFORE TRUNCATE ON payout_accounts FOR EACH STATEMENT EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER quotations_no_change BEFORE UPDATE ON quotations FOR EACH ROW WHEN (OLD.id IS NOT NULL"
        " AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.purchase_id IS DISTINCT FROM OLD.purchase_id OR"
        " NEW.supplier_id IS DISTINCT FROM OLD.supplier_id OR NEW.amount IS DISTINCT FROM OLD.amount OR"
        " NEW.quoted_on IS DISTINCT FROM OLD.quoted_on OR NEW.document_id IS DISTINCT FROM OLD.document_id OR"
        " NEW.recorded_by_id IS DISTINCT FROM OLD.recorded_by_id OR NEW.recorded_at IS DISTINCT FROM"
        " OLD.recorded_at)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER quotations_no_delete BEFORE DELETE ON quotations FOR EACH ROW WHEN (OLD.id IS NOT NULL)"
        " EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER quotations_no_truncate BEFORE TRUNCATE ON quotations FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
        "CREATE TRIGGER results_no_change BEFORE UPDATE ON results FOR EACH ROW WHEN (OLD.id IS NOT NULL AND"
        " (NEW.id IS DISTINCT FROM OLD.id OR NEW.target_id IS DISTINCT FROM OLD.target_id OR NEW.period_ends_on"
        " IS DISTINCT FROM OLD.period_ends_on OR NEW.value IS DISTINCT FROM OLD.value OR NEW.female IS DISTINCT"
        " FROM OLD.female OR NEW.male IS DISTINCT FROM OLD.male OR NEW.evidence IS DISTINCT FROM OLD.evidence OR"
        " NEW.reported_by_id IS DISTINCT FROM OLD.reported_by_id OR NEW.reported_at IS DISTINCT FROM"
        " OLD.reported_at) OR ((OLD.status <> 'reported') AND (NEW.status IS DISTINCT FROM OLD.status OR"
        " NEW.verified_by_id IS DISTINCT FROM OLD.verified_by_id OR NEW.verified_at IS DISTINCT FROM"
        " OLD.verified_at OR NEW.refusal_reason IS DISTINCT FROM OLD.refusal_reason))) EXECUTE FUNCTION"
        " refuse_change()",
        "CREATE TRIGGER results_no_delete BEFORE DELETE ON results FOR EACH ROW WHEN (OLD.id IS NOT NULL) EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER results_no_truncate BEFORE TRUNCATE ON results FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
        "CREATE TRIGGER visits_no_change BEFORE UPDATE ON visits FOR EACH ROW WHEN (OLD.status = 'done' AND"
        " (NEW.id IS DISTINCT FROM OLD.id OR NEW.grant_id IS DISTINCT FROM OLD.grant_id OR NEW.planned_on IS"
        " DISTINCT FROM OLD.planned_on OR NEW.planned_by_id IS DISTINCT FROM OLD.planned_by_id OR NEW.visitor_id"
        " IS DISTINCT FROM OLD.visitor_id OR NEW.status IS DISTINCT FROM OLD.status OR NEW.visited_on IS DISTINCT"
        " FROM OLD.visited_on OR NEW.recorded_at IS DISTINCT FROM OLD.recorded_at OR NEW.checklist IS DISTINCT"
        " FROM OLD.checklist OR NEW.findings IS DISTINCT FROM OLD.findings OR NEW.follow_up IS DISTINCT FROM"
        " OLD.follow_up OR NEW.risk IS DISTINCT FROM OLD.risk OR NEW.holds_payment IS DISTINCT FROM"
        " OLD.holds_payment OR NEW.latitude IS DISTINCT FROM OLD.latitude OR NEW.longitude IS DISTINCT FROM"
        " OLD.longitude)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER visits_no_delete BEFORE DELETE ON visits FOR EACH ROW WHEN (OLD.status = 'done') EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER visits_no_truncate BEFORE TRUNCATE ON visits FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
        """
CREATE OR REPLACE FUNCTION refuse_change_of_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status IN ('approved', 'released', 'confirmed', 'accounted') AND NEW.status IN ('approved', 'released', 'confirmed', 'accounted') AND (NEW.amount IS DISTINCT FROM OLD.amount OR NEW.payout_account_id IS DISTINCT FROM OLD.payout_account_id OR NEW.prepared_by_id IS DISTINCT FROM OLD.prepared_by_id OR NEW.prepared_at IS DISTINCT FROM OLD.prepared_at OR NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id OR NEW.approved_at IS DISTINCT FROM OLD.approved_at)) OR (OLD.status IN ('released', 'confirmed', 'accounted') AND NEW.status IN ('released', 'confirmed', 'accounted') AND (NEW.event_id IS DISTINCT FROM OLD.event_id OR NEW.released_by_id IS DISTINCT FROM OLD.released_by_id OR NEW.released_at IS DISTINCT FROM OLD.released_at OR NEW.bank_reference IS DISTINCT FROM OLD.bank_reference OR NEW.bank_reference_key IS DISTINCT FROM OLD.bank_reference_key)) OR NEW.id <> OLD.id OR NEW.grant_id <> OLD.grant_id OR NEW.sequence <> OLD.sequence THEN
        RAISE EXCEPTION 'an approved payment is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
""",
        "CREATE TRIGGER tranches_no_change_when_approved BEFORE UPDATE ON tranches FOR EACH ROW EXECUTE FUNCTION"
        " refuse_change_of_approved()",
        "CREATE TRIGGER tranches_no_delete BEFORE DELETE ON tranches FOR EACH ROW EXECUTE FUNCTION"
        " refuse_change()",
        "CREATE TRIGGER tranches_no_truncate BEFORE TRUNCATE ON tranches FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    for statement in PROTECTED[op.get_bind().dialect.name]:
        execute(statement)


def downgrade():
    dialect = op.get_bind().dialect.name
    for statement in PROTECTED[dialect]:
        made = re.search(r"CREATE TRIGGER (\w+) BEFORE [A-Z ]+ ON (\w+)", statement)
        if made:
            execute(f"DROP TRIGGER {made[1]}" + ("" if dialect == "sqlite" else f" ON {made[2]}"))
    if dialect == "postgresql":
        execute("DROP FUNCTION refuse_change_of_approved()")
