CREATE TABLE audit_head (
	id BIGSERIAL NOT NULL,
	last_id BIGINT NOT NULL,
	hash VARCHAR(64) NOT NULL,
	CONSTRAINT pk_audit_head PRIMARY KEY (id),
	CONSTRAINT ck_audit_head_one_row CHECK (id = 1)
);

CREATE TABLE donors (
	id BIGSERIAL NOT NULL,
	code VARCHAR(20) NOT NULL,
	emblem VARCHAR(40) NOT NULL,
	name_ky VARCHAR(200) NOT NULL,
	name_ru VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_donors PRIMARY KEY (id),
	CONSTRAINT uq_donors_code UNIQUE (code),
	CONSTRAINT ck_donors_emblem CHECK (emblem IN ('eu', 'none'))
);

CREATE TABLE indicators (
	id BIGSERIAL NOT NULL,
	key VARCHAR(40) NOT NULL,
	title JSONB NOT NULL,
	unit VARCHAR(20) NOT NULL,
	definition JSONB NOT NULL,
	method JSONB NOT NULL,
	tool JSONB NOT NULL,
	frequency VARCHAR(40) NOT NULL,
	responsible JSONB NOT NULL,
	is_cumulative BOOLEAN NOT NULL,
	is_active BOOLEAN NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_indicators PRIMARY KEY (id),
	CONSTRAINT uq_indicators_key UNIQUE (key),
	CONSTRAINT ck_indicators_frequency CHECK (frequency IN ('monthly', 'quarterly', 'yearly', 'at_completion'))
);

CREATE TABLE number_series (
	name VARCHAR(20) NOT NULL,
	last BIGINT NOT NULL,
	CONSTRAINT pk_number_series PRIMARY KEY (name)
);

CREATE TABLE oblasts (
	iso VARCHAR(6) NOT NULL,
	id BIGSERIAL NOT NULL,
	soate VARCHAR(14) NOT NULL,
	latitude FLOAT,
	longitude FLOAT,
	valid_from DATE NOT NULL,
	valid_to DATE,
	name_ky VARCHAR(200) NOT NULL,
	name_ru VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	CONSTRAINT pk_oblasts PRIMARY KEY (id),
	CONSTRAINT ck_oblasts_soate_has_14_digits CHECK (length(soate) = 14),
	CONSTRAINT ck_oblasts_valid_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
	CONSTRAINT uq_oblasts_iso UNIQUE (iso),
	CONSTRAINT uq_oblasts_soate UNIQUE (soate)
);

CREATE TABLE outbox_jobs (
	id BIGSERIAL NOT NULL,
	function VARCHAR(100) NOT NULL,
	arguments JSONB NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	sent_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_outbox_jobs PRIMARY KEY (id)
);

CREATE INDEX ix_outbox_jobs_unsent ON outbox_jobs (sent_at, id);

CREATE TABLE sign_in_attempts (
	id BIGSERIAL NOT NULL,
	account_key VARCHAR(64) NOT NULL,
	address_key VARCHAR(64) NOT NULL,
	attempted_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_sign_in_attempts PRIMARY KEY (id)
);

CREATE INDEX ix_sign_in_attempts_account ON sign_in_attempts (account_key, attempted_at);

CREATE INDEX ix_sign_in_attempts_address ON sign_in_attempts (address_key, attempted_at);

CREATE TABLE stored_files (
	id BIGSERIAL NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	source_sha256 VARCHAR(64) NOT NULL,
	byte_size BIGINT NOT NULL,
	media_type VARCHAR(60) NOT NULL,
	stored_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_stored_files PRIMARY KEY (id),
	CONSTRAINT ck_stored_files_not_empty CHECK (byte_size > 0),
	CONSTRAINT uq_stored_files_source_sha256 UNIQUE (source_sha256)
);

CREATE INDEX ix_stored_files_sha256 ON stored_files (sha256);

CREATE TABLE funds (
	id BIGSERIAL NOT NULL,
	code VARCHAR(20) NOT NULL,
	donor_id BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount BIGINT NOT NULL,
	starts_on DATE NOT NULL,
	ends_on DATE NOT NULL,
	purpose JSONB NOT NULL,
	statement JSONB NOT NULL,
	name_ky VARCHAR(200) NOT NULL,
	name_ru VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_funds PRIMARY KEY (id),
	CONSTRAINT ck_funds_amount_positive CHECK (amount > 0),
	CONSTRAINT ck_funds_period_in_order CHECK (ends_on >= starts_on),
	CONSTRAINT fk_funds_donor_id FOREIGN KEY(donor_id) REFERENCES donors (id),
	CONSTRAINT uq_funds_code UNIQUE (code)
);

CREATE INDEX ix_funds_donor_id ON funds (donor_id);

CREATE TABLE rayons (
	oblast_id BIGINT NOT NULL,
	id BIGSERIAL NOT NULL,
	soate VARCHAR(14) NOT NULL,
	latitude FLOAT,
	longitude FLOAT,
	valid_from DATE NOT NULL,
	valid_to DATE,
	name_ky VARCHAR(200) NOT NULL,
	name_ru VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	CONSTRAINT pk_rayons PRIMARY KEY (id),
	CONSTRAINT ck_rayons_soate_has_14_digits CHECK (length(soate) = 14),
	CONSTRAINT ck_rayons_valid_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
	CONSTRAINT fk_rayons_oblast_id FOREIGN KEY(oblast_id) REFERENCES oblasts (id),
	CONSTRAINT uq_rayons_soate UNIQUE (soate)
);

CREATE INDEX ix_rayons_oblast_id ON rayons (oblast_id);

CREATE TABLE ayil_okmotus (
	rayon_id BIGINT NOT NULL,
	successor_id BIGINT,
	id BIGSERIAL NOT NULL,
	soate VARCHAR(14) NOT NULL,
	latitude FLOAT,
	longitude FLOAT,
	valid_from DATE NOT NULL,
	valid_to DATE,
	name_ky VARCHAR(200) NOT NULL,
	name_ru VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	CONSTRAINT pk_ayil_okmotus PRIMARY KEY (id),
	CONSTRAINT ck_ayil_okmotus_soate_has_14_digits CHECK (length(soate) = 14),
	CONSTRAINT ck_ayil_okmotus_valid_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
	CONSTRAINT fk_ayil_okmotus_rayon_id FOREIGN KEY(rayon_id) REFERENCES rayons (id),
	CONSTRAINT fk_ayil_okmotus_successor_id FOREIGN KEY(successor_id) REFERENCES ayil_okmotus (id),
	CONSTRAINT uq_ayil_okmotus_soate UNIQUE (soate)
);

CREATE INDEX ix_ayil_okmotus_rayon_id ON ayil_okmotus (rayon_id);

CREATE TABLE centres (
	id BIGSERIAL NOT NULL,
	ayil_okmotu_id BIGINT NOT NULL,
	opening_hours VARCHAR(200) NOT NULL,
	phone VARCHAR(20),
	name_ky VARCHAR(200) NOT NULL,
	name_ru VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_centres PRIMARY KEY (id),
	CONSTRAINT fk_centres_ayil_okmotu_id FOREIGN KEY(ayil_okmotu_id) REFERENCES ayil_okmotus (id),
	CONSTRAINT uq_centres_ayil_okmotu_id UNIQUE (ayil_okmotu_id)
);

CREATE TABLE villages (
	ayil_okmotu_id BIGINT NOT NULL,
	successor_id BIGINT,
	id BIGSERIAL NOT NULL,
	soate VARCHAR(14) NOT NULL,
	latitude FLOAT,
	longitude FLOAT,
	valid_from DATE NOT NULL,
	valid_to DATE,
	name_ky VARCHAR(200) NOT NULL,
	name_ru VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	CONSTRAINT pk_villages PRIMARY KEY (id),
	CONSTRAINT ck_villages_soate_has_14_digits CHECK (length(soate) = 14),
	CONSTRAINT ck_villages_valid_in_order CHECK (valid_to IS NULL OR valid_to >= valid_from),
	CONSTRAINT fk_villages_ayil_okmotu_id FOREIGN KEY(ayil_okmotu_id) REFERENCES ayil_okmotus (id),
	CONSTRAINT fk_villages_successor_id FOREIGN KEY(successor_id) REFERENCES villages (id),
	CONSTRAINT uq_villages_soate UNIQUE (soate)
);

CREATE INDEX ix_villages_ayil_okmotu_id ON villages (ayil_okmotu_id);

CREATE TABLE associations (
	id BIGSERIAL NOT NULL,
	kind VARCHAR(40) NOT NULL,
	village_id BIGINT,
	ayil_okmotu_id BIGINT NOT NULL,
	centre_id BIGINT NOT NULL,
	founded_on DATE,
	is_test BOOLEAN NOT NULL,
	search_text TEXT NOT NULL,
	sort_key VARCHAR(400) NOT NULL,
	name_ky VARCHAR(200) NOT NULL,
	name_ru VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_associations PRIMARY KEY (id),
	CONSTRAINT ck_associations_village_if_village_kind CHECK ((kind = 'village') = (village_id IS NOT NULL)),
	CONSTRAINT fk_associations_ayil_okmotu_id FOREIGN KEY(ayil_okmotu_id) REFERENCES ayil_okmotus (id),
	CONSTRAINT fk_associations_centre_id FOREIGN KEY(centre_id) REFERENCES centres (id),
	CONSTRAINT fk_associations_village_id FOREIGN KEY(village_id) REFERENCES villages (id),
	CONSTRAINT uq_associations_village_id UNIQUE (village_id),
	CONSTRAINT ck_associations_associationkind CHECK (kind IN ('village', 'ayil_okmotu'))
);

CREATE INDEX ix_associations_ayil_okmotu_id ON associations (ayil_okmotu_id);

CREATE INDEX ix_associations_centre_id ON associations (centre_id);

CREATE INDEX ix_associations_sort_key ON associations (sort_key);

CREATE TABLE people (
	id BIGSERIAL NOT NULL,
	full_name VARCHAR(200) NOT NULL,
	folded_name VARCHAR(200) NOT NULL,
	pin VARCHAR(14),
	phone VARCHAR(20),
	sex VARCHAR(40),
	birth_year BIGINT,
	migrant_status VARCHAR(40) NOT NULL,
	village_id BIGINT,
	consented_at TIMESTAMP WITH TIME ZONE,
	version INTEGER NOT NULL,
	CONSTRAINT pk_people PRIMARY KEY (id),
	CONSTRAINT ck_people_birth_year_plausible CHECK (birth_year IS NULL OR birth_year BETWEEN 1900 AND 2100),
	CONSTRAINT fk_people_village_id FOREIGN KEY(village_id) REFERENCES villages (id),
	CONSTRAINT ck_people_sex CHECK (sex IN ('female', 'male')),
	CONSTRAINT ck_people_migrantstatus CHECK (migrant_status IN ('current_migrant', 'returnee', 'family_member', 'none'))
);

CREATE INDEX ix_people_folded_name ON people (folded_name);

CREATE INDEX ix_people_phone ON people (phone);

CREATE INDEX ix_people_pin ON people (pin);

CREATE INDEX ix_people_village_id ON people (village_id);

CREATE TABLE memberships (
	id BIGSERIAL NOT NULL,
	association_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	role VARCHAR(40) NOT NULL,
	since_on DATE NOT NULL,
	until_on DATE,
	version INTEGER NOT NULL,
	CONSTRAINT pk_memberships PRIMARY KEY (id),
	CONSTRAINT fk_memberships_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
	CONSTRAINT fk_memberships_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT ck_memberships_membershiprole CHECK (role IN ('chair', 'treasurer', 'secretary', 'member'))
);

CREATE INDEX ix_memberships_person_id ON memberships (person_id);

CREATE UNIQUE INDEX uq_memberships_office ON memberships (association_id, role) WHERE until_on IS NULL AND role IN ('chair', 'treasurer');

CREATE UNIQUE INDEX uq_memberships_current ON memberships (association_id, person_id) WHERE until_on IS NULL;

CREATE TABLE users (
	id BIGSERIAL NOT NULL,
	username VARCHAR(60) NOT NULL,
	folded_username VARCHAR(60) NOT NULL,
	phone VARCHAR(20),
	password_hash VARCHAR(200) NOT NULL,
	must_change_password BOOLEAN NOT NULL,
	code_expires_at TIMESTAMP WITH TIME ZONE,
	locale VARCHAR(2),
	person_id BIGINT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	disabled_at TIMESTAMP WITH TIME ZONE,
	version INTEGER NOT NULL,
	CONSTRAINT pk_users PRIMARY KEY (id),
	CONSTRAINT fk_users_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT uq_users_folded_username UNIQUE (folded_username),
	CONSTRAINT uq_users_person_id UNIQUE (person_id),
	CONSTRAINT uq_users_phone UNIQUE (phone)
);

CREATE TABLE audit_events (
	id BIGSERIAL NOT NULL,
	happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	actor_id BIGINT,
	on_behalf_of_id BIGINT,
	action VARCHAR(60) NOT NULL,
	subject VARCHAR(60) NOT NULL,
	details TEXT NOT NULL,
	previous_hash VARCHAR(64) NOT NULL,
	hash VARCHAR(64) NOT NULL,
	CONSTRAINT pk_audit_events PRIMARY KEY (id),
	CONSTRAINT fk_audit_events_actor_id FOREIGN KEY(actor_id) REFERENCES users (id),
	CONSTRAINT fk_audit_events_on_behalf_of_id FOREIGN KEY(on_behalf_of_id) REFERENCES associations (id),
	CONSTRAINT uq_audit_events_hash UNIQUE (hash)
);

CREATE INDEX ix_audit_events_action ON audit_events (action);

CREATE INDEX ix_audit_events_actor_id ON audit_events (actor_id);

CREATE INDEX ix_audit_events_on_behalf_of_id ON audit_events (on_behalf_of_id);

CREATE INDEX ix_audit_events_subject ON audit_events (subject, id);

CREATE TABLE calls (
	id BIGSERIAL NOT NULL,
	code VARCHAR(30) NOT NULL,
	fund_id BIGINT NOT NULL,
	title JSONB NOT NULL,
	summary JSONB NOT NULL,
	status VARCHAR(40) NOT NULL,
	opens_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
	budget BIGINT NOT NULL,
	grant_floor BIGINT NOT NULL,
	grant_ceiling BIGINT NOT NULL,
	match_percent BIGINT NOT NULL,
	tranche_percents JSONB NOT NULL,
	accounting_percent BIGINT NOT NULL,
	in_kind_counts BOOLEAN NOT NULL,
	pass_total BIGINT NOT NULL,
	pass_section_percent BIGINT NOT NULL,
	reviewers_per_application BIGINT NOT NULL,
	created_by_id BIGINT NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE,
	is_public BOOLEAN NOT NULL,
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
);

CREATE INDEX ix_calls_fund_id ON calls (fund_id);

CREATE TABLE exchange_rates (
	id BIGSERIAL NOT NULL,
	currency VARCHAR(3) NOT NULL,
	valid_on DATE NOT NULL,
	nominal BIGINT NOT NULL,
	value NUMERIC(24, 8) NOT NULL,
	source VARCHAR(40) NOT NULL,
	source_note VARCHAR(200) NOT NULL,
	entered_by_id BIGINT NOT NULL,
	entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
	approved_by_id BIGINT,
	approved_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_exchange_rates PRIMARY KEY (id),
	CONSTRAINT ck_exchange_rates_two_people CHECK (approved_by_id IS NULL OR approved_by_id <> entered_by_id),
	CONSTRAINT ck_exchange_rates_nominal_positive CHECK (nominal > 0),
	CONSTRAINT fk_exchange_rates_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES users (id),
	CONSTRAINT fk_exchange_rates_entered_by_id FOREIGN KEY(entered_by_id) REFERENCES users (id),
	CONSTRAINT uq_exchange_rates_currency_valid_on_source UNIQUE (currency, valid_on, source),
	CONSTRAINT ck_exchange_rates_ratesource CHECK (source IN ('nbkr_daily', 'nbkr_weekly', 'inforeuro', 'bank', 'manual'))
);

CREATE TABLE form_submissions (
	id BIGSERIAL NOT NULL,
	actor_id BIGINT NOT NULL,
	key VARCHAR(64) NOT NULL,
	body_hash VARCHAR(64) NOT NULL,
	location VARCHAR(400) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_form_submissions PRIMARY KEY (id),
	CONSTRAINT fk_form_submissions_actor_id FOREIGN KEY(actor_id) REFERENCES users (id),
	CONSTRAINT uq_form_submissions_actor_id_key UNIQUE (actor_id, key)
);

CREATE TABLE funding_reports (
	id BIGSERIAL NOT NULL,
	fund_id BIGINT NOT NULL,
	starts_on DATE NOT NULL,
	ends_on DATE NOT NULL,
	locale VARCHAR(2) NOT NULL,
	status VARCHAR(40) NOT NULL,
	progress BIGINT NOT NULL,
	step VARCHAR(80) NOT NULL,
	content TEXT,
	sha256 VARCHAR(64),
	requested_by_id BIGINT NOT NULL,
	requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	version INTEGER NOT NULL,
	CONSTRAINT pk_funding_reports PRIMARY KEY (id),
	CONSTRAINT ck_funding_reports_period_in_order CHECK (ends_on >= starts_on),
	CONSTRAINT ck_funding_reports_progress_range CHECK (progress BETWEEN 0 AND 100),
	CONSTRAINT fk_funding_reports_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT fk_funding_reports_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES users (id),
	CONSTRAINT ck_funding_reports_fundingreportstatus CHECK (status IN ('waiting', 'running', 'done', 'failed'))
);

CREATE INDEX ix_funding_reports_fund_id ON funding_reports (fund_id);

CREATE TABLE notifications (
	id BIGSERIAL NOT NULL,
	user_id BIGINT NOT NULL,
	message VARCHAR(300) NOT NULL,
	parameters JSONB NOT NULL,
	subject VARCHAR(60) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	read_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_notifications PRIMARY KEY (id),
	CONSTRAINT fk_notifications_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_notifications_inbox ON notifications (user_id, read_at, id);

CREATE TABLE payout_accounts (
	id BIGSERIAL NOT NULL,
	association_id BIGINT NOT NULL,
	bank VARCHAR(120) NOT NULL,
	number VARCHAR(40) NOT NULL,
	holder VARCHAR(200) NOT NULL,
	proposed_by_id BIGINT NOT NULL,
	proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	confirmed_by_id BIGINT,
	confirmed_at TIMESTAMP WITH TIME ZONE,
	closed_at TIMESTAMP WITH TIME ZONE,
	version INTEGER NOT NULL,
	CONSTRAINT pk_payout_accounts PRIMARY KEY (id),
	CONSTRAINT ck_payout_accounts_two_people CHECK (confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id),
	CONSTRAINT fk_payout_accounts_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
	CONSTRAINT fk_payout_accounts_confirmed_by_id FOREIGN KEY(confirmed_by_id) REFERENCES users (id),
	CONSTRAINT fk_payout_accounts_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES users (id)
);

CREATE INDEX ix_payout_accounts_association_id ON payout_accounts (association_id);

CREATE UNIQUE INDEX uq_payout_accounts_current ON payout_accounts (association_id) WHERE closed_at IS NULL AND confirmed_at IS NOT NULL;

CREATE TABLE role_assignments (
	id BIGSERIAL NOT NULL,
	user_id BIGINT NOT NULL,
	role VARCHAR(40) NOT NULL,
	association_id BIGINT,
	centre_id BIGINT,
	donor_id BIGINT,
	granted_by_id BIGINT,
	granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
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
);

CREATE INDEX ix_role_assignments_association_id ON role_assignments (association_id);

CREATE INDEX ix_role_assignments_centre_id ON role_assignments (centre_id);

CREATE INDEX ix_role_assignments_user_id ON role_assignments (user_id);

CREATE UNIQUE INDEX uq_role_assignments_current_role ON role_assignments (user_id, role) WHERE ended_at IS NULL AND association_id IS NULL AND centre_id IS NULL AND donor_id IS NULL;

CREATE UNIQUE INDEX uq_role_assignments_current_association_id ON role_assignments (user_id, association_id) WHERE ended_at IS NULL AND association_id IS NOT NULL;

CREATE UNIQUE INDEX uq_role_assignments_current_centre_id ON role_assignments (user_id, centre_id) WHERE ended_at IS NULL AND centre_id IS NOT NULL;

CREATE UNIQUE INDEX uq_role_assignments_current_donor_id ON role_assignments (user_id, donor_id) WHERE ended_at IS NULL AND donor_id IS NOT NULL;

CREATE TABLE user_sessions (
	id BIGSERIAL NOT NULL,
	user_id BIGINT NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	browser VARCHAR(200) NOT NULL,
	revoked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_user_sessions PRIMARY KEY (id),
	CONSTRAINT fk_user_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id),
	CONSTRAINT uq_user_sessions_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_user_sessions_user_id ON user_sessions (user_id);

CREATE TABLE applications (
	id BIGSERIAL NOT NULL,
	number VARCHAR(20) NOT NULL,
	call_id BIGINT NOT NULL,
	association_id BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	title VARCHAR(200) NOT NULL,
	search_text TEXT NOT NULL,
	language VARCHAR(2) NOT NULL,
	grant_requested BIGINT NOT NULL,
	remittance_pledged BIGINT NOT NULL,
	total_cost BIGINT NOT NULL,
	created_by_id BIGINT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	signed_off_by_id BIGINT,
	signed_off_at TIMESTAMP WITH TIME ZONE,
	submitted_at TIMESTAMP WITH TIME ZONE,
	screened_at TIMESTAMP WITH TIME ZONE,
	decided_at TIMESTAMP WITH TIME ZONE,
	version INTEGER NOT NULL,
	CONSTRAINT pk_applications PRIMARY KEY (id),
	CONSTRAINT fk_applications_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
	CONSTRAINT fk_applications_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
	CONSTRAINT fk_applications_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id),
	CONSTRAINT fk_applications_signed_off_by_id FOREIGN KEY(signed_off_by_id) REFERENCES users (id),
	CONSTRAINT uq_applications_number UNIQUE (number),
	CONSTRAINT ck_applications_applicationstatus CHECK (status IN ('draft', 'signed_off', 'submitted', 'returned', 'resubmitted', 'eligible', 'ineligible', 'in_review', 'reviewed', 'selected', 'reserve', 'rejected', 'grant_offered', 'withdrawn'))
);

CREATE INDEX ix_applications_association ON applications (association_id, id);

CREATE INDEX ix_applications_list ON applications (call_id, status, id);

CREATE INDEX ix_applications_search ON applications (status, search_text);

CREATE INDEX ix_applications_status ON applications (status, id);

CREATE UNIQUE INDEX uq_applications_one_a_call ON applications (call_id, association_id) WHERE status <> 'withdrawn';

CREATE TABLE council_sessions (
	id BIGSERIAL NOT NULL,
	call_id BIGINT NOT NULL,
	held_on DATE NOT NULL,
	place VARCHAR(200) NOT NULL,
	seats BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	created_by_id BIGINT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_council_sessions PRIMARY KEY (id),
	CONSTRAINT ck_council_sessions_seats_positive CHECK (seats > 0),
	CONSTRAINT fk_council_sessions_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
	CONSTRAINT fk_council_sessions_created_by_id FOREIGN KEY(created_by_id) REFERENCES users (id),
	CONSTRAINT ck_council_sessions_sessionstatus CHECK (status IN ('open', 'signed'))
);

CREATE INDEX ix_council_sessions_call_id ON council_sessions (call_id);

CREATE UNIQUE INDEX uq_council_sessions_open ON council_sessions (call_id) WHERE status = 'open';

CREATE TABLE criteria (
	id BIGSERIAL NOT NULL,
	call_id BIGINT NOT NULL,
	position BIGINT NOT NULL,
	key VARCHAR(40) NOT NULL,
	weight BIGINT NOT NULL,
	title JSONB NOT NULL,
	description JSONB NOT NULL,
	anchors JSONB NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_criteria PRIMARY KEY (id),
	CONSTRAINT ck_criteria_weight_range CHECK (weight > 0 AND weight <= 100),
	CONSTRAINT fk_criteria_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
	CONSTRAINT uq_criteria_call_id_key UNIQUE (call_id, key),
	CONSTRAINT uq_criteria_call_id_position UNIQUE (call_id, position)
);

CREATE TABLE application_sections (
	id BIGSERIAL NOT NULL,
	application_id BIGINT NOT NULL,
	key VARCHAR(40) NOT NULL,
	answers JSONB NOT NULL,
	saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
	saved_by_id BIGINT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_application_sections PRIMARY KEY (id),
	CONSTRAINT fk_application_sections_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_application_sections_saved_by_id FOREIGN KEY(saved_by_id) REFERENCES users (id),
	CONSTRAINT uq_application_sections_application_id_key UNIQUE (application_id, key)
);

CREATE TABLE application_targets (
	id BIGSERIAL NOT NULL,
	application_id BIGINT NOT NULL,
	indicator_id BIGINT NOT NULL,
	baseline NUMERIC(24, 8) NOT NULL,
	target NUMERIC(24, 8) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_application_targets PRIMARY KEY (id),
	CONSTRAINT fk_application_targets_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_application_targets_indicator_id FOREIGN KEY(indicator_id) REFERENCES indicators (id),
	CONSTRAINT uq_application_targets_application_id_indicator_id UNIQUE (application_id, indicator_id)
);

CREATE TABLE assignments (
	id BIGSERIAL NOT NULL,
	application_id BIGINT NOT NULL,
	reviewer_id BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	assigned_by_id BIGINT NOT NULL,
	assigned_at TIMESTAMP WITH TIME ZONE NOT NULL,
	due_on DATE NOT NULL,
	answered_at TIMESTAMP WITH TIME ZONE,
	decline_reason VARCHAR(400) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_assignments PRIMARY KEY (id),
	CONSTRAINT fk_assignments_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_assignments_assigned_by_id FOREIGN KEY(assigned_by_id) REFERENCES users (id),
	CONSTRAINT fk_assignments_reviewer_id FOREIGN KEY(reviewer_id) REFERENCES users (id),
	CONSTRAINT uq_assignments_application_id_reviewer_id UNIQUE (application_id, reviewer_id),
	CONSTRAINT ck_assignments_assignmentstatus CHECK (status IN ('proposed', 'accepted', 'declined', 'recused', 'submitted', 'closed'))
);

CREATE INDEX ix_assignments_reviewer ON assignments (reviewer_id, status);

CREATE TABLE attendances (
	id BIGSERIAL NOT NULL,
	session_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	CONSTRAINT pk_attendances PRIMARY KEY (id),
	CONSTRAINT fk_attendances_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
	CONSTRAINT fk_attendances_user_id FOREIGN KEY(user_id) REFERENCES users (id),
	CONSTRAINT uq_attendances_session_id_user_id UNIQUE (session_id, user_id)
);

CREATE TABLE budget_lines (
	id BIGSERIAL NOT NULL,
	application_id BIGINT NOT NULL,
	heading VARCHAR(40) NOT NULL,
	item VARCHAR(200) NOT NULL,
	unit VARCHAR(40) NOT NULL,
	quantity NUMERIC(24, 8) NOT NULL,
	unit_cost BIGINT NOT NULL,
	payer VARCHAR(40) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_budget_lines PRIMARY KEY (id),
	CONSTRAINT ck_budget_lines_unit_cost_positive CHECK (unit_cost > 0),
	CONSTRAINT fk_budget_lines_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT ck_budget_lines_budgetheading CHECK (heading IN ('equipment', 'materials', 'works', 'livestock', 'services', 'training', 'other')),
	CONSTRAINT ck_budget_lines_payer CHECK (payer IN ('grant', 'remittance', 'community', 'in_kind'))
);

CREATE INDEX ix_budget_lines_application_id ON budget_lines (application_id);

CREATE TABLE conflicts (
	id BIGSERIAL NOT NULL,
	application_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	kind VARCHAR(40),
	explanation VARCHAR(400) NOT NULL,
	declared_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_conflicts PRIMARY KEY (id),
	CONSTRAINT fk_conflicts_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_conflicts_user_id FOREIGN KEY(user_id) REFERENCES users (id),
	CONSTRAINT ck_conflicts_conflictkind CHECK (kind IN ('kinship', 'place', 'membership', 'business', 'contributor', 'other'))
);

CREATE INDEX ix_conflicts_pair ON conflicts (application_id, user_id);

CREATE INDEX ix_conflicts_user_id ON conflicts (user_id);

CREATE TABLE decisions (
	id BIGSERIAL NOT NULL,
	session_id BIGINT NOT NULL,
	application_id BIGINT NOT NULL,
	outcome VARCHAR(40) NOT NULL,
	amount BIGINT,
	reason TEXT NOT NULL,
	rank BIGINT,
	score BIGINT,
	votes_for BIGINT NOT NULL,
	votes_against BIGINT NOT NULL,
	abstentions BIGINT NOT NULL,
	decided_by_id BIGINT NOT NULL,
	decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_decisions PRIMARY KEY (id),
	CONSTRAINT ck_decisions_amount_if_selected CHECK ((outcome = 'selected') = (amount IS NOT NULL)),
	CONSTRAINT ck_decisions_amount_positive CHECK (amount IS NULL OR amount > 0),
	CONSTRAINT ck_decisions_votes_not_negative CHECK (votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0),
	CONSTRAINT fk_decisions_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_decisions_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id),
	CONSTRAINT fk_decisions_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
	CONSTRAINT uq_decisions_session_id_application_id UNIQUE (session_id, application_id),
	CONSTRAINT ck_decisions_decisionoutcome CHECK (outcome IN ('selected', 'reserve', 'rejected'))
);

CREATE INDEX ix_decisions_application_id ON decisions (application_id);

CREATE INDEX ix_decisions_session_id ON decisions (session_id);

CREATE TABLE grants (
	id BIGSERIAL NOT NULL,
	number VARCHAR(20) NOT NULL,
	application_id BIGINT NOT NULL,
	fund_id BIGINT NOT NULL,
	association_id BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	match_percent BIGINT NOT NULL,
	accounting_percent BIGINT NOT NULL,
	in_kind_counts BOOLEAN NOT NULL,
	starts_on DATE NOT NULL,
	ends_on DATE NOT NULL,
	offered_by_id BIGINT NOT NULL,
	offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
	accepted_by_id BIGINT,
	accepted_at TIMESTAMP WITH TIME ZONE,
	activated_at TIMESTAMP WITH TIME ZONE,
	suspended_reason VARCHAR(400) NOT NULL,
	completed_at TIMESTAMP WITH TIME ZONE,
	payout_account_id BIGINT,
	agreement_sha256 VARCHAR(64),
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
);

CREATE INDEX ix_grants_association_id ON grants (association_id);

CREATE INDEX ix_grants_fund ON grants (fund_id, status, id);

CREATE TABLE pledges (
	id BIGSERIAL NOT NULL,
	application_id BIGINT NOT NULL,
	remitter_name VARCHAR(200) NOT NULL,
	is_pseudonym BOOLEAN NOT NULL,
	country VARCHAR(2) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount BIGINT NOT NULL,
	rate_id BIGINT,
	amount_kgs BIGINT NOT NULL,
	due_on DATE NOT NULL,
	has_consent BOOLEAN NOT NULL,
	status VARCHAR(40) NOT NULL,
	recorded_by_id BIGINT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_pledges PRIMARY KEY (id),
	CONSTRAINT ck_pledges_amounts_positive CHECK (amount > 0 AND amount_kgs > 0),
	CONSTRAINT fk_pledges_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_pledges_rate_id FOREIGN KEY(rate_id) REFERENCES exchange_rates (id),
	CONSTRAINT fk_pledges_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
	CONSTRAINT ck_pledges_pledgestatus CHECK (status IN ('pledged', 'partly_received', 'fulfilled', 'lapsed'))
);

CREATE INDEX ix_pledges_application_id ON pledges (application_id);

CREATE TABLE protocols (
	id BIGSERIAL NOT NULL,
	session_id BIGINT NOT NULL,
	number VARCHAR(20) NOT NULL,
	content TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	signed_by_id BIGINT NOT NULL,
	signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_protocols PRIMARY KEY (id),
	CONSTRAINT fk_protocols_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
	CONSTRAINT fk_protocols_signed_by_id FOREIGN KEY(signed_by_id) REFERENCES users (id),
	CONSTRAINT uq_protocols_number UNIQUE (number),
	CONSTRAINT uq_protocols_session_id UNIQUE (session_id)
);

CREATE TABLE screenings (
	id BIGSERIAL NOT NULL,
	application_id BIGINT NOT NULL,
	outcome VARCHAR(40) NOT NULL,
	reason TEXT NOT NULL,
	findings JSONB NOT NULL,
	screened_by_id BIGINT NOT NULL,
	screened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_screenings PRIMARY KEY (id),
	CONSTRAINT fk_screenings_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_screenings_screened_by_id FOREIGN KEY(screened_by_id) REFERENCES users (id),
	CONSTRAINT ck_screenings_screeningoutcome CHECK (outcome IN ('eligible', 'ineligible', 'returned'))
);

CREATE INDEX ix_screenings_application_id ON screenings (application_id);

CREATE TABLE snapshots (
	id BIGSERIAL NOT NULL,
	application_id BIGINT NOT NULL,
	sequence BIGINT NOT NULL,
	content TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
	taken_by_id BIGINT NOT NULL,
	CONSTRAINT pk_snapshots PRIMARY KEY (id),
	CONSTRAINT fk_snapshots_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
	CONSTRAINT fk_snapshots_taken_by_id FOREIGN KEY(taken_by_id) REFERENCES users (id),
	CONSTRAINT uq_snapshots_application_id_sequence UNIQUE (application_id, sequence)
);

CREATE INDEX ix_snapshots_sha256 ON snapshots (sha256);

CREATE TABLE ledger_accounts (
	id BIGSERIAL NOT NULL,
	kind VARCHAR(40) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	scope_key VARCHAR(80) NOT NULL,
	fund_id BIGINT,
	grant_id BIGINT,
	heading VARCHAR(40),
	CONSTRAINT pk_ledger_accounts PRIMARY KEY (id),
	CONSTRAINT fk_ledger_accounts_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT fk_ledger_accounts_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT uq_ledger_accounts_id_currency UNIQUE (id, currency),
	CONSTRAINT uq_ledger_accounts_kind_scope_key_currency UNIQUE (kind, scope_key, currency),
	CONSTRAINT ck_ledger_accounts_accountkind CHECK (kind IN ('donor', 'exchange', 'remitter', 'community', 'in_kind_given', 'available', 'committed', 'advanced', 'spent', 'co_investment', 'co_investment_spent', 'in_kind_held', 'in_kind_used'))
);

CREATE INDEX ix_ledger_accounts_fund_id ON ledger_accounts (fund_id);

CREATE INDEX ix_ledger_accounts_grant_id ON ledger_accounts (grant_id);

CREATE TABLE ledger_events (
	id BIGSERIAL NOT NULL,
	kind VARCHAR(40) NOT NULL,
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
	value_on DATE NOT NULL,
	actor_id BIGINT NOT NULL,
	grant_id BIGINT,
	fund_id BIGINT,
	rate_id BIGINT,
	reverses_id BIGINT,
	reason VARCHAR(400) NOT NULL,
	CONSTRAINT pk_ledger_events PRIMARY KEY (id),
	CONSTRAINT fk_ledger_events_actor_id FOREIGN KEY(actor_id) REFERENCES users (id),
	CONSTRAINT fk_ledger_events_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT fk_ledger_events_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_ledger_events_rate_id FOREIGN KEY(rate_id) REFERENCES exchange_rates (id),
	CONSTRAINT fk_ledger_events_reverses_id FOREIGN KEY(reverses_id) REFERENCES ledger_events (id),
	CONSTRAINT uq_ledger_events_reverses_id UNIQUE (reverses_id),
	CONSTRAINT ck_ledger_events_eventkind CHECK (kind IN ('fund_received', 'grant_committed', 'grant_released', 'tranche_released', 'tranche_returned', 'contribution_verified', 'expenditure_accepted', 'reversal'))
);

CREATE INDEX ix_ledger_events_fund_id ON ledger_events (fund_id);

CREATE INDEX ix_ledger_events_grant_id ON ledger_events (grant_id);

CREATE TABLE reviews (
	id BIGSERIAL NOT NULL,
	assignment_id BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	draft JSONB NOT NULL,
	comment TEXT NOT NULL,
	submission BIGINT NOT NULL,
	total BIGINT,
	saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
	submitted_at TIMESTAMP WITH TIME ZONE,
	version INTEGER NOT NULL,
	CONSTRAINT pk_reviews PRIMARY KEY (id),
	CONSTRAINT ck_reviews_submitted_with_total CHECK ((status = 'submitted') = (total IS NOT NULL)),
	CONSTRAINT fk_reviews_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignments (id),
	CONSTRAINT uq_reviews_assignment_id UNIQUE (assignment_id),
	CONSTRAINT ck_reviews_reviewstatus CHECK (status IN ('draft', 'submitted'))
);

CREATE TABLE targets (
	id BIGSERIAL NOT NULL,
	grant_id BIGINT NOT NULL,
	indicator_id BIGINT NOT NULL,
	baseline NUMERIC(24, 8) NOT NULL,
	target NUMERIC(24, 8) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_targets PRIMARY KEY (id),
	CONSTRAINT fk_targets_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_targets_indicator_id FOREIGN KEY(indicator_id) REFERENCES indicators (id),
	CONSTRAINT uq_targets_grant_id_indicator_id UNIQUE (grant_id, indicator_id)
);

CREATE TABLE visits (
	id BIGSERIAL NOT NULL,
	grant_id BIGINT NOT NULL,
	planned_on DATE NOT NULL,
	planned_by_id BIGINT NOT NULL,
	visitor_id BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	visited_on DATE,
	recorded_at TIMESTAMP WITH TIME ZONE,
	checklist JSONB NOT NULL,
	findings TEXT NOT NULL,
	follow_up TEXT NOT NULL,
	risk VARCHAR(40),
	latitude FLOAT,
	longitude FLOAT,
	version INTEGER NOT NULL,
	CONSTRAINT pk_visits PRIMARY KEY (id),
	CONSTRAINT ck_visits_done_with_day CHECK ((status = 'done') = (visited_on IS NOT NULL)),
	CONSTRAINT fk_visits_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_visits_planned_by_id FOREIGN KEY(planned_by_id) REFERENCES users (id),
	CONSTRAINT fk_visits_visitor_id FOREIGN KEY(visitor_id) REFERENCES users (id),
	CONSTRAINT ck_visits_visitstatus CHECK (status IN ('planned', 'done')),
	CONSTRAINT ck_visits_riskrating CHECK (risk IN ('low', 'medium', 'high'))
);

CREATE INDEX ix_visits_grant_id ON visits (grant_id);

CREATE INDEX ix_visits_visitor_id ON visits (visitor_id);

CREATE TABLE contributions (
	id BIGSERIAL NOT NULL,
	grant_id BIGINT NOT NULL,
	pledge_id BIGINT,
	kind VARCHAR(40) NOT NULL,
	channel VARCHAR(40),
	reference VARCHAR(60) NOT NULL,
	reference_key VARCHAR(60),
	sender_name VARCHAR(200) NOT NULL,
	sender_country VARCHAR(2) NOT NULL,
	sent_on DATE NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount BIGINT NOT NULL,
	rate_id BIGINT,
	amount_kgs BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	recorded_by_id BIGINT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	verified_by_id BIGINT,
	verified_at TIMESTAMP WITH TIME ZONE,
	checks JSONB NOT NULL,
	reason VARCHAR(400) NOT NULL,
	event_id BIGINT,
	reversal_event_id BIGINT,
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
);

CREATE INDEX ix_contributions_grant ON contributions (grant_id, id);

CREATE INDEX ix_contributions_pledge_id ON contributions (pledge_id);

CREATE INDEX ix_contributions_status ON contributions (status, id);

CREATE UNIQUE INDEX uq_contributions_reference ON contributions (channel, reference_key) WHERE status IN ('recorded', 'verified');

CREATE TABLE expenditures (
	id BIGSERIAL NOT NULL,
	grant_id BIGINT NOT NULL,
	budget_line_id BIGINT NOT NULL,
	title VARCHAR(200) NOT NULL,
	payer VARCHAR(40) NOT NULL,
	amount BIGINT NOT NULL,
	paid_on DATE NOT NULL,
	supplier VARCHAR(200) NOT NULL,
	supplier_key VARCHAR(200) NOT NULL,
	document_number VARCHAR(60) NOT NULL,
	document_key VARCHAR(60) NOT NULL,
	status VARCHAR(40) NOT NULL,
	recorded_by_id BIGINT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	accepted_by_id BIGINT,
	accepted_at TIMESTAMP WITH TIME ZONE,
	reason VARCHAR(400) NOT NULL,
	event_id BIGINT,
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
);

CREATE INDEX ix_expenditures_budget_line_id ON expenditures (budget_line_id);

CREATE INDEX ix_expenditures_grant_id ON expenditures (grant_id);

CREATE UNIQUE INDEX uq_expenditures_document ON expenditures (supplier_key, document_key) WHERE status <> 'refused';

CREATE TABLE fund_instalments (
	id BIGSERIAL NOT NULL,
	fund_id BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	rate_id BIGINT,
	amount_kgs BIGINT NOT NULL,
	received_on DATE NOT NULL,
	bank_reference VARCHAR(60) NOT NULL,
	recorded_by_id BIGINT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	event_id BIGINT NOT NULL,
	CONSTRAINT pk_fund_instalments PRIMARY KEY (id),
	CONSTRAINT ck_fund_instalments_amounts_positive CHECK (amount > 0 AND amount_kgs > 0),
	CONSTRAINT fk_fund_instalments_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
	CONSTRAINT fk_fund_instalments_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
	CONSTRAINT fk_fund_instalments_rate_id FOREIGN KEY(rate_id) REFERENCES exchange_rates (id),
	CONSTRAINT fk_fund_instalments_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
	CONSTRAINT uq_fund_instalments_fund_id_bank_reference UNIQUE (fund_id, bank_reference)
);

CREATE INDEX ix_fund_instalments_fund_id ON fund_instalments (fund_id);

CREATE TABLE results (
	id BIGSERIAL NOT NULL,
	target_id BIGINT NOT NULL,
	period_ends_on DATE NOT NULL,
	value NUMERIC(24, 8) NOT NULL,
	female NUMERIC(24, 8),
	male NUMERIC(24, 8),
	evidence TEXT NOT NULL,
	status VARCHAR(40) NOT NULL,
	reported_by_id BIGINT NOT NULL,
	reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
	verified_by_id BIGINT,
	verified_at TIMESTAMP WITH TIME ZONE,
	refusal_reason VARCHAR(400) NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_results PRIMARY KEY (id),
	CONSTRAINT ck_results_two_people CHECK (verified_by_id IS NULL OR verified_by_id <> reported_by_id),
	CONSTRAINT fk_results_reported_by_id FOREIGN KEY(reported_by_id) REFERENCES users (id),
	CONSTRAINT fk_results_target_id FOREIGN KEY(target_id) REFERENCES targets (id),
	CONSTRAINT fk_results_verified_by_id FOREIGN KEY(verified_by_id) REFERENCES users (id),
	CONSTRAINT ck_results_resultstatus CHECK (status IN ('reported', 'verified', 'refused'))
);

CREATE UNIQUE INDEX uq_results_period ON results (target_id, period_ends_on) WHERE status <> 'refused';

CREATE TABLE scores (
	id BIGSERIAL NOT NULL,
	review_id BIGINT NOT NULL,
	submission BIGINT NOT NULL,
	criterion_id BIGINT NOT NULL,
	level BIGINT NOT NULL,
	justification TEXT NOT NULL,
	CONSTRAINT pk_scores PRIMARY KEY (id),
	CONSTRAINT ck_scores_level_range CHECK (level BETWEEN 1 AND 5),
	CONSTRAINT fk_scores_criterion_id FOREIGN KEY(criterion_id) REFERENCES criteria (id),
	CONSTRAINT fk_scores_review_id FOREIGN KEY(review_id) REFERENCES reviews (id),
	CONSTRAINT uq_scores_review_id_submission_criterion_id UNIQUE (review_id, submission, criterion_id)
);

CREATE TABLE tranches (
	id BIGSERIAL NOT NULL,
	grant_id BIGINT NOT NULL,
	sequence BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	status VARCHAR(40) NOT NULL,
	due_on DATE NOT NULL,
	requested_by_id BIGINT,
	requested_at TIMESTAMP WITH TIME ZONE,
	prepared_by_id BIGINT,
	prepared_at TIMESTAMP WITH TIME ZONE,
	approved_by_id BIGINT,
	approved_at TIMESTAMP WITH TIME ZONE,
	released_by_id BIGINT,
	released_at TIMESTAMP WITH TIME ZONE,
	bank_reference VARCHAR(60),
	event_id BIGINT,
	payout_account_id BIGINT,
	confirmed_by_id BIGINT,
	confirmed_at TIMESTAMP WITH TIME ZONE,
	accounted_at TIMESTAMP WITH TIME ZONE,
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
);

CREATE INDEX ix_tranches_status ON tranches (status, id);

CREATE TABLE transfers (
	id BIGSERIAL NOT NULL,
	event_id BIGINT NOT NULL,
	debit_account_id BIGINT NOT NULL,
	credit_account_id BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount BIGINT NOT NULL,
	CONSTRAINT pk_transfers PRIMARY KEY (id),
	CONSTRAINT ck_transfers_amount_positive CHECK (amount > 0),
	CONSTRAINT ck_transfers_two_accounts CHECK (debit_account_id <> credit_account_id),
	CONSTRAINT fk_transfers_credit_account_id_currency FOREIGN KEY(credit_account_id, currency) REFERENCES ledger_accounts (id, currency),
	CONSTRAINT fk_transfers_debit_account_id_currency FOREIGN KEY(debit_account_id, currency) REFERENCES ledger_accounts (id, currency),
	CONSTRAINT fk_transfers_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id)
);

CREATE INDEX ix_transfers_credit ON transfers (credit_account_id, amount);

CREATE INDEX ix_transfers_debit ON transfers (debit_account_id, amount);

CREATE INDEX ix_transfers_event_id ON transfers (event_id);

CREATE TABLE documents (
	id BIGSERIAL NOT NULL,
	file_id BIGINT NOT NULL,
	content_sha256 VARCHAR(64) NOT NULL,
	kind VARCHAR(40) NOT NULL,
	filename VARCHAR(200) NOT NULL,
	application_id BIGINT,
	grant_id BIGINT,
	contribution_id BIGINT,
	expenditure_id BIGINT,
	visit_id BIGINT,
	uploaded_by_id BIGINT NOT NULL,
	uploaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	removed_at TIMESTAMP WITH TIME ZONE,
	released_at TIMESTAMP WITH TIME ZONE,
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
);

CREATE INDEX ix_documents_application_id ON documents (application_id);

CREATE INDEX ix_documents_contribution_id ON documents (contribution_id);

CREATE INDEX ix_documents_expenditure_id ON documents (expenditure_id);

CREATE INDEX ix_documents_file_id ON documents (file_id);

CREATE INDEX ix_documents_grant_id ON documents (grant_id);

CREATE INDEX ix_documents_visit_id ON documents (visit_id);

CREATE UNIQUE INDEX uq_documents_contribution_proof ON documents (content_sha256) WHERE contribution_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL;

CREATE UNIQUE INDEX uq_documents_expenditure_proof ON documents (content_sha256) WHERE expenditure_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER conflicts_no_change BEFORE UPDATE OR DELETE ON conflicts FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER conflicts_no_truncate BEFORE TRUNCATE ON conflicts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER decisions_no_change BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER decisions_no_truncate BEFORE TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER fund_instalments_no_change BEFORE UPDATE OR DELETE ON fund_instalments FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER fund_instalments_no_truncate BEFORE TRUNCATE ON fund_instalments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_accounts_no_change BEFORE UPDATE OR DELETE ON ledger_accounts FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_accounts_no_truncate BEFORE TRUNCATE ON ledger_accounts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_events_no_change BEFORE UPDATE OR DELETE ON ledger_events FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_events_no_truncate BEFORE TRUNCATE ON ledger_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER protocols_no_change BEFORE UPDATE OR DELETE ON protocols FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER protocols_no_truncate BEFORE TRUNCATE ON protocols FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER scores_no_change BEFORE UPDATE OR DELETE ON scores FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER scores_no_truncate BEFORE TRUNCATE ON scores FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER screenings_no_change BEFORE UPDATE OR DELETE ON screenings FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER screenings_no_truncate BEFORE TRUNCATE ON screenings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER snapshots_no_change BEFORE UPDATE OR DELETE ON snapshots FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER snapshots_no_truncate BEFORE TRUNCATE ON snapshots FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER stored_files_no_change BEFORE UPDATE OR DELETE ON stored_files FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER stored_files_no_truncate BEFORE TRUNCATE ON stored_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER transfers_no_change BEFORE UPDATE OR DELETE ON transfers FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER transfers_no_truncate BEFORE TRUNCATE ON transfers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER exchange_rates_no_change BEFORE UPDATE ON exchange_rates FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL AND (true)) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER exchange_rates_no_delete BEFORE DELETE ON exchange_rates FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER exchange_rates_no_truncate BEFORE TRUNCATE ON exchange_rates FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER funding_reports_no_change BEFORE UPDATE ON funding_reports FOR EACH ROW WHEN (OLD.content IS NOT NULL AND (NEW.content IS DISTINCT FROM OLD.content OR NEW.sha256 IS DISTINCT FROM OLD.sha256 OR NEW.fund_id IS DISTINCT FROM OLD.fund_id OR NEW.starts_on IS DISTINCT FROM OLD.starts_on OR NEW.ends_on IS DISTINCT FROM OLD.ends_on OR NEW.locale IS DISTINCT FROM OLD.locale)) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER funding_reports_no_delete BEFORE DELETE ON funding_reports FOR EACH ROW WHEN (OLD.content IS NOT NULL) EXECUTE FUNCTION refuse_change();

CREATE TRIGGER funding_reports_no_truncate BEFORE TRUNCATE ON funding_reports FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION refuse_late_criteria() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.call_id]
        WHEN 'DELETE' THEN ARRAY[OLD.call_id]
        ELSE ARRAY[OLD.call_id, NEW.call_id]
    END;
BEGIN
    IF EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id = ANY (touched)) THEN
        RAISE EXCEPTION 'criteria of an open call are frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER criteria_no_late_change BEFORE INSERT OR UPDATE OR DELETE ON criteria FOR EACH ROW EXECUTE FUNCTION refuse_late_criteria();
