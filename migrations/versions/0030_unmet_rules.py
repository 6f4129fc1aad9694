"""The rules an application does not meet are kept beside it; SQLite keeps its search text packed.

A bit for each rule in `unmet`, kept by triggers and told by the view `unmet_rules`. The packed text has one character of
ASCII for each Cyrillic letter, so that a search in every row reads half as much.

Revision ID: 0030
Revises: 0029
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE VIEW unmet_rules AS SELECT applications.id AS application_id, CASE WHEN "
    "applications.grant_requested < calls.grant_floor OR applications.grant_requested > "
    "calls.grant_ceiling OR applications.grant_requested <= 0 THEN 1 ELSE 0 END + CASE WHEN "
    "applications.remittance_pledged * calls.match_percent < applications.grant_requested * 100 THEN 2 "
    "ELSE 0 END + CASE WHEN NOT EXISTS (SELECT 1 FROM documents WHERE documents.application_id = "
    "applications.id AND kind = 'meeting_minutes' AND removed_at IS NULL AND refused_at IS NULL AND "
    "replaced_by_id IS NULL AND page_of_id IS NULL) THEN 4 ELSE 0 END + CASE WHEN NOT EXISTS (SELECT 1 "
    "FROM payout_accounts WHERE payout_accounts.association_id = applications.association_id AND "
    "payout_accounts.closed_at IS NULL AND payout_accounts.confirmed_at IS NOT NULL) THEN 8 ELSE 0 END + "
    "CASE WHEN (SELECT count(*) FROM grants WHERE grants.association_id = applications.association_id AND "
    "(grants.status = 'active' OR grants.status = 'suspended') AND grants.application_id <> "
    "applications.id) > json_extract(calls.eligibility, '$.running_grants') THEN 16 ELSE 0 END + CASE "
    "WHEN applications.remittance_pledged * 100 < applications.total_cost * "
    "json_extract(calls.eligibility, '$.co_investment_percent') THEN 32 ELSE 0 END + CASE WHEN "
    "json_extract(calls.eligibility, '$.founded_months') > 0 AND (associations.founded_on IS NULL OR "
    "associations.founded_on > date(calls.closes_at, '+6 hours', '-' || json_extract(calls.eligibility, "
    "'$.founded_months') || ' months', 'floor')) THEN 64 ELSE 0 END + CASE WHEN "
    "json_array_length(calls.eligibility, '$.oblasts') > 0 AND rayons.oblast_id NOT IN (SELECT value FROM "
    "json_each(calls.eligibility, '$.oblasts')) THEN 128 ELSE 0 END AS unmet FROM applications JOIN calls "
    "ON calls.id = applications.call_id JOIN associations ON associations.id = "
    "applications.association_id JOIN ayil_okmotus ON ayil_okmotus.id = associations.ayil_okmotu_id JOIN "
    "rayons ON rayons.id = ayil_okmotus.rayon_id",
    "CREATE TRIGGER applications_unmet_update AFTER UPDATE OF call_id, association_id, status, "
    "grant_requested, remittance_pledged, total_cost ON applications WHEN (OLD.call_id IS NOT NEW.call_id "
    "OR OLD.association_id IS NOT NEW.association_id OR OLD.status IS NOT NEW.status OR "
    "OLD.grant_requested IS NOT NEW.grant_requested OR OLD.remittance_pledged IS NOT "
    "NEW.remittance_pledged OR OLD.total_cost IS NOT NEW.total_cost) BEGIN UPDATE applications SET unmet "
    "= (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) "
    "WHERE id = NEW.id; END",
    "CREATE TRIGGER applications_unmet_insert AFTER INSERT ON applications BEGIN UPDATE applications SET "
    "unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = "
    "applications.id) WHERE id = NEW.id; END",
    "CREATE TRIGGER ayil_okmotus_unmet_update AFTER UPDATE OF rayon_id ON ayil_okmotus WHEN (OLD.rayon_id "
    "IS NOT NEW.rayon_id) BEGIN UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM "
    "unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE association_id IN (SELECT id "
    "FROM associations WHERE ayil_okmotu_id = NEW.id); END",
    "CREATE TRIGGER associations_unmet_update AFTER UPDATE OF founded_on, ayil_okmotu_id ON associations "
    "WHEN (OLD.founded_on IS NOT NEW.founded_on OR OLD.ayil_okmotu_id IS NOT NEW.ayil_okmotu_id) BEGIN "
    "UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id) WHERE association_id = NEW.id; END",
    "CREATE TRIGGER calls_unmet_update AFTER UPDATE OF grant_floor, grant_ceiling, match_percent, "
    "closes_at, eligibility ON calls WHEN (OLD.grant_floor IS NOT NEW.grant_floor OR OLD.grant_ceiling IS "
    "NOT NEW.grant_ceiling OR OLD.match_percent IS NOT NEW.match_percent OR OLD.closes_at IS NOT "
    "NEW.closes_at OR OLD.eligibility IS NOT NEW.eligibility) BEGIN UPDATE applications SET unmet = "
    "(SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE "
    "call_id = NEW.id; END",
    "CREATE TRIGGER documents_unmet_update AFTER UPDATE OF application_id, kind, removed_at, refused_at, "
    "replaced_by_id, page_of_id ON documents WHEN ((OLD.kind = 'meeting_minutes' AND OLD.removed_at IS "
    "NULL AND OLD.refused_at IS NULL AND OLD.replaced_by_id IS NULL AND OLD.page_of_id IS NULL OR "
    "NEW.kind = 'meeting_minutes' AND NEW.removed_at IS NULL AND NEW.refused_at IS NULL AND "
    "NEW.replaced_by_id IS NULL AND NEW.page_of_id IS NULL) AND (OLD.application_id IS NOT "
    "NEW.application_id OR OLD.kind IS NOT NEW.kind OR OLD.removed_at IS NOT NEW.removed_at OR "
    "OLD.refused_at IS NOT NEW.refused_at OR OLD.replaced_by_id IS NOT NEW.replaced_by_id OR "
    "OLD.page_of_id IS NOT NEW.page_of_id)) BEGIN UPDATE applications SET unmet = (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE id = "
    "OLD.application_id OR id = NEW.application_id; END",
    "CREATE TRIGGER documents_unmet_insert AFTER INSERT ON documents WHEN (NEW.kind = 'meeting_minutes' "
    "AND NEW.removed_at IS NULL AND NEW.refused_at IS NULL AND NEW.replaced_by_id IS NULL AND "
    "NEW.page_of_id IS NULL) BEGIN UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM "
    "unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE id = NEW.application_id; END",
    "CREATE TRIGGER documents_unmet_delete AFTER DELETE ON documents WHEN (OLD.kind = 'meeting_minutes' "
    "AND OLD.removed_at IS NULL AND OLD.refused_at IS NULL AND OLD.replaced_by_id IS NULL AND "
    "OLD.page_of_id IS NULL) BEGIN UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM "
    "unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE id = OLD.application_id; END",
    "CREATE TRIGGER grants_unmet_update AFTER UPDATE OF association_id, application_id, status ON grants "
    "WHEN (((OLD.status = 'active' OR OLD.status = 'suspended') OR (NEW.status = 'active' OR NEW.status = "
    "'suspended')) AND (OLD.association_id IS NOT NEW.association_id OR OLD.application_id IS NOT "
    "NEW.application_id OR OLD.status IS NOT NEW.status)) BEGIN UPDATE applications SET unmet = (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE "
    "association_id = OLD.association_id OR association_id = NEW.association_id; END",
    "CREATE TRIGGER grants_unmet_insert AFTER INSERT ON grants WHEN ((NEW.status = 'active' OR NEW.status "
    "= 'suspended')) BEGIN UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules "
    "WHERE unmet_rules.application_id = applications.id) WHERE association_id = NEW.association_id; END",
    "CREATE TRIGGER grants_unmet_delete AFTER DELETE ON grants WHEN ((OLD.status = 'active' OR OLD.status "
    "= 'suspended')) BEGIN UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules "
    "WHERE unmet_rules.application_id = applications.id) WHERE association_id = OLD.association_id; END",
    "CREATE TRIGGER payout_accounts_unmet_update AFTER UPDATE OF association_id, confirmed_at, closed_at "
    "ON payout_accounts WHEN ((OLD.confirmed_at IS NOT NULL AND OLD.closed_at IS NULL OR NEW.confirmed_at "
    "IS NOT NULL AND NEW.closed_at IS NULL) AND (OLD.association_id IS NOT NEW.association_id OR "
    "OLD.confirmed_at IS NOT NEW.confirmed_at OR OLD.closed_at IS NOT NEW.closed_at)) BEGIN UPDATE "
    "applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id "
    "= applications.id) WHERE association_id = OLD.association_id OR association_id = NEW.association_id; "
    "END",
    "CREATE TRIGGER payout_accounts_unmet_insert AFTER INSERT ON payout_accounts WHEN (NEW.confirmed_at "
    "IS NOT NULL AND NEW.closed_at IS NULL) BEGIN UPDATE applications SET unmet = (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE "
    "association_id = NEW.association_id; END",
    "CREATE TRIGGER payout_accounts_unmet_delete AFTER DELETE ON payout_accounts WHEN (OLD.confirmed_at "
    "IS NOT NULL AND OLD.closed_at IS NULL) BEGIN UPDATE applications SET unmet = (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE "
    "association_id = OLD.association_id; END",
    "CREATE TRIGGER rayons_unmet_update AFTER UPDATE OF oblast_id ON rayons WHEN (OLD.oblast_id IS NOT "
    "NEW.oblast_id) BEGIN UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules "
    "WHERE unmet_rules.application_id = applications.id) WHERE association_id IN (SELECT associations.id "
    "FROM associations JOIN ayil_okmotus ON ayil_okmotus.id = associations.ayil_okmotu_id WHERE "
    "ayil_okmotus.rayon_id = NEW.id); END",
)

POSTGRESQL = (
    "CREATE VIEW unmet_rules AS SELECT applications.id AS application_id, CASE WHEN "
    "applications.grant_requested < calls.grant_floor OR applications.grant_requested > "
    "calls.grant_ceiling OR applications.grant_requested <= 0 THEN 1 ELSE 0 END + CASE WHEN "
    "applications.remittance_pledged * calls.match_percent < applications.grant_requested * 100 THEN 2 "
    "ELSE 0 END + CASE WHEN NOT EXISTS (SELECT 1 FROM documents WHERE documents.application_id = "
    "applications.id AND kind = 'meeting_minutes' AND removed_at IS NULL AND refused_at IS NULL AND "
    "replaced_by_id IS NULL AND page_of_id IS NULL) THEN 4 ELSE 0 END + CASE WHEN NOT EXISTS (SELECT 1 "
    "FROM payout_accounts WHERE payout_accounts.association_id = applications.association_id AND "
    "payout_accounts.closed_at IS NULL AND payout_accounts.confirmed_at IS NOT NULL) THEN 8 ELSE 0 END + "
    "CASE WHEN (SELECT count(*) FROM grants WHERE grants.association_id = applications.association_id AND "
    "(grants.status = 'active' OR grants.status = 'suspended') AND grants.application_id <> "
    "applications.id) > CAST(calls.eligibility ->> 'running_grants' AS INTEGER) THEN 16 ELSE 0 END + CASE "
    "WHEN applications.remittance_pledged * 100 < applications.total_cost * CAST(calls.eligibility ->> "
    "'co_investment_percent' AS INTEGER) THEN 32 ELSE 0 END + CASE WHEN CAST(calls.eligibility ->> "
    "'founded_months' AS INTEGER) > 0 AND (associations.founded_on IS NULL OR associations.founded_on > "
    "CAST(CAST(timezone('Asia/Bishkek', calls.closes_at) AS DATE) - make_interval(0, "
    "CAST(calls.eligibility ->> 'founded_months' AS INTEGER)) AS DATE)) THEN 64 ELSE 0 END + CASE WHEN "
    "jsonb_array_length(calls.eligibility -> 'oblasts') > 0 AND NOT (calls.eligibility -> 'oblasts') @> "
    "to_jsonb(rayons.oblast_id) THEN 128 ELSE 0 END AS unmet FROM applications JOIN calls ON calls.id = "
    "applications.call_id JOIN associations ON associations.id = applications.association_id JOIN "
    "ayil_okmotus ON ayil_okmotus.id = associations.ayil_okmotu_id JOIN rayons ON rayons.id = "
    "ayil_okmotus.rayon_id",
    "CREATE FUNCTION renew_unmet_after_applications_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE id = NEW.id ORDER BY id FOR NO KEY UPDATE; UPDATE applications SET "
    "unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = "
    "applications.id) WHERE (id = NEW.id) AND unmet <> (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id); RETURN NULL; END $$",
    "CREATE TRIGGER applications_unmet_update AFTER UPDATE OF call_id, association_id, status, "
    "grant_requested, remittance_pledged, total_cost ON applications FOR EACH ROW WHEN (OLD.call_id IS "
    "DISTINCT FROM NEW.call_id OR OLD.association_id IS DISTINCT FROM NEW.association_id OR OLD.status IS "
    "DISTINCT FROM NEW.status OR OLD.grant_requested IS DISTINCT FROM NEW.grant_requested OR "
    "OLD.remittance_pledged IS DISTINCT FROM NEW.remittance_pledged OR OLD.total_cost IS DISTINCT FROM "
    "NEW.total_cost) EXECUTE FUNCTION renew_unmet_after_applications_update()",
    "CREATE FUNCTION renew_unmet_after_applications_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE id = NEW.id ORDER BY id FOR NO KEY UPDATE; UPDATE applications SET "
    "unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = "
    "applications.id) WHERE (id = NEW.id) AND unmet <> (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id); RETURN NULL; END $$",
    "CREATE TRIGGER applications_unmet_insert AFTER INSERT ON applications FOR EACH ROW EXECUTE FUNCTION "
    "renew_unmet_after_applications_insert()",
    "CREATE FUNCTION renew_unmet_after_ayil_okmotus_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE association_id IN (SELECT id FROM associations WHERE "
    "ayil_okmotu_id = NEW.id) ORDER BY id FOR NO KEY UPDATE; UPDATE applications SET unmet = (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE "
    "(association_id IN (SELECT id FROM associations WHERE ayil_okmotu_id = NEW.id)) AND unmet <> (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id); RETURN NULL; "
    "END $$",
    "CREATE TRIGGER ayil_okmotus_unmet_update AFTER UPDATE OF rayon_id ON ayil_okmotus FOR EACH ROW WHEN "
    "(OLD.rayon_id IS DISTINCT FROM NEW.rayon_id) EXECUTE FUNCTION "
    "renew_unmet_after_ayil_okmotus_update()",
    "CREATE FUNCTION renew_unmet_after_associations_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE association_id = NEW.id ORDER BY id FOR NO KEY UPDATE; UPDATE "
    "applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id "
    "= applications.id) WHERE (association_id = NEW.id) AND unmet <> (SELECT unmet_rules.unmet FROM "
    "unmet_rules WHERE unmet_rules.application_id = applications.id); RETURN NULL; END $$",
    "CREATE TRIGGER associations_unmet_update AFTER UPDATE OF founded_on, ayil_okmotu_id ON associations "
    "FOR EACH ROW WHEN (OLD.founded_on IS DISTINCT FROM NEW.founded_on OR OLD.ayil_okmotu_id IS DISTINCT "
    "FROM NEW.ayil_okmotu_id) EXECUTE FUNCTION renew_unmet_after_associations_update()",
    "CREATE FUNCTION renew_unmet_after_calls_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE call_id = NEW.id ORDER BY id FOR NO KEY UPDATE; UPDATE "
    "applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id "
    "= applications.id) WHERE (call_id = NEW.id) AND unmet <> (SELECT unmet_rules.unmet FROM unmet_rules "
    "WHERE unmet_rules.application_id = applications.id); RETURN NULL; END $$",
    "CREATE TRIGGER calls_unmet_update AFTER UPDATE OF grant_floor, grant_ceiling, match_percent, "
    "closes_at, eligibility ON calls FOR EACH ROW WHEN (OLD.grant_floor IS DISTINCT FROM NEW.grant_floor "
    "OR OLD.grant_ceiling IS DISTINCT FROM NEW.grant_ceiling OR OLD.match_percent IS DISTINCT FROM "
    "NEW.match_percent OR OLD.closes_at IS DISTINCT FROM NEW.closes_at OR OLD.eligibility IS DISTINCT "
    "FROM NEW.eligibility) EXECUTE FUNCTION renew_unmet_after_calls_update()",
    "CREATE FUNCTION renew_unmet_after_documents_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE id = OLD.application_id OR id = NEW.application_id ORDER BY id FOR "
    "NO KEY UPDATE; UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id) WHERE (id = OLD.application_id OR id = "
    "NEW.application_id) AND unmet <> (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id); RETURN NULL; END $$",
    "CREATE TRIGGER documents_unmet_update AFTER UPDATE OF application_id, kind, removed_at, refused_at, "
    "replaced_by_id, page_of_id ON documents FOR EACH ROW WHEN ((OLD.kind = 'meeting_minutes' AND "
    "OLD.removed_at IS NULL AND OLD.refused_at IS NULL AND OLD.replaced_by_id IS NULL AND OLD.page_of_id "
    "IS NULL OR NEW.kind = 'meeting_minutes' AND NEW.removed_at IS NULL AND NEW.refused_at IS NULL AND "
    "NEW.replaced_by_id IS NULL AND NEW.page_of_id IS NULL) AND (OLD.application_id IS DISTINCT FROM "
    "NEW.application_id OR OLD.kind IS DISTINCT FROM NEW.kind OR OLD.removed_at IS DISTINCT FROM "
    "NEW.removed_at OR OLD.refused_at IS DISTINCT FROM NEW.refused_at OR OLD.replaced_by_id IS DISTINCT "
    "FROM NEW.replaced_by_id OR OLD.page_of_id IS DISTINCT FROM NEW.page_of_id)) EXECUTE FUNCTION "
    "renew_unmet_after_documents_update()",
    "CREATE FUNCTION renew_unmet_after_documents_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE id = NEW.application_id ORDER BY id FOR NO KEY UPDATE; UPDATE "
    "applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id "
    "= applications.id) WHERE (id = NEW.application_id) AND unmet <> (SELECT unmet_rules.unmet FROM "
    "unmet_rules WHERE unmet_rules.application_id = applications.id); RETURN NULL; END $$",
    "CREATE TRIGGER documents_unmet_insert AFTER INSERT ON documents FOR EACH ROW WHEN (NEW.kind = "
    "'meeting_minutes' AND NEW.removed_at IS NULL AND NEW.refused_at IS NULL AND NEW.replaced_by_id IS "
    "NULL AND NEW.page_of_id IS NULL) EXECUTE FUNCTION renew_unmet_after_documents_insert()",
    "CREATE FUNCTION renew_unmet_after_documents_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE id = OLD.application_id ORDER BY id FOR NO KEY UPDATE; UPDATE "
    "applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id "
    "= applications.id) WHERE (id = OLD.application_id) AND unmet <> (SELECT unmet_rules.unmet FROM "
    "unmet_rules WHERE unmet_rules.application_id = applications.id); RETURN NULL; END $$",
    "CREATE TRIGGER documents_unmet_delete AFTER DELETE ON documents FOR EACH ROW WHEN (OLD.kind = "
    "'meeting_minutes' AND OLD.removed_at IS NULL AND OLD.refused_at IS NULL AND OLD.replaced_by_id IS "
    "NULL AND OLD.page_of_id IS NULL) EXECUTE FUNCTION renew_unmet_after_documents_delete()",
    "CREATE FUNCTION renew_unmet_after_grants_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE association_id = OLD.association_id OR association_id = "
    "NEW.association_id ORDER BY id FOR NO KEY UPDATE; UPDATE applications SET unmet = (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE "
    "(association_id = OLD.association_id OR association_id = NEW.association_id) AND unmet <> (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id); RETURN NULL; "
    "END $$",
    "CREATE TRIGGER grants_unmet_update AFTER UPDATE OF association_id, application_id, status ON grants "
    "FOR EACH ROW WHEN (((OLD.status = 'active' OR OLD.status = 'suspended') OR (NEW.status = 'active' OR "
    "NEW.status = 'suspended')) AND (OLD.association_id IS DISTINCT FROM NEW.association_id OR "
    "OLD.application_id IS DISTINCT FROM NEW.application_id OR OLD.status IS DISTINCT FROM NEW.status)) "
    "EXECUTE FUNCTION renew_unmet_after_grants_update()",
    "CREATE FUNCTION renew_unmet_after_grants_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE association_id = NEW.association_id ORDER BY id FOR NO KEY UPDATE; "
    "UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id) WHERE (association_id = NEW.association_id) AND unmet "
    "<> (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id); "
    "RETURN NULL; END $$",
    "CREATE TRIGGER grants_unmet_insert AFTER INSERT ON grants FOR EACH ROW WHEN ((NEW.status = 'active' "
    "OR NEW.status = 'suspended')) EXECUTE FUNCTION renew_unmet_after_grants_insert()",
    "CREATE FUNCTION renew_unmet_after_grants_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE association_id = OLD.association_id ORDER BY id FOR NO KEY UPDATE; "
    "UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id) WHERE (association_id = OLD.association_id) AND unmet "
    "<> (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id); "
    "RETURN NULL; END $$",
    "CREATE TRIGGER grants_unmet_delete AFTER DELETE ON grants FOR EACH ROW WHEN ((OLD.status = 'active' "
    "OR OLD.status = 'suspended')) EXECUTE FUNCTION renew_unmet_after_grants_delete()",
    "CREATE FUNCTION renew_unmet_after_payout_accounts_update() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN PERFORM 1 FROM applications WHERE association_id = OLD.association_id OR association_id = "
    "NEW.association_id ORDER BY id FOR NO KEY UPDATE; UPDATE applications SET unmet = (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE "
    "(association_id = OLD.association_id OR association_id = NEW.association_id) AND unmet <> (SELECT "
    "unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id); RETURN NULL; "
    "END $$",
    "CREATE TRIGGER payout_accounts_unmet_update AFTER UPDATE OF association_id, confirmed_at, closed_at "
    "ON payout_accounts FOR EACH ROW WHEN ((OLD.confirmed_at IS NOT NULL AND OLD.closed_at IS NULL OR "
    "NEW.confirmed_at IS NOT NULL AND NEW.closed_at IS NULL) AND (OLD.association_id IS DISTINCT FROM "
    "NEW.association_id OR OLD.confirmed_at IS DISTINCT FROM NEW.confirmed_at OR OLD.closed_at IS "
    "DISTINCT FROM NEW.closed_at)) EXECUTE FUNCTION renew_unmet_after_payout_accounts_update()",
    "CREATE FUNCTION renew_unmet_after_payout_accounts_insert() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN PERFORM 1 FROM applications WHERE association_id = NEW.association_id ORDER BY id FOR NO KEY "
    "UPDATE; UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id) WHERE (association_id = NEW.association_id) AND unmet "
    "<> (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id); "
    "RETURN NULL; END $$",
    "CREATE TRIGGER payout_accounts_unmet_insert AFTER INSERT ON payout_accounts FOR EACH ROW WHEN "
    "(NEW.confirmed_at IS NOT NULL AND NEW.closed_at IS NULL) EXECUTE FUNCTION "
    "renew_unmet_after_payout_accounts_insert()",
    "CREATE FUNCTION renew_unmet_after_payout_accounts_delete() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN PERFORM 1 FROM applications WHERE association_id = OLD.association_id ORDER BY id FOR NO KEY "
    "UPDATE; UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id) WHERE (association_id = OLD.association_id) AND unmet "
    "<> (SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id); "
    "RETURN NULL; END $$",
    "CREATE TRIGGER payout_accounts_unmet_delete AFTER DELETE ON payout_accounts FOR EACH ROW WHEN "
    "(OLD.confirmed_at IS NOT NULL AND OLD.closed_at IS NULL) EXECUTE FUNCTION "
    "renew_unmet_after_payout_accounts_delete()",
    "CREATE FUNCTION renew_unmet_after_rayons_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "PERFORM 1 FROM applications WHERE association_id IN (SELECT associations.id FROM associations JOIN "
    "ayil_okmotus ON ayil_okmotus.id = associations.ayil_okmotu_id WHERE ayil_okmotus.rayon_id = NEW.id) "
    "ORDER BY id FOR NO KEY UPDATE; UPDATE applications SET unmet = (SELECT unmet_rules.unmet FROM "
    "unmet_rules WHERE unmet_rules.application_id = applications.id) WHERE (association_id IN (SELECT "
    "associations.id FROM associations JOIN ayil_okmotus ON ayil_okmotus.id = associations.ayil_okmotu_id "
    "WHERE ayil_okmotus.rayon_id = NEW.id)) AND unmet <> (SELECT unmet_rules.unmet FROM unmet_rules WHERE "
    "unmet_rules.application_id = applications.id); RETURN NULL; END $$",
    "CREATE TRIGGER rayons_unmet_update AFTER UPDATE OF oblast_id ON rayons FOR EACH ROW WHEN "
    "(OLD.oblast_id IS DISTINCT FROM NEW.oblast_id) EXECUTE FUNCTION renew_unmet_after_rayons_update()",
)

TRIGGERS = (
    ("applications", ("update", "insert")),
    ("ayil_okmotus", ("update",)),
    ("associations", ("update",)),
    ("calls", ("update",)),
    ("documents", ("update", "insert", "delete")),
    ("grants", ("update", "insert", "delete")),
    ("payout_accounts", ("update", "insert", "delete")),
    ("rayons", ("update",)),
)
SCREENED = "status IN ('submitted', 'resubmitted', 'returned', 'eligible', 'ineligible')"
INDEXES = {
    # name: (columns before, columns after)
    "ix_applications_screening": (
        "submitted_at, id, status, is_test, call_id, association_id, grant_requested, remittance_pledged, total_cost, "
        "search_text",
        "submitted_at, id, status, is_test, call_id, association_id, unmet, search_text",
    ),
    "ix_applications_screening_rules": (
        "call_id, status, association_id, grant_requested, remittance_pledged, total_cost, submitted_at, id, is_test",
        "call_id, status, association_id, unmet, submitted_at, id, is_test",
    ),
}
SEARCH = "CREATE INDEX ix_applications_search ON applications (status, search_text, is_test)"
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
CHARACTERS = "ABVGDEJZIYKLMNOPRSTUFHCQXW`~^{}|"
SWAPPED = str.maketrans(LETTERS + CHARACTERS, CHARACTERS + LETTERS)
WORDS = (
    "CREATE VIRTUAL TABLE application_words USING fts5("
    "search_text, content='applications', content_rowid='id', columnsize=0, tokenize='trigram%s')",
    "CREATE TRIGGER application_words_insert AFTER INSERT ON applications BEGIN "
    "INSERT INTO application_words(rowid, search_text) VALUES (NEW.id, NEW.search_text); END",
    "CREATE TRIGGER application_words_update AFTER UPDATE OF search_text ON applications "
    "WHEN OLD.search_text <> NEW.search_text BEGIN "
    "INSERT INTO application_words(application_words, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text); "
    "INSERT INTO application_words(rowid, search_text) VALUES (NEW.id, NEW.search_text); END",
    "CREATE TRIGGER application_words_delete AFTER DELETE ON applications BEGIN "
    "INSERT INTO application_words(application_words, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text); "
    "END",
)


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    drop_indexes()
    execute(f"ALTER TABLE applications ADD COLUMN unmet {'INTEGER' if dialect == 'sqlite' else 'BIGINT'} DEFAULT 0 NOT NULL")
    view, *triggers = SQLITE if dialect == "sqlite" else POSTGRESQL
    execute(view)
    execute(
        "UPDATE applications SET unmet = "
        "(SELECT unmet_rules.unmet FROM unmet_rules WHERE unmet_rules.application_id = applications.id)"
    )
    if dialect == "sqlite":
        swap_letters(" case_sensitive 1")
    make_indexes(1)
    for statement in triggers:
        execute(statement)


def downgrade():
    dialect = op.get_bind().dialect.name
    for table, acts in TRIGGERS:
        for act in acts:
            if dialect == "sqlite":
                execute(f"DROP TRIGGER {table}_unmet_{act}")
            else:
                execute(f"DROP FUNCTION renew_unmet_after_{table}_{act} CASCADE")
    execute("DROP VIEW unmet_rules")
    drop_indexes()
    execute("ALTER TABLE applications DROP COLUMN unmet")
    if dialect == "sqlite":
        swap_letters("")
    make_indexes(0)


def drop_indexes():
    for name in (*INDEXES, "ix_applications_search"):
        execute(f"DROP INDEX {name}")


def make_indexes(which):
    for name, columns in INDEXES.items():
        execute(f"CREATE INDEX {name} ON applications ({columns[which]}) WHERE {SCREENED}")
    execute(SEARCH)


def swap_letters(option):
    """Pack what is not packed, or the other way round; the index of words is made anew."""
    bind = op.get_bind()
    for name in ("insert", "update", "delete"):
        execute(f"DROP TRIGGER application_words_{name}")
    execute("DROP TABLE application_words")
    rows = bind.exec_driver_sql("SELECT search_text, id FROM applications").all()
    if rows:
        swapped = [(text.translate(SWAPPED), row_id) for text, row_id in rows]
        bind.exec_driver_sql("UPDATE applications SET search_text = ? WHERE id = ?", swapped)
    for statement in WORDS:
        execute(statement.replace("trigram%s", f"trigram{option}"))
    execute("INSERT INTO application_words(application_words) VALUES ('rebuild')")
