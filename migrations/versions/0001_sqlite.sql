CREATE TABLE audit_head (
	id INTEGER NOT NULL,
	last_id INTEGER NOT NULL,
	hash TEXT NOT NULL,
	CONSTRAINT pk_audit_head PRIMARY KEY (id),
	CONSTRAINT ck_audit_head_one_row CHECK (id = 1)
)
 STRICT;

CREATE TABLE donors (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	emblem TEXT NOT NULL,
	name_ky TEXT NOT NULL,
	name_ru TEXT NOT NULL,
	name_en TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_donors PRIMARY KEY (id),
	CONSTRAINT uq_donors_code UNIQUE (code),
	CONSTRAINT ck_donors_emblem CHECK (emblem IN ('eu', 'none'))
)
 STRICT;

CREATE TABLE indicators (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	title TEXT NOT NULL,
	unit TEXT NOT NULL,
	definition TEXT NOT NULL,
	method TEXT NOT NULL,
	tool TEXT NOT NULL,
	frequency TEXT NOT NULL,
	responsible TEXT NOT NULL,
	is_cumulative INTEGER NOT NULL,
	is_active INTEGER NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_indicators PRIMARY KEY (id),
	CONSTRAINT uq_indicators_key UNIQUE ("key"),
	CONSTRAINT ck_indicators_frequency CHECK (frequency IN ('monthly', 'quarterly', 'yearly', 'at_completion'))
)
 STRICT;

CREATE TABLE number_series (
	name TEXT NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT pk_number_series PRIMARY KEY (name)
)
 STRICT;

CREATE TABLE oblasts (
	iso TEXT NOT NULL,
	id INTEGER NOT NULL,
	soate TEXT NOT NULL,
	latitude REAL,
	longitude REAL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	name_ky TEXT NOT NULL,
	name_ru TEXT NOT NULL,
	name_en TEXT NOT NULL,
	CONSTRAINT pk_oblasts PRIMARY KEY (id),
	CONSTRAINT ck_oblasts_soate_has_14_digits CHECK (length(soate) = 14),
	CONSTRAINT ck_oblasts_valid_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
	CONSTRAINT uq_oblasts_iso UNIQUE (iso),
	CONSTRAINT uq_oblasts_soate UNIQUE (soate)
)
 STRICT;

CREATE TABLE outbox_jobs (
	id INTEGER NOT NULL,
	function TEXT NOT NULL,
	arguments TEXT NOT NULL,
	created_at TEXT NOT NULL,
	sent_at TEXT,
	CONSTRAINT pk_outbox_jobs PRIMARY KEY (id)
)
 STRICT;

CREATE INDEX ix_outbox_jobs_unsent ON outbox_jobs (sent_at, id);

CREATE TABLE sign_in_attempts (
	id INTEGER NOT NULL,
	account_key TEXT NOT NULL,
	address_key TEXT NOT NULL,
	attempted_at TEXT NOT NULL,
	CONSTRAINT pk_sign_in_attempts PRIMARY KEY (id)
)
 STRICT;

CREATE INDEX ix_sign_in_attempts_account ON sign_in_attempts (account_key, attempted_at);

CREATE INDEX ix_sign_in_attempts_address ON sign_in_attempts (address_key, attempted_at);

CREATE TABLE stored_files (
	id INTEGER NOT NULL,
	sha256 TEXT NOT NULL,
	source_sha256 TEXT NOT NULL,
	byte_size INTEGER NOT NULL,
	media_type TEXT NOT NULL,
	stored_at TEXT NOT NULL,
	CONSTRAINT pk_stored_files PRIMARY KEY (id),
	CONSTRAINT ck_stored_files_not_empty CHECK (byte_size > 0),
	CONSTRAINT uq_stored_files_source_sha256 UNIQUE (source_sha256)
)
 STRICT;

CREATE INDEX ix_stored_files_sha256 ON stored_files (sha256);

CREATE TABLE funds (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	donor_id INTEGER NOT NULL,
	currency TEXT NOT NULL,
	amount INTEGER NOT NULL,
	starts_on TEXT NOT NULL,
	ends_on TEXT NOT NULL,
	purpose TEXT NOT NULL,
	statement TEXT NOT NULL,
	name_ky TEXT NOT NULL,
	name_ru TEXT NOT NULL,
	name_en TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_funds PRIMARY KEY (id),
	CONSTRAINT ck_funds_amount_positive CHECK (amount > 0),
	CONSTRAINT ck_funds_period_in_order CHECK (ends_on >= starts_on),
	CONSTRAINT fk_funds_donor_id FOREIGN KEY(donor_id) REFERENCES donors (id),
	CONSTRAINT uq_funds_code UNIQUE (code)
)
 STRICT;

CREATE INDEX ix_funds_donor_id ON funds (donor_id);

CREATE TABLE rayons (
	oblast_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	soate TEXT NOT NULL,
	latitude REAL,
	longitude REAL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	name_ky TEXT NOT NULL,
	name_ru TEXT NOT NULL,
	name_en TEXT NOT NULL,
	CONSTRAINT pk_rayons PRIMARY KEY (id),
	CONSTRAINT ck_rayons_soate_has_14_digits CHECK (length(soate) = 14),
	CONSTRAINT ck_rayons_valid_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
	CONSTRAINT fk_rayons_oblast_id FOREIGN KEY(oblast_id) REFERENCES oblasts (id),
	CONSTRAINT uq_rayons_soate UNIQUE (soate)
)
 STRICT;

CREATE INDEX ix_rayons_oblast_id ON rayons (oblast_id);

CREATE TABLE ayil_okmotus (
	rayon_id INTEGER NOT NULL,
	successor_id INTEGER,
	id INTEGER NOT NULL,
	soate TEXT NOT NULL,
	latitude REAL,
	longitude REAL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	name_ky TEXT NOT NULL,
	name_ru TEXT NOT NULL,
	name_en TEXT NOT NULL,
	CONSTRAINT pk_ayil_okmotus PRIMARY KEY (id),
	CONSTRAINT ck_ayil_okmotus_soate_has_14_digits CHECK (length(soate) = 14),
	CONSTRAINT ck_ayil_okmotus_valid_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
	CONSTRAINT fk_ayil_okmotus_rayon_id FOREIGN KEY(rayon_id) REFERENCES rayons (id),
	CONSTRAINT fk_ayil_okmotus_successor_id FOREIGN KEY(successor_id) REFERENCES ayil_okmotus (id),
	CONSTRAINT uq_ayil_okmotus_soate UNIQUE (soate)
)
 STRICT;

CREATE INDEX ix_ayil_okmotus_rayon_id ON ayil_okmotus (rayon_id);

CREATE TABLE centres (
	id INTEGER NOT NULL,
	ayil_okmotu_id INTEGER NOT NULL,
	opening_hours TEXT NOT NULL,
	phone TEXT,
	name_ky TEXT NOT NULL,
	name_ru TEXT NOT NULL,
	name_en TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_centres PRIMARY KEY (id),
	CONSTRAINT fk_centres_ayil_okmotu_id FOREIGN KEY(ayil_okmotu_id) REFERENCES ayil_okmotus (id),
	CONSTRAINT uq_centres_ayil_okmotu_id UNIQUE (ayil_okmotu_id)
)
 STRICT;

CREATE TABLE villages (
	ayil_okmotu_id INTEGER NOT NULL,
	successor_id INTEGER,
	id INTEGER NOT NULL,
	soate TEXT NOT NULL,
	latitude REAL,
	longitude REAL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	name_ky TEXT NOT NULL,
	name_ru TEXT NOT NULL,
	name_en TEXT NOT NULL,
	CONSTRAINT pk_villages PRIMARY KEY (id),
	CONSTRAINT ck_villages_soate_has_14_digits CHECK (length(soate) = 14),
	CONSTRAINT ck_villages_valid_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
	CONSTRAINT fk_villages_ayil_okmotu_id FOREIGN KEY(ayil_okmotu_id) REFERENCES ayil_okmotus (id),
	CONSTRAINT fk_villages_successor_id FOREIGN KEY(successor_id) REFERENCES villages (id),
	CONSTRAINT uq_villages_soate UNIQUE (soate)
)
 STRICT;

CREATE INDEX ix_villages_ayil_okmotu_id ON villages (ayil_okmotu_id);

CREATE TABLE associations (
	id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	village_id INTEGER,
	ayil_okmotu_id INTEGER NOT NULL,
	centre_id INTEGER NOT NULL,
	founded_on TEXT,
	is_test INTEGER NOT NULL,
	search_text TEXT NOT NULL,
	sort_key TEXT NOT NULL,
	name_ky TEXT NOT NULL,
	name_ru TEXT NOT NULL,
	name_en TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_associations PRIMARY KEY (id),
	CONSTRAINT ck_associations_village_if_village_kind CHECK ((kind = 'village') = (village_id IS NOT NULL)),
	CONSTRAINT fk_associations_ayil_okmotu_id FOREIGN KEY(ayil_okmotu_id) REFERENCES ayil_okmotus (id),
	CONSTRAINT fk_associations_centre_id FOREIGN KEY(centre_id) REFERENCES centres (id),
	CONSTRAINT fk_associations_village_id FOREIGN KEY(village_id) REFERENCES villages (id),
	CONSTRAINT uq_associations_village_id UNIQUE (village_id),
	CONSTRAINT ck_associations_associationkind CHECK (kind IN ('village', 'ayil_okmotu'))
)
 STRICT;

CREATE INDEX ix_associations_ayil_okmotu_id ON associations (ayil_okmotu_id);

CREATE INDEX ix_associations_centre_id ON associations (centre_id);

CREATE INDEX ix_associations_sort_key ON associations (sort_key);

CREATE TABLE people (
	id INTEGER NOT NULL,
	full_name TEXT NOT NULL,
	folded_name TEXT NOT NULL,
	pin TEXT,
	phone TEXT,
	sex TEXT,
	birth_year INTEGER,
	migrant_status TEXT NOT NULL,
	village_id INTEGER,
	consented_at TEXT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_people PRIMARY KEY (id),
	CONSTRAINT ck_people_birth_year_plausible CHECK (birth_year IS NULL OR birth_year BETWEEN 1900 AND 2100),
	CONSTRAINT fk_people_village_id FOREIGN KEY(village_id) REFERENCES villages (id),
	CONSTRAINT ck_people_sex CHECK (sex IN ('female', 'male')),
	CONSTRAINT ck_people_migrantstatus CHECK (migrant_status IN ('current_migrant', 'returnee', 'family_member', 'none'))
)
 STRICT;

CREATE INDEX ix_people_folded_name ON people (folded_name);

CREATE INDEX ix_people_phone ON people (phone);

CREATE INDEX ix_people_pin ON people (pin);

CREATE INDEX ix_people_village_id ON people (village_id);

CREATE TABLE memberships (
	id INTEGER NOT NULL,
	association_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	role TEXT NOT NULL,
	since_on TEXT NOT NULL,
	until_on TEXT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_memberships PRIMARY KEY (id),
	CONSTRAINT fk_memberships_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
	CONSTRAINT fk_memberships_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT ck_memberships_membershiprole CHECK (role IN ('chair', 'treasurer', 'secretary', 'member'))
)
 STRICT;

CREATE INDEX ix_memberships_person_id ON memberships (person_id);

CREATE UNIQUE INDEX uq_memberships_office ON memberships (association_id, role) WHERE until_on IS NULL AND role IN ('chair', 'treasurer');

CREATE UNIQUE INDEX uq_memberships_current ON memberships (association_id, person_id) WHERE until_on IS NULL;

CREATE TABLE users (
	id INTEGER NOT NULL,
	username TEXT NOT NULL,
	folded_username TEXT NOT NULL,
	phone TEXT,
	password_hash TEXT NOT NULL,
	must_change_password INTEGER NOT NULL,
	code_expires_at TEXT,
	locale TEXT,
	person_id INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	disabled_at TEXT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_users PRIMARY KEY (id),
	CONSTRAINT fk_users_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT uq_users_folded_username UNIQUE (folded_username),
	CONSTRAINT uq_users_person_id UNIQUE (person_id),
	CONSTRAINT uq_users_phone UNIQUE (phone)
)
 STRICT;

CREATE TABLE audit_events (
	id INTEGER NOT NULL,
	happened_at TEXT NOT NULL,
	actor_id INTEGER,
	on_behalf_of_id INTEGER,
	action TEXT NOT NULL,
	subject TEXT NOT NULL,
	details TEXT NOT NULL,
	previous_hash TEXT NOT NULL,
	hash TEXT NOT NULL,
	CONSTRAINT pk_audit_events PRIMARY KEY (id),
	CONSTRAINT fk_audit_events_actor_id FOREIGN KEY(actor_id) REFERENCES users (id),
	CONSTRAINT fk_audit_events_on_behalf_of_id FOREIGN KEY(on_behalf_of_id) REFERENCES associations (id),
	CONSTRAINT uq_audit_events_hash UNIQUE (hash)
)
 STRICT;

CREATE INDEX ix_audit_events_action ON audit_events (action);

CREATE INDEX ix_audit_events_actor_id ON audit_events (actor_id);

CREATE INDEX ix_audit_events_on_behalf_of_id ON audit_events (on_behalf_of_id);

CREATE INDEX ix_audit_events_subject ON audit_events (subject, id);

CREATE TABLE calls (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	fund_id INTEGER NOT NULL,
	title TEXT NOT NULL,
	summary TEXT NOT NULL,
	status TEXT NOT NULL,
	opens_at TEXT NOT NULL,
	closes_at TEXT NOT NULL,
	budget INTEGER NOT NULL,
	grant_floor INTEGER NOT NULL,
	grant_ceiling INTEGER NOT NULL,
	match_percent INTEGER NOT NULL,
	tranche_percents TEXT NOT NULL,
	accounting_percent INTEGER NOT NULL,
	in_kind_counts INTEGER NOT NULL,
	pass_total INTEGER NOT NULL,
	pass_section_percent INTEGER NOT NULL,
	reviewers_per_application INTEGER NOT NULL,
	created_by_id INTEGER NOT NULL,
	opened_at TEXT,
	is_public INTEGER NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_calls PRIMARY KEY (id),
	CONSTRAINT ck_calls_accounting_percent_range CHECK (accounting_percent BETWEEN 0 AND 100),
	CONSTRAINT ck_calls_budget_positive CHECK (budget > 0),
	CONSTRAINT ck_calls_window_in_order CHECK (closes_at > opens_at),
	CONSTRAINT ck_calls_ceiling_above_floor CHECK (grant_floor >= 0 AND grant_ceiling > grant_floor),
	CONSTRAINT ck_calls_match_positive CHECK (match_percent > 0),
	CONSTRAINT fk_calls_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id),
	CONSTRAINT fk_calls_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT uq_calls_code UNIQUE (code),
	CONSTRAINT ck_calls_callstatus CHECK (status IN ('draft', 'open', 'decided', 'cancelled'))
)
 STRICT;

CREATE INDEX ix_calls_fund_id ON calls (fund_id);

CREATE TABLE exchange_rates (
	id INTEGER NOT NULL,
	currency TEXT NOT NULL,
	valid_on TEXT NOT NULL,
	nominal INTEGER NOT NULL,
	value TEXT NOT NULL,
	source TEXT NOT NULL,
	source_note TEXT NOT NULL,
	entered_by_id INTEGER NOT NULL,
	entered_at TEXT NOT NULL,
	approved_by_id INTEGER,
	approved_at TEXT,
	CONSTRAINT pk_exchange_rates PRIMARY KEY (id),
	CONSTRAINT ck_exchange_rates_two_people CHECK (approved_by_id IS NULL OR approved_by_id <> entered_by_id),
	CONSTRAINT ck_exchange_rates_nominal_positive CHECK (nominal > 0),
	CONSTRAINT fk_exchange_rates_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES users (id),
	CONSTRAINT fk_exchange_rates_entered_by_id FOREIGN KEY(entered_by_id) REFERENCES users (id),
	CONSTRAINT uq_exchange_rates_currency_valid_on_source UNIQUE (currency, valid_on, source),
	CONSTRAINT ck_exchange_rates_ratesource CHECK (source IN ('nbkr_daily', 'nbkr_weekly', 'inforeuro', 'bank', 'manual'))
)
 STRICT;

CREATE TABLE form_submissions (
	id INTEGER NOT NULL,
	actor_id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	body_hash TEXT NOT NULL,
	location TEXT NOT NULL,
	created_at TEXT NOT NULL,
	CONSTRAINT pk_form_submissions PRIMARY KEY (id),
	CONSTRAINT fk_form_submissions_actor_id FOREIGN KEY(actor_id) REFERENCES users (id),
	CONSTRAINT uq_form_submissions_actor_id_key UNIQUE (actor_id, "key")
)
 STRICT;

CREATE TABLE funding_reports (
	id INTEGER NOT NULL,
	fund_id INTEGER NOT NULL,
	starts_on TEXT NOT NULL,
	ends_on TEXT NOT NULL,
	locale TEXT NOT NULL,
	status TEXT NOT NULL,
	progress INTEGER NOT NULL,
	step TEXT NOT NULL,
	content TEXT,
	sha256 TEXT,
	requested_by_id INTEGER NOT NULL,
	requested_at TEXT NOT NULL,
	finished_at TEXT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_funding_reports PRIMARY KEY (id),
	CONSTRAINT ck_funding_reports_period_in_order CHECK (ends_on >= starts_on),
	CONSTRAINT ck_funding_reports_progress_range CHECK (progress BETWEEN 0 AND 100),
	CONSTRAINT fk_funding_reports_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT fk_funding_reports_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES users (id),
	CONSTRAINT ck_funding_reports_fundingreportstatus CHECK (status IN ('waiting', 'running', 'done', 'failed'))
)
 STRICT;

CREATE INDEX ix_funding_reports_fund_id ON funding_reports (fund_id);

CREATE TABLE notifications (
	id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	message TEXT NOT NULL,
	parameters TEXT NOT NULL,
	subject TEXT NOT NULL,
	created_at TEXT NOT NULL,
	read_at TEXT,
	CONSTRAINT pk_notifications PRIMARY KEY (id),
	CONSTRAINT fk_notifications_user_id FOREIGN KEY(user_id) REFERENCES users (id)
)
 STRICT;

CREATE INDEX ix_notifications_inbox ON notifications (user_id, read_at, id);

CREATE TABLE payout_accounts (
	id INTEGER NOT NULL,
	association_id INTEGER NOT NULL,
	bank TEXT NOT NULL,
	number TEXT NOT NULL,
	holder TEXT NOT NULL,
	proposed_by_id INTEGER NOT NULL,
	proposed_at TEXT NOT NULL,
	confirmed_by_id INTEGER,
	confirmed_at TEXT,
	closed_at TEXT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_payout_accounts PRIMARY KEY (id),
	CONSTRAINT ck_payout_accounts_two_people CHECK (confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id),
	CONSTRAINT fk_payout_accounts_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
	CONSTRAINT fk_payout_accounts_confirmed_by_id FOREIGN KEY(confirmed_by_id) REFERENCES users (id),
	CONSTRAINT fk_payout_accounts_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES users (id)
)
 STRICT;

CREATE INDEX ix_payout_accounts_association_id ON payout_accounts (association_id);

CREATE UNIQUE INDEX uq_payout_accounts_current ON payout_accounts (association_id) WHERE closed_at IS NULL AND confirmed_at IS NOT NULL;

CREATE TABLE role_assignments (
	id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	role TEXT NOT NULL,
	association_id INTEGER,
	centre_id INTEGER,
	donor_id INTEGER,
	granted_by_id INTEGER,
	granted_at TEXT NOT NULL,
	ended_at TEXT,
	CONSTRAINT pk_role_assignments PRIMARY KEY (id),
	CONSTRAINT ck_role_assignments_donor_has_donor CHECK ((role = 'donor') = (donor_id IS NOT NULL)),
	CONSTRAINT ck_role_assignments_member_has_association CHECK ((role = 'member') = (association_id IS NOT NULL)),
	CONSTRAINT ck_role_assignments_operator_has_centre CHECK ((role = 'operator') = (centre_id IS NOT NULL)),
	CONSTRAINT fk_role_assignments_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
	CONSTRAINT fk_role_assignments_centre_id FOREIGN KEY(centre_id) REFERENCES centres (id),
	CONSTRAINT fk_role_assignments_donor_id FOREIGN KEY(donor_id) REFERENCES donors (id),
	CONSTRAINT fk_role_assignments_granted_by_id FOREIGN KEY(granted_by_id) REFERENCES users (id),
	CONSTRAINT fk_role_assignments_user_id FOREIGN KEY(user_id) REFERENCES users (id),
	CONSTRAINT ck_role_assignments_role CHECK (role IN ('member', 'operator', 'reviewer', 'secretary', 'council_chair', 'finance', 'monitor', 'donor', 'administrator'))
)
 STRICT;

CREATE INDEX ix_role_assignments_association_id ON role_assignments (association_id);

CREATE INDEX ix_role_assignments_centre_id ON role_assignments (centre_id);

CREATE INDEX ix_role_assignments_user_id ON role_assignments (user_id);

CREATE UNIQUE INDEX uq_role_assignments_current_role ON role_assignments (user_id, role) WHERE ended_at IS NULL AND association_id IS NULL AND centre_id IS NULL AND donor_id IS NULL;

CREATE UNIQUE INDEX uq_role_assignments_current_association_id ON role_assignments (user_id, association_id) WHERE ended_at IS NULL AND association_id IS NOT NULL;

CREATE UNIQUE INDEX uq_role_assignments_current_centre_id ON role_assignments (user_id, centre_id) WHERE ended_at IS NULL AND centre_id IS NOT NULL;

CREATE UNIQUE INDEX uq_role_assignments_current_donor_id ON role_assignments (user_id, donor_id) WHERE ended_at IS NULL AND donor_id IS NOT NULL;

CREATE TABLE user_sessions (
	id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	token_hash TEXT NOT NULL,
	created_at TEXT NOT NULL,
	expires_at TEXT NOT NULL,
	browser TEXT NOT NULL,
	revoked_at TEXT,
	CONSTRAINT pk_user_sessions PRIMARY KEY (id),
	CONSTRAINT fk_user_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id),
	CONSTRAINT uq_user_sessions_token_hash UNIQUE (token_hash)
)
 STRICT;

CREATE INDEX ix_user_sessions_user_id ON user_sessions (user_id);

CREATE TABLE applications (
	id INTEGER NOT NULL,
	number TEXT NOT NULL,
	call_id INTEGER NOT NULL,
	association_id INTEGER NOT NULL,
	status TEXT NOT NULL,
	title TEXT NOT NULL,
	search_text TEXT NOT NULL,
	language TEXT NOT NULL,
	grant_requested INTEGER NOT NULL,
	remittance_pledged INTEGER NOT NULL,
	total_cost INTEGER NOT NULL,
	created_by_id INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	signed_off_by_id INTEGER,
	signed_off_at TEXT,
	submitted_at TEXT,
	screened_at TEXT,
	decided_at TEXT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_applications PRIMARY KEY (id),
	CONSTRAINT fk_applications_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
	CONSTRAINT fk_applications_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
	CONSTRAINT fk_applications_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id),
	CONSTRAINT fk_applications_signed_off_by_id FOREIGN KEY(signed_off_by_id) REFERENCES users (id),
	CONSTRAINT uq_applications_number UNIQUE (number),
	CONSTRAINT ck_applications_applicationstatus CHECK (status IN ('draft', 'signed_off', 'submitted', 'returned', 'resubmitted', 'eligible', 'ineligible', 'in_review', 'reviewed', 'selected', 'reserve', 'rejected', 'grant_offered', 'withdrawn'))
)
 STRICT;

CREATE INDEX ix_applications_association ON applications (association_id, id);

CREATE INDEX ix_applications_list ON applications (call_id, status, id);

CREATE INDEX ix_applications_search ON applications (status, search_text);

CREATE INDEX ix_applications_status ON applications (status, id);

CREATE UNIQUE INDEX uq_applications_one_a_call ON applications (call_id, association_id) WHERE status <> 'withdrawn';

CREATE TABLE council_sessions (
	id INTEGER NOT NULL,
	call_id INTEGER NOT NULL,
	held_on TEXT NOT NULL,
	place TEXT NOT NULL,
	seats INTEGER NOT NULL,
	status TEXT NOT NULL,
	created_by_id INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_council_sessions PRIMARY KEY (id),
	CONSTRAINT ck_council_sessions_seats_positive CHECK (seats > 0),
	CONSTRAINT fk_council_sessions_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
	CONSTRAINT fk_council_sessions_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id),
	CONSTRAINT ck_council_sessions_sessionstatus CHECK (status IN ('open', 'signed'))
)
 STRICT;

CREATE INDEX ix_council_sessions_call_id ON council_sessions (call_id);

CREATE UNIQUE INDEX uq_council_sessions_open ON council_sessions (call_id) WHERE status = 'open';

CREATE TABLE criteria (
	id INTEGER NOT NULL,
	call_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	weight INTEGER NOT NULL,
	title TEXT NOT NULL,
	description TEXT NOT NULL,
	anchors TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_criteria PRIMARY KEY (id),
	CONSTRAINT ck_criteria_weight_range CHECK (weight > 0 AND weight <= 100),
	CONSTRAINT fk_criteria_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
	CONSTRAINT uq_criteria_call_id_key UNIQUE (call_id, "key"),
	CONSTRAINT uq_criteria_call_id_position UNIQUE (call_id, position)
)
 STRICT;

CREATE TABLE application_sections (
	id INTEGER NOT NULL,
	application_id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	answers TEXT NOT NULL,
	saved_at TEXT NOT NULL,
	saved_by_id INTEGER NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_application_sections PRIMARY KEY (id),
	CONSTRAINT fk_application_sections_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_application_sections_saved_by_id FOREIGN KEY(saved_by_id) REFERENCES users (id),
	CONSTRAINT uq_application_sections_application_id_key UNIQUE (application_id, "key")
)
 STRICT;

CREATE TABLE application_targets (
	id INTEGER NOT NULL,
	application_id INTEGER NOT NULL,
	indicator_id INTEGER NOT NULL,
	baseline TEXT NOT NULL,
	target TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_application_targets PRIMARY KEY (id),
	CONSTRAINT fk_application_targets_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_application_targets_indicator_id FOREIGN KEY(indicator_id) REFERENCES indicators (id),
	CONSTRAINT uq_application_targets_application_id_indicator_id UNIQUE (application_id, indicator_id)
)
 STRICT;

CREATE TABLE assignments (
	id INTEGER NOT NULL,
	application_id INTEGER NOT NULL,
	reviewer_id INTEGER NOT NULL,
	status TEXT NOT NULL,
	assigned_by_id INTEGER NOT NULL,
	assigned_at TEXT NOT NULL,
	due_on TEXT NOT NULL,
	answered_at TEXT,
	decline_reason TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_assignments PRIMARY KEY (id),
	CONSTRAINT fk_assignments_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_assignments_assigned_by_id FOREIGN KEY(assigned_by_id) REFERENCES users (id),
	CONSTRAINT fk_assignments_reviewer_id FOREIGN KEY(reviewer_id) REFERENCES users (id),
	CONSTRAINT uq_assignments_application_id_reviewer_id UNIQUE (application_id, reviewer_id),
	CONSTRAINT ck_assignments_assignmentstatus CHECK (status IN ('proposed', 'accepted', 'declined', 'recused', 'submitted', 'closed'))
)
 STRICT;

CREATE INDEX ix_assignments_reviewer ON assignments (reviewer_id, status);

CREATE TABLE attendances (
	id INTEGER NOT NULL,
	session_id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	CONSTRAINT pk_attendances PRIMARY KEY (id),
	CONSTRAINT fk_attendances_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
	CONSTRAINT fk_attendances_user_id FOREIGN KEY(user_id) REFERENCES users (id),
	CONSTRAINT uq_attendances_session_id_user_id UNIQUE (session_id, user_id)
)
 STRICT;

CREATE TABLE budget_lines (
	id INTEGER NOT NULL,
	application_id INTEGER NOT NULL,
	heading TEXT NOT NULL,
	item TEXT NOT NULL,
	unit TEXT NOT NULL,
	quantity TEXT NOT NULL,
	unit_cost INTEGER NOT NULL,
	payer TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_budget_lines PRIMARY KEY (id),
	CONSTRAINT ck_budget_lines_unit_cost_positive CHECK (unit_cost > 0),
	CONSTRAINT fk_budget_lines_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT ck_budget_lines_budgetheading CHECK (heading IN ('equipment', 'materials', 'works', 'livestock', 'services', 'training', 'other')),
	CONSTRAINT ck_budget_lines_payer CHECK (payer IN ('grant', 'remittance', 'community', 'in_kind'))
)
 STRICT;

CREATE INDEX ix_budget_lines_application_id ON budget_lines (application_id);

CREATE TABLE conflicts (
	id INTEGER NOT NULL,
	application_id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	kind TEXT,
	explanation TEXT NOT NULL,
	declared_at TEXT NOT NULL,
	CONSTRAINT pk_conflicts PRIMARY KEY (id),
	CONSTRAINT fk_conflicts_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_conflicts_user_id FOREIGN KEY(user_id) REFERENCES users (id),
	CONSTRAINT ck_conflicts_conflictkind CHECK (kind IN ('kinship', 'place', 'membership', 'business', 'contributor', 'other'))
)
 STRICT;

CREATE INDEX ix_conflicts_pair ON conflicts (application_id, user_id);

CREATE INDEX ix_conflicts_user_id ON conflicts (user_id);

CREATE TABLE decisions (
	id INTEGER NOT NULL,
	session_id INTEGER NOT NULL,
	application_id INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	amount INTEGER,
	reason TEXT NOT NULL,
	rank INTEGER,
	score INTEGER,
	votes_for INTEGER NOT NULL,
	votes_against INTEGER NOT NULL,
	abstentions INTEGER NOT NULL,
	decided_by_id INTEGER NOT NULL,
	decided_at TEXT NOT NULL,
	CONSTRAINT pk_decisions PRIMARY KEY (id),
	CONSTRAINT ck_decisions_amount_if_selected CHECK ((outcome = 'selected') = (amount IS NOT NULL)),
	CONSTRAINT ck_decisions_amount_positive CHECK (amount IS NULL OR amount > 0),
	CONSTRAINT ck_decisions_votes_not_negative CHECK (votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0),
	CONSTRAINT fk_decisions_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_decisions_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id),
	CONSTRAINT fk_decisions_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
	CONSTRAINT uq_decisions_session_id_application_id UNIQUE (session_id, application_id),
	CONSTRAINT ck_decisions_decisionoutcome CHECK (outcome IN ('selected', 'reserve', 'rejected'))
)
 STRICT;

CREATE INDEX ix_decisions_application_id ON decisions (application_id);

CREATE INDEX ix_decisions_session_id ON decisions (session_id);

CREATE TABLE grants (
	id INTEGER NOT NULL,
	number TEXT NOT NULL,
	application_id INTEGER NOT NULL,
	fund_id INTEGER NOT NULL,
	association_id INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	status TEXT NOT NULL,
	match_percent INTEGER NOT NULL,
	accounting_percent INTEGER NOT NULL,
	in_kind_counts INTEGER NOT NULL,
	starts_on TEXT NOT NULL,
	ends_on TEXT NOT NULL,
	offered_by_id INTEGER NOT NULL,
	offered_at TEXT NOT NULL,
	accepted_by_id INTEGER,
	accepted_at TEXT,
	activated_at TEXT,
	suspended_reason TEXT NOT NULL,
	completed_at TEXT,
	payout_account_id INTEGER,
	agreement_sha256 TEXT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_grants PRIMARY KEY (id),
	CONSTRAINT ck_grants_amount_positive CHECK (amount > 0),
	CONSTRAINT ck_grants_period_in_order CHECK (ends_on > starts_on),
	CONSTRAINT fk_grants_accepted_by_id FOREIGN KEY(accepted_by_id) REFERENCES users (id),
	CONSTRAINT fk_grants_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_grants_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
	CONSTRAINT fk_grants_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT fk_grants_offered_by_id FOREIGN KEY(offered_by_id) REFERENCES users (id),
	CONSTRAINT fk_grants_payout_account_id FOREIGN KEY(payout_account_id) REFERENCES payout_accounts (id),
	CONSTRAINT uq_grants_application_id UNIQUE (application_id),
	CONSTRAINT uq_grants_id_fund_id UNIQUE (id, fund_id),
	CONSTRAINT uq_grants_number UNIQUE (number),
	CONSTRAINT ck_grants_grantstatus CHECK (status IN ('offered', 'accepted', 'active', 'suspended', 'completed', 'closed', 'terminated'))
)
 STRICT;

CREATE INDEX ix_grants_association_id ON grants (association_id);

CREATE INDEX ix_grants_fund ON grants (fund_id, status, id);

CREATE TABLE pledges (
	id INTEGER NOT NULL,
	application_id INTEGER NOT NULL,
	remitter_name TEXT NOT NULL,
	is_pseudonym INTEGER NOT NULL,
	country TEXT NOT NULL,
	currency TEXT NOT NULL,
	amount INTEGER NOT NULL,
	rate_id INTEGER,
	amount_kgs INTEGER NOT NULL,
	due_on TEXT NOT NULL,
	has_consent INTEGER NOT NULL,
	status TEXT NOT NULL,
	recorded_by_id INTEGER NOT NULL,
	recorded_at TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_pledges PRIMARY KEY (id),
	CONSTRAINT ck_pledges_amounts_positive CHECK (amount > 0 AND amount_kgs > 0),
	CONSTRAINT fk_pledges_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_pledges_rate_id FOREIGN KEY(rate_id) REFERENCES exchange_rates (id),
	CONSTRAINT fk_pledges_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
	CONSTRAINT ck_pledges_pledgestatus CHECK (status IN ('pledged', 'partly_received', 'fulfilled', 'lapsed'))
)
 STRICT;

CREATE INDEX ix_pledges_application_id ON pledges (application_id);

CREATE TABLE protocols (
	id INTEGER NOT NULL,
	session_id INTEGER NOT NULL,
	number TEXT NOT NULL,
	content TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	signed_by_id INTEGER NOT NULL,
	signed_at TEXT NOT NULL,
	CONSTRAINT pk_protocols PRIMARY KEY (id),
	CONSTRAINT fk_protocols_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
	CONSTRAINT fk_protocols_signed_by_id FOREIGN KEY(signed_by_id) REFERENCES users (id),
	CONSTRAINT uq_protocols_number UNIQUE (number),
	CONSTRAINT uq_protocols_session_id UNIQUE (session_id)
)
 STRICT;

CREATE TABLE screenings (
	id INTEGER NOT NULL,
	application_id INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	reason TEXT NOT NULL,
	findings TEXT NOT NULL,
	screened_by_id INTEGER NOT NULL,
	screened_at TEXT NOT NULL,
	CONSTRAINT pk_screenings PRIMARY KEY (id),
	CONSTRAINT fk_screenings_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_screenings_screened_by_id FOREIGN KEY(screened_by_id) REFERENCES users (id),
	CONSTRAINT ck_screenings_screeningoutcome CHECK (outcome IN ('eligible', 'ineligible', 'returned'))
)
 STRICT;

CREATE INDEX ix_screenings_application_id ON screenings (application_id);

CREATE TABLE snapshots (
	id INTEGER NOT NULL,
	application_id INTEGER NOT NULL,
	sequence INTEGER NOT NULL,
	content TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	taken_at TEXT NOT NULL,
	taken_by_id INTEGER NOT NULL,
	CONSTRAINT pk_snapshots PRIMARY KEY (id),
	CONSTRAINT fk_snapshots_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_snapshots_taken_by_id FOREIGN KEY(taken_by_id) REFERENCES users (id),
	CONSTRAINT uq_snapshots_application_id_sequence UNIQUE (application_id, sequence)
)
 STRICT;

CREATE INDEX ix_snapshots_sha256 ON snapshots (sha256);

CREATE TABLE ledger_accounts (
	id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	currency TEXT NOT NULL,
	scope_key TEXT NOT NULL,
	fund_id INTEGER,
	grant_id INTEGER,
	heading TEXT,
	CONSTRAINT pk_ledger_accounts PRIMARY KEY (id),
	CONSTRAINT fk_ledger_accounts_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT fk_ledger_accounts_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT uq_ledger_accounts_id_currency UNIQUE (id, currency),
	CONSTRAINT uq_ledger_accounts_kind_scope_key_currency UNIQUE (kind, scope_key, currency),
	CONSTRAINT ck_ledger_accounts_accountkind CHECK (kind IN ('donor', 'exchange', 'remitter', 'community', 'in_kind_given', 'available', 'committed', 'advanced', 'spent', 'co_investment', 'co_investment_spent', 'in_kind_held', 'in_kind_used'))
)
 STRICT;

CREATE INDEX ix_ledger_accounts_fund_id ON ledger_accounts (fund_id);

CREATE INDEX ix_ledger_accounts_grant_id ON ledger_accounts (grant_id);

CREATE TABLE ledger_events (
	id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	occurred_at TEXT NOT NULL,
	value_on TEXT NOT NULL,
	actor_id INTEGER NOT NULL,
	grant_id INTEGER,
	fund_id INTEGER,
	rate_id INTEGER,
	reverses_id INTEGER,
	reason TEXT NOT NULL,
	CONSTRAINT pk_ledger_events PRIMARY KEY (id),
	CONSTRAINT fk_ledger_events_actor_id FOREIGN KEY(actor_id) REFERENCES users (id),
	CONSTRAINT fk_ledger_events_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT fk_ledger_events_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_ledger_events_rate_id FOREIGN KEY(rate_id) REFERENCES exchange_rates (id),
	CONSTRAINT fk_ledger_events_reverses_id FOREIGN KEY(reverses_id) REFERENCES ledger_events (id),
	CONSTRAINT uq_ledger_events_reverses_id UNIQUE (reverses_id),
	CONSTRAINT ck_ledger_events_eventkind CHECK (kind IN ('fund_received', 'grant_committed', 'grant_released', 'tranche_released', 'tranche_returned', 'contribution_verified', 'expenditure_accepted', 'reversal'))
)
 STRICT;

CREATE INDEX ix_ledger_events_fund_id ON ledger_events (fund_id);

CREATE INDEX ix_ledger_events_grant_id ON ledger_events (grant_id);

CREATE TABLE reviews (
	id INTEGER NOT NULL,
	assignment_id INTEGER NOT NULL,
	status TEXT NOT NULL,
	draft TEXT NOT NULL,
	comment TEXT NOT NULL,
	submission INTEGER NOT NULL,
	total INTEGER,
	saved_at TEXT NOT NULL,
	submitted_at TEXT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_reviews PRIMARY KEY (id),
	CONSTRAINT ck_reviews_submitted_with_total CHECK ((status = 'submitted') = (total IS NOT NULL)),
	CONSTRAINT fk_reviews_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
	CONSTRAINT uq_reviews_assignment_id UNIQUE (assignment_id),
	CONSTRAINT ck_reviews_reviewstatus CHECK (status IN ('draft', 'submitted'))
)
 STRICT;

CREATE TABLE targets (
	id INTEGER NOT NULL,
	grant_id INTEGER NOT NULL,
	indicator_id INTEGER NOT NULL,
	baseline TEXT NOT NULL,
	target TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_targets PRIMARY KEY (id),
	CONSTRAINT fk_targets_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_targets_indicator_id FOREIGN KEY(indicator_id) REFERENCES indicators (id),
	CONSTRAINT uq_targets_grant_id_indicator_id UNIQUE (grant_id, indicator_id)
)
 STRICT;

CREATE TABLE visits (
	id INTEGER NOT NULL,
	grant_id INTEGER NOT NULL,
	planned_on TEXT NOT NULL,
	planned_by_id INTEGER NOT NULL,
	visitor_id INTEGER NOT NULL,
	status TEXT NOT NULL,
	visited_on TEXT,
	recorded_at TEXT,
	checklist TEXT NOT NULL,
	findings TEXT NOT NULL,
	follow_up TEXT NOT NULL,
	risk TEXT,
	latitude REAL,
	longitude REAL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_visits PRIMARY KEY (id),
	CONSTRAINT ck_visits_done_with_day CHECK ((status = 'done') = (visited_on IS NOT NULL)),
	CONSTRAINT fk_visits_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_visits_planned_by_id FOREIGN KEY(planned_by_id) REFERENCES users (id),
	CONSTRAINT fk_visits_visitor_id FOREIGN KEY(visitor_id) REFERENCES users (id),
	CONSTRAINT ck_visits_visitstatus CHECK (status IN ('planned', 'done')),
	CONSTRAINT ck_visits_riskrating CHECK (risk IN ('low', 'medium', 'high'))
)
 STRICT;

CREATE INDEX ix_visits_grant_id ON visits (grant_id);

CREATE INDEX ix_visits_visitor_id ON visits (visitor_id);

CREATE TABLE contributions (
	id INTEGER NOT NULL,
	grant_id INTEGER NOT NULL,
	pledge_id INTEGER,
	kind TEXT NOT NULL,
	channel TEXT,
	reference TEXT NOT NULL,
	reference_key TEXT,
	sender_name TEXT NOT NULL,
	sender_country TEXT NOT NULL,
	sent_on TEXT NOT NULL,
	currency TEXT NOT NULL,
	amount INTEGER NOT NULL,
	rate_id INTEGER,
	amount_kgs INTEGER NOT NULL,
	status TEXT NOT NULL,
	recorded_by_id INTEGER NOT NULL,
	recorded_at TEXT NOT NULL,
	verified_by_id INTEGER,
	verified_at TEXT,
	checks TEXT NOT NULL,
	reason TEXT NOT NULL,
	event_id INTEGER,
	reversal_event_id INTEGER,
	version INTEGER NOT NULL,
	CONSTRAINT pk_contributions PRIMARY KEY (id),
	CONSTRAINT ck_contributions_booked_when_verified CHECK ((status IN ('verified', 'reversed')) = (event_id IS NOT NULL)),
	CONSTRAINT ck_contributions_reversed_with_event CHECK ((status = 'reversed') = (reversal_event_id IS NOT NULL)),
	CONSTRAINT ck_contributions_remittance_has_reference CHECK ((kind = 'remittance') = (reference_key IS NOT NULL)),
	CONSTRAINT ck_contributions_amounts_positive CHECK (amount > 0 AND amount_kgs > 0),
	CONSTRAINT ck_contributions_two_people CHECK (verified_by_id IS NULL OR verified_by_id <> recorded_by_id),
	CONSTRAINT fk_contributions_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
	CONSTRAINT fk_contributions_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_contributions_pledge_id FOREIGN KEY(pledge_id) REFERENCES pledges (id),
	CONSTRAINT fk_contributions_rate_id FOREIGN KEY(rate_id) REFERENCES exchange_rates (id),
	CONSTRAINT fk_contributions_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
	CONSTRAINT fk_contributions_reversal_event_id FOREIGN KEY(reversal_event_id) REFERENCES ledger_events (id),
	CONSTRAINT fk_contributions_verified_by_id FOREIGN KEY(verified_by_id) REFERENCES users (id),
	CONSTRAINT ck_contributions_contributionkind CHECK (kind IN ('remittance', 'community_cash', 'in_kind')),
	CONSTRAINT ck_contributions_channel CHECK (channel IN ('money_transfer', 'bank', 'mobile_wallet', 'card', 'customs_cash', 'hand_to_hand')),
	CONSTRAINT ck_contributions_contributionstatus CHECK (status IN ('recorded', 'verified', 'refused', 'reversed'))
)
 STRICT;

CREATE INDEX ix_contributions_grant ON contributions (grant_id, id);

CREATE INDEX ix_contributions_pledge_id ON contributions (pledge_id);

CREATE INDEX ix_contributions_status ON contributions (status, id);

CREATE UNIQUE INDEX uq_contributions_reference ON contributions (channel, reference_key) WHERE status IN ('recorded', 'verified');

CREATE TABLE expenditures (
	id INTEGER NOT NULL,
	grant_id INTEGER NOT NULL,
	budget_line_id INTEGER NOT NULL,
	title TEXT NOT NULL,
	payer TEXT NOT NULL,
	amount INTEGER NOT NULL,
	paid_on TEXT NOT NULL,
	supplier TEXT NOT NULL,
	supplier_key TEXT NOT NULL,
	document_number TEXT NOT NULL,
	document_key TEXT NOT NULL,
	status TEXT NOT NULL,
	recorded_by_id INTEGER NOT NULL,
	recorded_at TEXT NOT NULL,
	accepted_by_id INTEGER,
	accepted_at TEXT,
	reason TEXT NOT NULL,
	event_id INTEGER,
	version INTEGER NOT NULL,
	CONSTRAINT pk_expenditures PRIMARY KEY (id),
	CONSTRAINT ck_expenditures_accepted_with_event CHECK ((accepted_at IS NULL) = (event_id IS NULL)),
	CONSTRAINT ck_expenditures_two_people CHECK (accepted_by_id IS NULL OR accepted_by_id <> recorded_by_id),
	CONSTRAINT ck_expenditures_amount_positive CHECK (amount > 0),
	CONSTRAINT fk_expenditures_accepted_by_id FOREIGN KEY(accepted_by_id) REFERENCES users (id),
	CONSTRAINT fk_expenditures_budget_line_id FOREIGN KEY(budget_line_id) REFERENCES budget_lines (id),
	CONSTRAINT fk_expenditures_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
	CONSTRAINT fk_expenditures_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_expenditures_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
	CONSTRAINT ck_expenditures_payer CHECK (payer IN ('grant', 'remittance', 'community', 'in_kind')),
	CONSTRAINT ck_expenditures_expenditurestatus CHECK (status IN ('recorded', 'accepted', 'refused'))
)
 STRICT;

CREATE INDEX ix_expenditures_budget_line_id ON expenditures (budget_line_id);

CREATE INDEX ix_expenditures_grant_id ON expenditures (grant_id);

CREATE UNIQUE INDEX uq_expenditures_document ON expenditures (supplier_key, document_key) WHERE status <> 'refused';

CREATE TABLE fund_instalments (
	id INTEGER NOT NULL,
	fund_id INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	currency TEXT NOT NULL,
	rate_id INTEGER,
	amount_kgs INTEGER NOT NULL,
	received_on TEXT NOT NULL,
	bank_reference TEXT NOT NULL,
	recorded_by_id INTEGER NOT NULL,
	recorded_at TEXT NOT NULL,
	event_id INTEGER NOT NULL,
	CONSTRAINT pk_fund_instalments PRIMARY KEY (id),
	CONSTRAINT ck_fund_instalments_amounts_positive CHECK (amount > 0 AND amount_kgs > 0),
	CONSTRAINT fk_fund_instalments_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
	CONSTRAINT fk_fund_instalments_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT fk_fund_instalments_rate_id FOREIGN KEY(rate_id) REFERENCES exchange_rates (id),
	CONSTRAINT fk_fund_instalments_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
	CONSTRAINT uq_fund_instalments_fund_id_bank_reference UNIQUE (fund_id, bank_reference)
)
 STRICT;

CREATE INDEX ix_fund_instalments_fund_id ON fund_instalments (fund_id);

CREATE TABLE results (
	id INTEGER NOT NULL,
	target_id INTEGER NOT NULL,
	period_ends_on TEXT NOT NULL,
	value TEXT NOT NULL,
	female TEXT,
	male TEXT,
	evidence TEXT NOT NULL,
	status TEXT NOT NULL,
	reported_by_id INTEGER NOT NULL,
	reported_at TEXT NOT NULL,
	verified_by_id INTEGER,
	verified_at TEXT,
	refusal_reason TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_results PRIMARY KEY (id),
	CONSTRAINT ck_results_two_people CHECK (verified_by_id IS NULL OR verified_by_id <> reported_by_id),
	CONSTRAINT fk_results_reported_by_id FOREIGN KEY(reported_by_id) REFERENCES users (id),
	CONSTRAINT fk_results_target_id FOREIGN KEY(target_id) REFERENCES targets (id),
	CONSTRAINT fk_results_verified_by_id FOREIGN KEY(verified_by_id) REFERENCES users (id),
	CONSTRAINT ck_results_resultstatus CHECK (status IN ('reported', 'verified', 'refused'))
)
 STRICT;

CREATE UNIQUE INDEX uq_results_period ON results (target_id, period_ends_on) WHERE status <> 'refused';

CREATE TABLE scores (
	id INTEGER NOT NULL,
	review_id INTEGER NOT NULL,
	submission INTEGER NOT NULL,
	criterion_id INTEGER NOT NULL,
	level INTEGER NOT NULL,
	justification TEXT NOT NULL,
	CONSTRAINT pk_scores PRIMARY KEY (id),
	CONSTRAINT ck_scores_level_range CHECK (level BETWEEN 1 AND 5),
	CONSTRAINT fk_scores_criterion_id FOREIGN KEY(criterion_id) REFERENCES criteria (id),
	CONSTRAINT fk_scores_review_id FOREIGN KEY(review_id) REFERENCES reviews (id),
	CONSTRAINT uq_scores_review_id_submission_criterion_id UNIQUE (review_id, submission, criterion_id)
)
 STRICT;

CREATE TABLE tranches (
	id INTEGER NOT NULL,
	grant_id INTEGER NOT NULL,
	sequence INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	status TEXT NOT NULL,
	due_on TEXT NOT NULL,
	requested_by_id INTEGER,
	requested_at TEXT,
	prepared_by_id INTEGER,
	prepared_at TEXT,
	approved_by_id INTEGER,
	approved_at TEXT,
	released_by_id INTEGER,
	released_at TEXT,
	bank_reference TEXT,
	event_id INTEGER,
	payout_account_id INTEGER,
	confirmed_by_id INTEGER,
	confirmed_at TEXT,
	accounted_at TEXT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_tranches PRIMARY KEY (id),
	CONSTRAINT ck_tranches_released_with_event CHECK ((released_at IS NULL) = (event_id IS NULL)),
	CONSTRAINT ck_tranches_amount_positive CHECK (amount > 0),
	CONSTRAINT ck_tranches_two_people CHECK (approved_by_id IS NULL OR (prepared_by_id IS NOT NULL AND approved_by_id <> prepared_by_id)),
	CONSTRAINT ck_tranches_released_to_account CHECK (released_at IS NULL OR payout_account_id IS NOT NULL),
	CONSTRAINT fk_tranches_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES users (id),
	CONSTRAINT fk_tranches_confirmed_by_id FOREIGN KEY(confirmed_by_id) REFERENCES users (id),
	CONSTRAINT fk_tranches_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
	CONSTRAINT fk_tranches_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_tranches_payout_account_id FOREIGN KEY(payout_account_id) REFERENCES payout_accounts (id),
	CONSTRAINT fk_tranches_prepared_by_id FOREIGN KEY(prepared_by_id) REFERENCES users (id),
	CONSTRAINT fk_tranches_released_by_id FOREIGN KEY(released_by_id) REFERENCES users (id),
	CONSTRAINT fk_tranches_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES users (id),
	CONSTRAINT uq_tranches_bank_reference UNIQUE (bank_reference),
	CONSTRAINT uq_tranches_grant_id_sequence UNIQUE (grant_id, sequence),
	CONSTRAINT ck_tranches_tranchestatus CHECK (status IN ('planned', 'requested', 'prepared', 'approved', 'released', 'confirmed', 'accounted', 'returned'))
)
 STRICT;

CREATE INDEX ix_tranches_status ON tranches (status, id);

CREATE TABLE transfers (
	id INTEGER NOT NULL,
	event_id INTEGER NOT NULL,
	debit_account_id INTEGER NOT NULL,
	credit_account_id INTEGER NOT NULL,
	currency TEXT NOT NULL,
	amount INTEGER NOT NULL,
	CONSTRAINT pk_transfers PRIMARY KEY (id),
	CONSTRAINT ck_transfers_amount_positive CHECK (amount > 0),
	CONSTRAINT ck_transfers_two_accounts CHECK (debit_account_id <> credit_account_id),
	CONSTRAINT fk_transfers_credit_account_id_currency FOREIGN KEY(credit_account_id, currency) REFERENCES ledger_accounts (id, currency),
	CONSTRAINT fk_transfers_debit_account_id_currency FOREIGN KEY(debit_account_id, currency) REFERENCES ledger_accounts (id, currency),
	CONSTRAINT fk_transfers_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id)
)
 STRICT;

CREATE INDEX ix_transfers_credit ON transfers (credit_account_id, amount);

CREATE INDEX ix_transfers_debit ON transfers (debit_account_id, amount);

CREATE INDEX ix_transfers_event_id ON transfers (event_id);

CREATE TABLE documents (
	id INTEGER NOT NULL,
	file_id INTEGER NOT NULL,
	content_sha256 TEXT NOT NULL,
	kind TEXT NOT NULL,
	filename TEXT NOT NULL,
	application_id INTEGER,
	grant_id INTEGER,
	contribution_id INTEGER,
	expenditure_id INTEGER,
	visit_id INTEGER,
	uploaded_by_id INTEGER NOT NULL,
	uploaded_at TEXT NOT NULL,
	removed_at TEXT,
	released_at TEXT,
	CONSTRAINT pk_documents PRIMARY KEY (id),
	CONSTRAINT ck_documents_one_owner CHECK ((CASE WHEN application_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN grant_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN contribution_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN expenditure_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN visit_id IS NULL THEN 0 ELSE 1 END) = 1),
	CONSTRAINT fk_documents_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_documents_contribution_id FOREIGN KEY(contribution_id) REFERENCES contributions (id),
	CONSTRAINT fk_documents_expenditure_id FOREIGN KEY(expenditure_id) REFERENCES expenditures (id),
	CONSTRAINT fk_documents_file_id FOREIGN KEY(file_id) REFERENCES stored_files (id),
	CONSTRAINT fk_documents_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_documents_uploaded_by_id FOREIGN KEY(uploaded_by_id) REFERENCES users (id),
	CONSTRAINT fk_documents_visit_id FOREIGN KEY(visit_id) REFERENCES visits (id),
	CONSTRAINT ck_documents_documentkind CHECK (kind IN ('meeting_minutes', 'registration', 'quotation', 'receipt', 'invoice', 'photo', 'signed_agreement', 'other'))
)
 STRICT;

CREATE INDEX ix_documents_application_id ON documents (application_id);

CREATE INDEX ix_documents_contribution_id ON documents (contribution_id);

CREATE INDEX ix_documents_expenditure_id ON documents (expenditure_id);

CREATE INDEX ix_documents_file_id ON documents (file_id);

CREATE INDEX ix_documents_grant_id ON documents (grant_id);

CREATE INDEX ix_documents_visit_id ON documents (visit_id);

CREATE UNIQUE INDEX uq_documents_contribution_proof ON documents (content_sha256) WHERE contribution_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL;

CREATE UNIQUE INDEX uq_documents_expenditure_proof ON documents (content_sha256) WHERE expenditure_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL;

CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;

CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;

CREATE TRIGGER audit_events_no_replace BEFORE INSERT ON audit_events WHEN EXISTS (SELECT 1 FROM audit_events WHERE (id = NEW.id) OR (hash = NEW.hash)) BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END;

CREATE TRIGGER conflicts_no_update BEFORE UPDATE ON conflicts BEGIN SELECT RAISE(ABORT, 'conflicts is append-only'); END;

CREATE TRIGGER conflicts_no_delete BEFORE DELETE ON conflicts BEGIN SELECT RAISE(ABORT, 'conflicts is append-only'); END;

CREATE TRIGGER conflicts_no_replace BEFORE INSERT ON conflicts WHEN EXISTS (SELECT 1 FROM conflicts WHERE (id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'conflicts is append-only'); END;

CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;

CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;

CREATE TRIGGER decisions_no_replace BEFORE INSERT ON decisions WHEN EXISTS (SELECT 1 FROM decisions WHERE (id = NEW.id) OR (session_id = NEW.session_id AND application_id = NEW.application_id)) BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;

CREATE TRIGGER fund_instalments_no_update BEFORE UPDATE ON fund_instalments BEGIN SELECT RAISE(ABORT, 'fund_instalments is append-only'); END;

CREATE TRIGGER fund_instalments_no_delete BEFORE DELETE ON fund_instalments BEGIN SELECT RAISE(ABORT, 'fund_instalments is append-only'); END;

CREATE TRIGGER fund_instalments_no_replace BEFORE INSERT ON fund_instalments WHEN EXISTS (SELECT 1 FROM fund_instalments WHERE (id = NEW.id) OR (fund_id = NEW.fund_id AND bank_reference = NEW.bank_reference)) BEGIN SELECT RAISE(ABORT, 'fund_instalments is append-only'); END;

CREATE TRIGGER ledger_accounts_no_update BEFORE UPDATE ON ledger_accounts BEGIN SELECT RAISE(ABORT, 'ledger_accounts is append-only'); END;

CREATE TRIGGER ledger_accounts_no_delete BEFORE DELETE ON ledger_accounts BEGIN SELECT RAISE(ABORT, 'ledger_accounts is append-only'); END;

CREATE TRIGGER ledger_accounts_no_replace BEFORE INSERT ON ledger_accounts WHEN EXISTS (SELECT 1 FROM ledger_accounts WHERE (id = NEW.id) OR (kind = NEW.kind AND scope_key = NEW.scope_key AND currency = NEW.currency)) BEGIN SELECT RAISE(ABORT, 'ledger_accounts is append-only'); END;

CREATE TRIGGER ledger_events_no_update BEFORE UPDATE ON ledger_events BEGIN SELECT RAISE(ABORT, 'ledger_events is append-only'); END;

CREATE TRIGGER ledger_events_no_delete BEFORE DELETE ON ledger_events BEGIN SELECT RAISE(ABORT, 'ledger_events is append-only'); END;

CREATE TRIGGER ledger_events_no_replace BEFORE INSERT ON ledger_events WHEN EXISTS (SELECT 1 FROM ledger_events WHERE (id = NEW.id) OR (reverses_id = NEW.reverses_id)) BEGIN SELECT RAISE(ABORT, 'ledger_events is append-only'); END;

CREATE TRIGGER protocols_no_update BEFORE UPDATE ON protocols BEGIN SELECT RAISE(ABORT, 'protocols is append-only'); END;

CREATE TRIGGER protocols_no_delete BEFORE DELETE ON protocols BEGIN SELECT RAISE(ABORT, 'protocols is append-only'); END;

CREATE TRIGGER protocols_no_replace BEFORE INSERT ON protocols WHEN EXISTS (SELECT 1 FROM protocols WHERE (id = NEW.id) OR (session_id = NEW.session_id) OR (number = NEW.number)) BEGIN SELECT RAISE(ABORT, 'protocols is append-only'); END;

CREATE TRIGGER scores_no_update BEFORE UPDATE ON scores BEGIN SELECT RAISE(ABORT, 'scores is append-only'); END;

CREATE TRIGGER scores_no_delete BEFORE DELETE ON scores BEGIN SELECT RAISE(ABORT, 'scores is append-only'); END;

CREATE TRIGGER scores_no_replace BEFORE INSERT ON scores WHEN EXISTS (SELECT 1 FROM scores WHERE (id = NEW.id) OR (review_id = NEW.review_id AND submission = NEW.submission AND criterion_id = NEW.criterion_id)) BEGIN SELECT RAISE(ABORT, 'scores is append-only'); END;

CREATE TRIGGER screenings_no_update BEFORE UPDATE ON screenings BEGIN SELECT RAISE(ABORT, 'screenings is append-only'); END;

CREATE TRIGGER screenings_no_delete BEFORE DELETE ON screenings BEGIN SELECT RAISE(ABORT, 'screenings is append-only'); END;

CREATE TRIGGER screenings_no_replace BEFORE INSERT ON screenings WHEN EXISTS (SELECT 1 FROM screenings WHERE (id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'screenings is append-only'); END;

CREATE TRIGGER snapshots_no_update BEFORE UPDATE ON snapshots BEGIN SELECT RAISE(ABORT, 'snapshots is append-only'); END;

CREATE TRIGGER snapshots_no_delete BEFORE DELETE ON snapshots BEGIN SELECT RAISE(ABORT, 'snapshots is append-only'); END;

CREATE TRIGGER snapshots_no_replace BEFORE INSERT ON snapshots WHEN EXISTS (SELECT 1 FROM snapshots WHERE (id = NEW.id) OR (application_id = NEW.application_id AND sequence = NEW.sequence)) BEGIN SELECT RAISE(ABORT, 'snapshots is append-only'); END;

CREATE TRIGGER stored_files_no_update BEFORE UPDATE ON stored_files BEGIN SELECT RAISE(ABORT, 'stored_files is append-only'); END;

CREATE TRIGGER stored_files_no_delete BEFORE DELETE ON stored_files BEGIN SELECT RAISE(ABORT, 'stored_files is append-only'); END;

CREATE TRIGGER stored_files_no_replace BEFORE INSERT ON stored_files WHEN EXISTS (SELECT 1 FROM stored_files WHERE (id = NEW.id) OR (source_sha256 = NEW.source_sha256)) BEGIN SELECT RAISE(ABORT, 'stored_files is append-only'); END;

CREATE TRIGGER transfers_no_update BEFORE UPDATE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END;

CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END;

CREATE TRIGGER transfers_no_replace BEFORE INSERT ON transfers WHEN EXISTS (SELECT 1 FROM transfers WHERE (id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END;

CREATE TRIGGER exchange_rates_no_update BEFORE UPDATE ON exchange_rates WHEN (OLD.approved_at IS NOT NULL) OR EXISTS (SELECT 1 FROM exchange_rates AS there WHERE there.approved_at IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.currency = NEW.currency AND there.valid_on = NEW.valid_on AND there.source = NEW.source))) BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END;

CREATE TRIGGER exchange_rates_no_delete BEFORE DELETE ON exchange_rates WHEN OLD.approved_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END;

CREATE TRIGGER exchange_rates_no_replace BEFORE INSERT ON exchange_rates WHEN EXISTS (SELECT 1 FROM exchange_rates AS there WHERE there.approved_at IS NOT NULL AND (there.id = NEW.id OR (there.currency = NEW.currency AND there.valid_on = NEW.valid_on AND there.source = NEW.source))) BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END;

CREATE TRIGGER funding_reports_no_update BEFORE UPDATE ON funding_reports WHEN (OLD.content IS NOT NULL AND (NEW.content IS NOT OLD.content OR NEW.sha256 IS NOT OLD.sha256 OR NEW.fund_id IS NOT OLD.fund_id OR NEW.starts_on IS NOT OLD.starts_on OR NEW.ends_on IS NOT OLD.ends_on OR NEW.locale IS NOT OLD.locale)) OR EXISTS (SELECT 1 FROM funding_reports AS there WHERE there.content IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'funding_reports is append-only'); END;

CREATE TRIGGER funding_reports_no_delete BEFORE DELETE ON funding_reports WHEN OLD.content IS NOT NULL BEGIN SELECT RAISE(ABORT, 'funding_reports is append-only'); END;

CREATE TRIGGER funding_reports_no_replace BEFORE INSERT ON funding_reports WHEN EXISTS (SELECT 1 FROM funding_reports AS there WHERE there.content IS NOT NULL AND (there.id = NEW.id)) BEGIN SELECT RAISE(ABORT, 'funding_reports is append-only'); END;

CREATE TRIGGER criteria_no_insert BEFORE INSERT ON criteria WHEN EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id IN (NEW.call_id, (SELECT call_id FROM criteria WHERE id = NEW.id))) BEGIN SELECT RAISE(ABORT, 'criteria of an open call are frozen'); END;

CREATE TRIGGER criteria_no_update BEFORE UPDATE ON criteria WHEN EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id IN (NEW.call_id, OLD.call_id, (SELECT call_id FROM criteria WHERE id = NEW.id))) BEGIN SELECT RAISE(ABORT, 'criteria of an open call are frozen'); END;

CREATE TRIGGER criteria_no_delete BEFORE DELETE ON criteria WHEN EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id IN (OLD.call_id)) BEGIN SELECT RAISE(ABORT, 'criteria of an open call are frozen'); END;
