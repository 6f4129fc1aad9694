"""first tables

Revision ID: 0001
Revises: 
"""

import models.base
import sqlalchemy as sa
from alembic import op
from models.protection import frozen, triggers, unfrozen

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "audit_events",
    "conflicts",
    "decisions",
    "fund_instalments",
    "ledger_accounts",
    "ledger_events",
    "protocols",
    "scores",
    "screenings",
    "snapshots",
    "stored_files",
    "transfers",
)


def upgrade():
    op.create_table('audit_head',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('last_id', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_audit_head_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head')),
    sqlite_strict=True
    )
    op.create_table('donors',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('emblem', sa.Enum('eu', 'none', name='emblem', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name_ky', sa.String(length=200), nullable=False),
    sa.Column('name_ru', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_donors')),
    sa.UniqueConstraint('code', name=op.f('uq_donors_code')),
    sqlite_strict=True
    )
    op.create_table('indicators',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('title', models.base.JsonDocument(), nullable=False),
    sa.Column('unit', sa.String(length=20), nullable=False),
    sa.Column('definition', models.base.JsonDocument(), nullable=False),
    sa.Column('method', models.base.JsonDocument(), nullable=False),
    sa.Column('tool', models.base.JsonDocument(), nullable=False),
    sa.Column('frequency', sa.Enum('monthly', 'quarterly', 'yearly', 'at_completion', name='frequency', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('responsible', models.base.JsonDocument(), nullable=False),
    sa.Column('is_cumulative', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicators')),
    sa.UniqueConstraint('key', name=op.f('uq_indicators_key')),
    sqlite_strict=True
    )
    op.create_table('number_series',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('last', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_number_series')),
    sqlite_strict=True
    )
    op.create_table('oblasts',
    sa.Column('iso', sa.String(length=6), nullable=False),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('soate', sa.String(length=14), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('name_ky', sa.String(length=200), nullable=False),
    sa.Column('name_ru', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.CheckConstraint('length(soate) = 14', name=op.f('ck_oblasts_soate_has_14_digits')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_oblasts_valid_in_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_oblasts')),
    sa.UniqueConstraint('iso', name=op.f('uq_oblasts_iso')),
    sa.UniqueConstraint('soate', name=op.f('uq_oblasts_soate')),
    sqlite_strict=True
    )
    op.create_table('outbox_jobs',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('function', sa.String(length=100), nullable=False),
    sa.Column('arguments', models.base.JsonDocument(), nullable=False),
    sa.Column('created_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_jobs')),
    sqlite_strict=True
    )
    with op.batch_alter_table('outbox_jobs', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_jobs_unsent', ['sent_at', 'id'], unique=False)

    op.create_table('sign_in_attempts',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('account_key', sa.String(length=64), nullable=False),
    sa.Column('address_key', sa.String(length=64), nullable=False),
    sa.Column('attempted_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts')),
    sqlite_strict=True
    )
    with op.batch_alter_table('sign_in_attempts', schema=None) as batch_op:
        batch_op.create_index('ix_sign_in_attempts_account', ['account_key', 'attempted_at'], unique=False)
        batch_op.create_index('ix_sign_in_attempts_address', ['address_key', 'attempted_at'], unique=False)

    op.create_table('stored_files',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('source_sha256', sa.String(length=64), nullable=False),
    sa.Column('byte_size', sa.BigInteger(), nullable=False),
    sa.Column('media_type', sa.String(length=60), nullable=False),
    sa.Column('stored_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('byte_size > 0', name=op.f('ck_stored_files_not_empty')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_files')),
    sa.UniqueConstraint('source_sha256', name=op.f('uq_stored_files_source_sha256')),
    sqlite_strict=True
    )
    with op.batch_alter_table('stored_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stored_files_sha256'), ['sha256'], unique=False)

    op.create_table('funds',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('donor_id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('purpose', models.base.JsonDocument(), nullable=False),
    sa.Column('statement', models.base.JsonDocument(), nullable=False),
    sa.Column('name_ky', sa.String(length=200), nullable=False),
    sa.Column('name_ru', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_funds_amount_positive')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_funds_period_in_order')),
    sa.ForeignKeyConstraint(['donor_id'], ['donors.id'], name=op.f('fk_funds_donor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funds')),
    sa.UniqueConstraint('code', name=op.f('uq_funds_code')),
    sqlite_strict=True
    )
    with op.batch_alter_table('funds', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_funds_donor_id'), ['donor_id'], unique=False)

    op.create_table('rayons',
    sa.Column('oblast_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('soate', sa.String(length=14), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('name_ky', sa.String(length=200), nullable=False),
    sa.Column('name_ru', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.CheckConstraint('length(soate) = 14', name=op.f('ck_rayons_soate_has_14_digits')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_rayons_valid_in_order')),
    sa.ForeignKeyConstraint(['oblast_id'], ['oblasts.id'], name=op.f('fk_rayons_oblast_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rayons')),
    sa.UniqueConstraint('soate', name=op.f('uq_rayons_soate')),
    sqlite_strict=True
    )
    with op.batch_alter_table('rayons', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rayons_oblast_id'), ['oblast_id'], unique=False)

    op.create_table('ayil_okmotus',
    sa.Column('rayon_id', sa.BigInteger(), nullable=False),
    sa.Column('successor_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('soate', sa.String(length=14), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('name_ky', sa.String(length=200), nullable=False),
    sa.Column('name_ru', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.CheckConstraint('length(soate) = 14', name=op.f('ck_ayil_okmotus_soate_has_14_digits')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_ayil_okmotus_valid_in_order')),
    sa.ForeignKeyConstraint(['rayon_id'], ['rayons.id'], name=op.f('fk_ayil_okmotus_rayon_id')),
    sa.ForeignKeyConstraint(['successor_id'], ['ayil_okmotus.id'], name=op.f('fk_ayil_okmotus_successor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ayil_okmotus')),
    sa.UniqueConstraint('soate', name=op.f('uq_ayil_okmotus_soate')),
    sqlite_strict=True
    )
    with op.batch_alter_table('ayil_okmotus', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ayil_okmotus_rayon_id'), ['rayon_id'], unique=False)

    op.create_table('centres',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('ayil_okmotu_id', sa.BigInteger(), nullable=False),
    sa.Column('opening_hours', sa.String(length=200), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=True),
    sa.Column('name_ky', sa.String(length=200), nullable=False),
    sa.Column('name_ru', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['ayil_okmotu_id'], ['ayil_okmotus.id'], name=op.f('fk_centres_ayil_okmotu_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centres')),
    sa.UniqueConstraint('ayil_okmotu_id', name=op.f('uq_centres_ayil_okmotu_id')),
    sqlite_strict=True
    )
    op.create_table('villages',
    sa.Column('ayil_okmotu_id', sa.BigInteger(), nullable=False),
    sa.Column('successor_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('soate', sa.String(length=14), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('name_ky', sa.String(length=200), nullable=False),
    sa.Column('name_ru', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.CheckConstraint('length(soate) = 14', name=op.f('ck_villages_soate_has_14_digits')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_villages_valid_in_order')),
    sa.ForeignKeyConstraint(['ayil_okmotu_id'], ['ayil_okmotus.id'], name=op.f('fk_villages_ayil_okmotu_id')),
    sa.ForeignKeyConstraint(['successor_id'], ['villages.id'], name=op.f('fk_villages_successor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_villages')),
    sa.UniqueConstraint('soate', name=op.f('uq_villages_soate')),
    sqlite_strict=True
    )
    with op.batch_alter_table('villages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_villages_ayil_okmotu_id'), ['ayil_okmotu_id'], unique=False)

    op.create_table('associations',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('village', 'ayil_okmotu', name='associationkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=True),
    sa.Column('ayil_okmotu_id', sa.BigInteger(), nullable=False),
    sa.Column('centre_id', sa.BigInteger(), nullable=False),
    sa.Column('founded_on', sa.Date(), nullable=True),
    sa.Column('is_test', sa.Boolean(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.Column('sort_key', sa.String(length=400), nullable=False),
    sa.Column('name_ky', sa.String(length=200), nullable=False),
    sa.Column('name_ru', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'village') = (village_id IS NOT NULL)", name=op.f('ck_associations_village_if_village_kind')),
    sa.ForeignKeyConstraint(['ayil_okmotu_id'], ['ayil_okmotus.id'], name=op.f('fk_associations_ayil_okmotu_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_associations_centre_id')),
    sa.ForeignKeyConstraint(['village_id'], ['villages.id'], name=op.f('fk_associations_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_associations')),
    sa.UniqueConstraint('village_id', name=op.f('uq_associations_village_id')),
    sqlite_strict=True
    )
    with op.batch_alter_table('associations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_associations_ayil_okmotu_id'), ['ayil_okmotu_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_associations_centre_id'), ['centre_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_associations_sort_key'), ['sort_key'], unique=False)

    op.create_table('people',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('full_name', sa.String(length=200), nullable=False),
    sa.Column('folded_name', sa.String(length=200), nullable=False),
    sa.Column('pin', sa.String(length=14), nullable=True),
    sa.Column('phone', sa.String(length=20), nullable=True),
    sa.Column('sex', sa.Enum('female', 'male', name='sex', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('birth_year', sa.BigInteger(), nullable=True),
    sa.Column('migrant_status', sa.Enum('current_migrant', 'returnee', 'family_member', 'none', name='migrantstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('village_id', sa.BigInteger(), nullable=True),
    sa.Column('consented_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('birth_year IS NULL OR birth_year BETWEEN 1900 AND 2100', name=op.f('ck_people_birth_year_plausible')),
    sa.ForeignKeyConstraint(['village_id'], ['villages.id'], name=op.f('fk_people_village_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sqlite_strict=True
    )
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_people_folded_name'), ['folded_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_people_phone'), ['phone'], unique=False)
        batch_op.create_index(batch_op.f('ix_people_pin'), ['pin'], unique=False)
        batch_op.create_index(batch_op.f('ix_people_village_id'), ['village_id'], unique=False)

    op.create_table('memberships',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('association_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Enum('chair', 'treasurer', 'secretary', 'member', name='membershiprole', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('since_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['associations.id'], name=op.f('fk_memberships_association_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_memberships_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memberships')),
    sqlite_strict=True
    )
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_memberships_person_id'), ['person_id'], unique=False)
        batch_op.create_index('uq_memberships_office', ['association_id', 'role'], unique=True, sqlite_where=sa.text("until_on IS NULL AND role IN ('chair', 'treasurer')"), postgresql_where=sa.text("until_on IS NULL AND role IN ('chair', 'treasurer')"))
        batch_op.create_index('uq_memberships_current', ['association_id', 'person_id'], unique=True, sqlite_where=sa.text('until_on IS NULL'), postgresql_where=sa.text('until_on IS NULL'))

    op.create_table('users',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('folded_username', sa.String(length=60), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=True),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('must_change_password', sa.Boolean(), nullable=False),
    sa.Column('code_expires_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('locale', sa.String(length=2), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_users_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('folded_username', name=op.f('uq_users_folded_username')),
    sa.UniqueConstraint('person_id', name=op.f('uq_users_person_id')),
    sa.UniqueConstraint('phone', name=op.f('uq_users_phone')),
    sqlite_strict=True
    )
    op.create_table('audit_events',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('happened_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('on_behalf_of_id', sa.BigInteger(), nullable=True),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('details', sa.Text(), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_audit_events_actor_id')),
    sa.ForeignKeyConstraint(['on_behalf_of_id'], ['associations.id'], name=op.f('fk_audit_events_on_behalf_of_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_events')),
    sa.UniqueConstraint('hash', name=op.f('uq_audit_events_hash')),
    sqlite_strict=True
    )
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_events_action'), ['action'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_events_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_events_on_behalf_of_id'), ['on_behalf_of_id'], unique=False)
        batch_op.create_index('ix_audit_events_subject', ['subject', 'id'], unique=False)

    op.create_table('calls',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('fund_id', sa.BigInteger(), nullable=False),
    sa.Column('title', models.base.JsonDocument(), nullable=False),
    sa.Column('summary', models.base.JsonDocument(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'open', 'decided', 'cancelled', name='callstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('opens_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('closes_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('budget', sa.BigInteger(), nullable=False),
    sa.Column('grant_floor', sa.BigInteger(), nullable=False),
    sa.Column('grant_ceiling', sa.BigInteger(), nullable=False),
    sa.Column('match_percent', sa.BigInteger(), nullable=False),
    sa.Column('tranche_percents', models.base.JsonDocument(), nullable=False),
    sa.Column('accounting_percent', sa.BigInteger(), nullable=False),
    sa.Column('in_kind_counts', sa.Boolean(), nullable=False),
    sa.Column('pass_total', sa.BigInteger(), nullable=False),
    sa.Column('pass_section_percent', sa.BigInteger(), nullable=False),
    sa.Column('reviewers_per_application', sa.BigInteger(), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=False),
    sa.Column('opened_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('accounting_percent BETWEEN 0 AND 100', name=op.f('ck_calls_accounting_percent_range')),
    sa.CheckConstraint('budget > 0', name=op.f('ck_calls_budget_positive')),
    sa.CheckConstraint('closes_at > opens_at', name=op.f('ck_calls_window_in_order')),
    sa.CheckConstraint('grant_floor >= 0 AND grant_ceiling > grant_floor', name=op.f('ck_calls_ceiling_above_floor')),
    sa.CheckConstraint('match_percent > 0', name=op.f('ck_calls_match_positive')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_calls_created_by_id')),
    sa.ForeignKeyConstraint(['fund_id'], ['funds.id'], name=op.f('fk_calls_fund_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calls')),
    sa.UniqueConstraint('code', name=op.f('uq_calls_code')),
    sqlite_strict=True
    )
    with op.batch_alter_table('calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calls_fund_id'), ['fund_id'], unique=False)

    op.create_table('exchange_rates',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('valid_on', sa.Date(), nullable=False),
    sa.Column('nominal', sa.BigInteger(), nullable=False),
    sa.Column('value', models.base.ExactDecimal(precision=24, scale=8), nullable=False),
    sa.Column('source', sa.Enum('nbkr_daily', 'nbkr_weekly', 'inforeuro', 'bank', 'manual', name='ratesource', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('source_note', sa.String(length=200), nullable=False),
    sa.Column('entered_by_id', sa.BigInteger(), nullable=False),
    sa.Column('entered_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('approved_by_id', sa.BigInteger(), nullable=True),
    sa.Column('approved_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('approved_by_id IS NULL OR approved_by_id <> entered_by_id', name=op.f('ck_exchange_rates_two_people')),
    sa.CheckConstraint('nominal > 0', name=op.f('ck_exchange_rates_nominal_positive')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['users.id'], name=op.f('fk_exchange_rates_approved_by_id')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['users.id'], name=op.f('fk_exchange_rates_entered_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exchange_rates')),
    sa.UniqueConstraint('currency', 'valid_on', 'source', name=op.f('uq_exchange_rates_currency_valid_on_source')),
    sqlite_strict=True
    )
    op.create_table('form_submissions',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('body_hash', sa.String(length=64), nullable=False),
    sa.Column('location', sa.String(length=400), nullable=False),
    sa.Column('created_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_form_submissions_actor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_form_submissions')),
    sa.UniqueConstraint('actor_id', 'key', name=op.f('uq_form_submissions_actor_id_key')),
    sqlite_strict=True
    )
    op.create_table('funding_reports',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('fund_id', sa.BigInteger(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('locale', sa.String(length=2), nullable=False),
    sa.Column('status', sa.Enum('waiting', 'running', 'done', 'failed', name='fundingreportstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('progress', sa.BigInteger(), nullable=False),
    sa.Column('step', sa.String(length=80), nullable=False),
    sa.Column('content', sa.Text(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('requested_by_id', sa.BigInteger(), nullable=False),
    sa.Column('requested_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_funding_reports_period_in_order')),
    sa.CheckConstraint('progress BETWEEN 0 AND 100', name=op.f('ck_funding_reports_progress_range')),
    sa.ForeignKeyConstraint(['fund_id'], ['funds.id'], name=op.f('fk_funding_reports_fund_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['users.id'], name=op.f('fk_funding_reports_requested_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funding_reports')),
    sqlite_strict=True
    )
    with op.batch_alter_table('funding_reports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_funding_reports_fund_id'), ['fund_id'], unique=False)

    op.create_table('notifications',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('message', sa.String(length=300), nullable=False),
    sa.Column('parameters', models.base.JsonDocument(), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('created_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('read_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notifications_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notifications')),
    sqlite_strict=True
    )
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.create_index('ix_notifications_inbox', ['user_id', 'read_at', 'id'], unique=False)

    op.create_table('payout_accounts',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('association_id', sa.BigInteger(), nullable=False),
    sa.Column('bank', sa.String(length=120), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('holder', sa.String(length=200), nullable=False),
    sa.Column('proposed_by_id', sa.BigInteger(), nullable=False),
    sa.Column('proposed_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by_id', sa.BigInteger(), nullable=True),
    sa.Column('confirmed_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id', name=op.f('ck_payout_accounts_two_people')),
    sa.ForeignKeyConstraint(['association_id'], ['associations.id'], name=op.f('fk_payout_accounts_association_id')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['users.id'], name=op.f('fk_payout_accounts_confirmed_by_id')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_payout_accounts_proposed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_accounts')),
    sqlite_strict=True
    )
    with op.batch_alter_table('payout_accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payout_accounts_association_id'), ['association_id'], unique=False)
        batch_op.create_index('uq_payout_accounts_current', ['association_id'], unique=True, sqlite_where=sa.text('closed_at IS NULL AND confirmed_at IS NOT NULL'), postgresql_where=sa.text('closed_at IS NULL AND confirmed_at IS NOT NULL'))

    op.create_table('role_assignments',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Enum('member', 'operator', 'reviewer', 'secretary', 'council_chair', 'finance', 'monitor', 'donor', 'administrator', name='role', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('association_id', sa.BigInteger(), nullable=True),
    sa.Column('centre_id', sa.BigInteger(), nullable=True),
    sa.Column('donor_id', sa.BigInteger(), nullable=True),
    sa.Column('granted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('granted_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(role = 'donor') = (donor_id IS NOT NULL)", name=op.f('ck_role_assignments_donor_has_donor')),
    sa.CheckConstraint("(role = 'member') = (association_id IS NOT NULL)", name=op.f('ck_role_assignments_member_has_association')),
    sa.CheckConstraint("(role = 'operator') = (centre_id IS NOT NULL)", name=op.f('ck_role_assignments_operator_has_centre')),
    sa.ForeignKeyConstraint(['association_id'], ['associations.id'], name=op.f('fk_role_assignments_association_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_role_assignments_centre_id')),
    sa.ForeignKeyConstraint(['donor_id'], ['donors.id'], name=op.f('fk_role_assignments_donor_id')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['users.id'], name=op.f('fk_role_assignments_granted_by_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_role_assignments_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_assignments')),
    sqlite_strict=True
    )
    with op.batch_alter_table('role_assignments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_assignments_association_id'), ['association_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_role_assignments_centre_id'), ['centre_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_role_assignments_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_role_assignments_current_role', ['user_id', 'role'], unique=True, sqlite_where=sa.text("ended_at IS NULL AND association_id IS NULL AND centre_id IS NULL AND donor_id IS NULL"), postgresql_where=sa.text("ended_at IS NULL AND association_id IS NULL AND centre_id IS NULL AND donor_id IS NULL"))
        batch_op.create_index('uq_role_assignments_current_association_id', ['user_id', 'association_id'], unique=True, sqlite_where=sa.text("ended_at IS NULL AND association_id IS NOT NULL"), postgresql_where=sa.text("ended_at IS NULL AND association_id IS NOT NULL"))
        batch_op.create_index('uq_role_assignments_current_centre_id', ['user_id', 'centre_id'], unique=True, sqlite_where=sa.text("ended_at IS NULL AND centre_id IS NOT NULL"), postgresql_where=sa.text("ended_at IS NULL AND centre_id IS NOT NULL"))
        batch_op.create_index('uq_role_assignments_current_donor_id', ['user_id', 'donor_id'], unique=True, sqlite_where=sa.text("ended_at IS NULL AND donor_id IS NOT NULL"), postgresql_where=sa.text("ended_at IS NULL AND donor_id IS NOT NULL"))

    op.create_table('user_sessions',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('browser', sa.String(length=200), nullable=False),
    sa.Column('revoked_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_sessions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_sessions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_user_sessions_token_hash')),
    sqlite_strict=True
    )
    with op.batch_alter_table('user_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_user_sessions_user_id'), ['user_id'], unique=False)

    op.create_table('applications',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('call_id', sa.BigInteger(), nullable=False),
    sa.Column('association_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'signed_off', 'submitted', 'returned', 'resubmitted', 'eligible', 'ineligible', 'in_review', 'reviewed', 'selected', 'reserve', 'rejected', 'grant_offered', 'withdrawn', name='applicationstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('grant_requested', sa.BigInteger(), nullable=False),
    sa.Column('remittance_pledged', sa.BigInteger(), nullable=False),
    sa.Column('total_cost', sa.BigInteger(), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('signed_off_by_id', sa.BigInteger(), nullable=True),
    sa.Column('signed_off_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('screened_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('decided_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['associations.id'], name=op.f('fk_applications_association_id')),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_applications_call_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_applications_created_by_id')),
    sa.ForeignKeyConstraint(['signed_off_by_id'], ['users.id'], name=op.f('fk_applications_signed_off_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_applications')),
    sa.UniqueConstraint('number', name=op.f('uq_applications_number')),
    sqlite_strict=True
    )
    with op.batch_alter_table('applications', schema=None) as batch_op:
        batch_op.create_index('ix_applications_association', ['association_id', 'id'], unique=False)
        batch_op.create_index('ix_applications_list', ['call_id', 'status', 'id'], unique=False)
        batch_op.create_index('ix_applications_search', ['status', 'search_text'], unique=False)
        batch_op.create_index('ix_applications_status', ['status', 'id'], unique=False)
        batch_op.create_index('uq_applications_one_a_call', ['call_id', 'association_id'], unique=True, sqlite_where=sa.text("status <> 'withdrawn'"), postgresql_where=sa.text("status <> 'withdrawn'"))

    op.create_table('council_sessions',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('call_id', sa.BigInteger(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('seats', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('open', 'signed', name='sessionstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('seats > 0', name=op.f('ck_council_sessions_seats_positive')),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_council_sessions_call_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_council_sessions_created_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_council_sessions')),
    sqlite_strict=True
    )
    with op.batch_alter_table('council_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_council_sessions_call_id'), ['call_id'], unique=False)
        batch_op.create_index('uq_council_sessions_open', ['call_id'], unique=True, sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))

    op.create_table('criteria',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('call_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('weight', sa.BigInteger(), nullable=False),
    sa.Column('title', models.base.JsonDocument(), nullable=False),
    sa.Column('description', models.base.JsonDocument(), nullable=False),
    sa.Column('anchors', models.base.JsonDocument(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('weight > 0 AND weight <= 100', name=op.f('ck_criteria_weight_range')),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_criteria_call_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criteria')),
    sa.UniqueConstraint('call_id', 'key', name=op.f('uq_criteria_call_id_key')),
    sa.UniqueConstraint('call_id', 'position', name=op.f('uq_criteria_call_id_position')),
    sqlite_strict=True
    )
    op.create_table('application_sections',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('answers', models.base.JsonDocument(), nullable=False),
    sa.Column('saved_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('saved_by_id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_application_sections_application_id')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['users.id'], name=op.f('fk_application_sections_saved_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application_sections')),
    sa.UniqueConstraint('application_id', 'key', name=op.f('uq_application_sections_application_id_key')),
    sqlite_strict=True
    )
    op.create_table('application_targets',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('indicator_id', sa.BigInteger(), nullable=False),
    sa.Column('baseline', models.base.ExactDecimal(precision=24, scale=8), nullable=False),
    sa.Column('target', models.base.ExactDecimal(precision=24, scale=8), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_application_targets_application_id')),
    sa.ForeignKeyConstraint(['indicator_id'], ['indicators.id'], name=op.f('fk_application_targets_indicator_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application_targets')),
    sa.UniqueConstraint('application_id', 'indicator_id', name=op.f('uq_application_targets_application_id_indicator_id')),
    sqlite_strict=True
    )
    op.create_table('assignments',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('reviewer_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('proposed', 'accepted', 'declined', 'recused', 'submitted', 'closed', name='assignmentstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('assigned_by_id', sa.BigInteger(), nullable=False),
    sa.Column('assigned_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('answered_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('decline_reason', sa.String(length=400), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_assignments_application_id')),
    sa.ForeignKeyConstraint(['assigned_by_id'], ['users.id'], name=op.f('fk_assignments_assigned_by_id')),
    sa.ForeignKeyConstraint(['reviewer_id'], ['users.id'], name=op.f('fk_assignments_reviewer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignments')),
    sa.UniqueConstraint('application_id', 'reviewer_id', name=op.f('uq_assignments_application_id_reviewer_id')),
    sqlite_strict=True
    )
    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.create_index('ix_assignments_reviewer', ['reviewer_id', 'status'], unique=False)

    op.create_table('attendances',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('session_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['council_sessions.id'], name=op.f('fk_attendances_session_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_attendances_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendances')),
    sa.UniqueConstraint('session_id', 'user_id', name=op.f('uq_attendances_session_id_user_id')),
    sqlite_strict=True
    )
    op.create_table('budget_lines',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('heading', sa.Enum('equipment', 'materials', 'works', 'livestock', 'services', 'training', 'other', name='budgetheading', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('item', sa.String(length=200), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('quantity', models.base.ExactDecimal(precision=24, scale=8), nullable=False),
    sa.Column('unit_cost', sa.BigInteger(), nullable=False),
    sa.Column('payer', sa.Enum('grant', 'remittance', 'community', 'in_kind', name='payer', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('unit_cost > 0', name=op.f('ck_budget_lines_unit_cost_positive')),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_budget_lines_application_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_lines')),
    sqlite_strict=True
    )
    with op.batch_alter_table('budget_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_budget_lines_application_id'), ['application_id'], unique=False)

    op.create_table('conflicts',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('kinship', 'place', 'membership', 'business', 'contributor', 'other', name='conflictkind', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('explanation', sa.String(length=400), nullable=False),
    sa.Column('declared_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_conflicts_application_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_conflicts_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conflicts')),
    sqlite_strict=True
    )
    with op.batch_alter_table('conflicts', schema=None) as batch_op:
        batch_op.create_index('ix_conflicts_pair', ['application_id', 'user_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_conflicts_user_id'), ['user_id'], unique=False)

    op.create_table('decisions',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('session_id', sa.BigInteger(), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('outcome', sa.Enum('selected', 'reserve', 'rejected', name='decisionoutcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('rank', sa.BigInteger(), nullable=True),
    sa.Column('score', sa.BigInteger(), nullable=True),
    sa.Column('votes_for', sa.BigInteger(), nullable=False),
    sa.Column('votes_against', sa.BigInteger(), nullable=False),
    sa.Column('abstentions', sa.BigInteger(), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=False),
    sa.Column('decided_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(outcome = 'selected') = (amount IS NOT NULL)", name=op.f('ck_decisions_amount_if_selected')),
    sa.CheckConstraint('amount IS NULL OR amount > 0', name=op.f('ck_decisions_amount_positive')),
    sa.CheckConstraint('votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0', name=op.f('ck_decisions_votes_not_negative')),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_decisions_application_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_decisions_decided_by_id')),
    sa.ForeignKeyConstraint(['session_id'], ['council_sessions.id'], name=op.f('fk_decisions_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions')),
    sa.UniqueConstraint('session_id', 'application_id', name=op.f('uq_decisions_session_id_application_id')),
    sqlite_strict=True
    )
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decisions_application_id'), ['application_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decisions_session_id'), ['session_id'], unique=False)

    op.create_table('grants',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('fund_id', sa.BigInteger(), nullable=False),
    sa.Column('association_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('offered', 'accepted', 'active', 'suspended', 'completed', 'closed', 'terminated', name='grantstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('match_percent', sa.BigInteger(), nullable=False),
    sa.Column('accounting_percent', sa.BigInteger(), nullable=False),
    sa.Column('in_kind_counts', sa.Boolean(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('offered_by_id', sa.BigInteger(), nullable=False),
    sa.Column('offered_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('accepted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('accepted_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('activated_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('suspended_reason', sa.String(length=400), nullable=False),
    sa.Column('completed_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('payout_account_id', sa.BigInteger(), nullable=True),
    sa.Column('agreement_sha256', sa.String(length=64), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_grants_amount_positive')),
    sa.CheckConstraint('ends_on > starts_on', name=op.f('ck_grants_period_in_order')),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['users.id'], name=op.f('fk_grants_accepted_by_id')),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_grants_application_id')),
    sa.ForeignKeyConstraint(['association_id'], ['associations.id'], name=op.f('fk_grants_association_id')),
    sa.ForeignKeyConstraint(['fund_id'], ['funds.id'], name=op.f('fk_grants_fund_id')),
    sa.ForeignKeyConstraint(['offered_by_id'], ['users.id'], name=op.f('fk_grants_offered_by_id')),
    sa.ForeignKeyConstraint(['payout_account_id'], ['payout_accounts.id'], name=op.f('fk_grants_payout_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grants')),
    sa.UniqueConstraint('application_id', name=op.f('uq_grants_application_id')),
    sa.UniqueConstraint('id', 'fund_id', name=op.f('uq_grants_id_fund_id')),
    sa.UniqueConstraint('number', name=op.f('uq_grants_number')),
    sqlite_strict=True
    )
    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_grants_association_id'), ['association_id'], unique=False)
        batch_op.create_index('ix_grants_fund', ['fund_id', 'status', 'id'], unique=False)

    op.create_table('pledges',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('remitter_name', sa.String(length=200), nullable=False),
    sa.Column('is_pseudonym', sa.Boolean(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('rate_id', sa.BigInteger(), nullable=True),
    sa.Column('amount_kgs', sa.BigInteger(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('has_consent', sa.Boolean(), nullable=False),
    sa.Column('status', sa.Enum('pledged', 'partly_received', 'fulfilled', 'lapsed', name='pledgestatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('recorded_by_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('amount > 0 AND amount_kgs > 0', name=op.f('ck_pledges_amounts_positive')),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_pledges_application_id')),
    sa.ForeignKeyConstraint(['rate_id'], ['exchange_rates.id'], name=op.f('fk_pledges_rate_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_pledges_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pledges')),
    sqlite_strict=True
    )
    with op.batch_alter_table('pledges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pledges_application_id'), ['application_id'], unique=False)

    op.create_table('protocols',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('session_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('signed_by_id', sa.BigInteger(), nullable=False),
    sa.Column('signed_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['council_sessions.id'], name=op.f('fk_protocols_session_id')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['users.id'], name=op.f('fk_protocols_signed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_protocols')),
    sa.UniqueConstraint('number', name=op.f('uq_protocols_number')),
    sa.UniqueConstraint('session_id', name=op.f('uq_protocols_session_id')),
    sqlite_strict=True
    )
    op.create_table('screenings',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('outcome', sa.Enum('eligible', 'ineligible', 'returned', name='screeningoutcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('findings', models.base.JsonDocument(), nullable=False),
    sa.Column('screened_by_id', sa.BigInteger(), nullable=False),
    sa.Column('screened_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_screenings_application_id')),
    sa.ForeignKeyConstraint(['screened_by_id'], ['users.id'], name=op.f('fk_screenings_screened_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_screenings')),
    sqlite_strict=True
    )
    with op.batch_alter_table('screenings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_screenings_application_id'), ['application_id'], unique=False)

    op.create_table('snapshots',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('taken_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('taken_by_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_snapshots_application_id')),
    sa.ForeignKeyConstraint(['taken_by_id'], ['users.id'], name=op.f('fk_snapshots_taken_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshots')),
    sa.UniqueConstraint('application_id', 'sequence', name=op.f('uq_snapshots_application_id_sequence')),
    sqlite_strict=True
    )
    with op.batch_alter_table('snapshots', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_snapshots_sha256'), ['sha256'], unique=False)

    op.create_table('ledger_accounts',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('donor', 'exchange', 'remitter', 'community', 'in_kind_given', 'available', 'committed', 'advanced', 'spent', 'co_investment', 'co_investment_spent', 'in_kind_held', 'in_kind_used', name='accountkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('scope_key', sa.String(length=80), nullable=False),
    sa.Column('fund_id', sa.BigInteger(), nullable=True),
    sa.Column('grant_id', sa.BigInteger(), nullable=True),
    sa.Column('heading', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['fund_id'], ['funds.id'], name=op.f('fk_ledger_accounts_fund_id')),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_ledger_accounts_grant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_accounts')),
    sa.UniqueConstraint('id', 'currency', name=op.f('uq_ledger_accounts_id_currency')),
    sa.UniqueConstraint('kind', 'scope_key', 'currency', name=op.f('uq_ledger_accounts_kind_scope_key_currency')),
    sqlite_strict=True
    )
    with op.batch_alter_table('ledger_accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ledger_accounts_fund_id'), ['fund_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_accounts_grant_id'), ['grant_id'], unique=False)

    op.create_table('ledger_events',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('fund_received', 'grant_committed', 'grant_released', 'tranche_released', 'tranche_returned', 'contribution_verified', 'expenditure_accepted', 'reversal', name='eventkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('occurred_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('value_on', sa.Date(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=False),
    sa.Column('grant_id', sa.BigInteger(), nullable=True),
    sa.Column('fund_id', sa.BigInteger(), nullable=True),
    sa.Column('rate_id', sa.BigInteger(), nullable=True),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_ledger_events_actor_id')),
    sa.ForeignKeyConstraint(['fund_id'], ['funds.id'], name=op.f('fk_ledger_events_fund_id')),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_ledger_events_grant_id')),
    sa.ForeignKeyConstraint(['rate_id'], ['exchange_rates.id'], name=op.f('fk_ledger_events_rate_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['ledger_events.id'], name=op.f('fk_ledger_events_reverses_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_events')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_ledger_events_reverses_id')),
    sqlite_strict=True
    )
    with op.batch_alter_table('ledger_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ledger_events_fund_id'), ['fund_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_events_grant_id'), ['grant_id'], unique=False)

    op.create_table('reviews',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('assignment_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'submitted', name='reviewstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('draft', models.base.JsonDocument(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('submission', sa.BigInteger(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=True),
    sa.Column('saved_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(status = 'submitted') = (total IS NOT NULL)", name=op.f('ck_reviews_submitted_with_total')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignments.id'], name=op.f('fk_reviews_assignment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reviews')),
    sa.UniqueConstraint('assignment_id', name=op.f('uq_reviews_assignment_id')),
    sqlite_strict=True
    )
    op.create_table('targets',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('grant_id', sa.BigInteger(), nullable=False),
    sa.Column('indicator_id', sa.BigInteger(), nullable=False),
    sa.Column('baseline', models.base.ExactDecimal(precision=24, scale=8), nullable=False),
    sa.Column('target', models.base.ExactDecimal(precision=24, scale=8), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_targets_grant_id')),
    sa.ForeignKeyConstraint(['indicator_id'], ['indicators.id'], name=op.f('fk_targets_indicator_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_targets')),
    sa.UniqueConstraint('grant_id', 'indicator_id', name=op.f('uq_targets_grant_id_indicator_id')),
    sqlite_strict=True
    )
    op.create_table('visits',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('grant_id', sa.BigInteger(), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=False),
    sa.Column('planned_by_id', sa.BigInteger(), nullable=False),
    sa.Column('visitor_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('planned', 'done', name='visitstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('visited_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('checklist', models.base.JsonDocument(), nullable=False),
    sa.Column('findings', sa.Text(), nullable=False),
    sa.Column('follow_up', sa.Text(), nullable=False),
    sa.Column('risk', sa.Enum('low', 'medium', 'high', name='riskrating', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(status = 'done') = (visited_on IS NOT NULL)", name=op.f('ck_visits_done_with_day')),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_visits_grant_id')),
    sa.ForeignKeyConstraint(['planned_by_id'], ['users.id'], name=op.f('fk_visits_planned_by_id')),
    sa.ForeignKeyConstraint(['visitor_id'], ['users.id'], name=op.f('fk_visits_visitor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visits')),
    sqlite_strict=True
    )
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visits_grant_id'), ['grant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visits_visitor_id'), ['visitor_id'], unique=False)

    op.create_table('contributions',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('grant_id', sa.BigInteger(), nullable=False),
    sa.Column('pledge_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.Enum('remittance', 'community_cash', 'in_kind', name='contributionkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('channel', sa.Enum('money_transfer', 'bank', 'mobile_wallet', 'card', 'customs_cash', 'hand_to_hand', name='channel', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('reference', sa.String(length=60), nullable=False),
    sa.Column('reference_key', sa.String(length=60), nullable=True),
    sa.Column('sender_name', sa.String(length=200), nullable=False),
    sa.Column('sender_country', sa.String(length=2), nullable=False),
    sa.Column('sent_on', sa.Date(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('rate_id', sa.BigInteger(), nullable=True),
    sa.Column('amount_kgs', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('recorded', 'verified', 'refused', 'reversed', name='contributionstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('recorded_by_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('verified_by_id', sa.BigInteger(), nullable=True),
    sa.Column('verified_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('checks', models.base.JsonDocument(), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.Column('reversal_event_id', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(status IN ('verified', 'reversed')) = (event_id IS NOT NULL)", name=op.f('ck_contributions_booked_when_verified')),
    sa.CheckConstraint("(status = 'reversed') = (reversal_event_id IS NOT NULL)", name=op.f('ck_contributions_reversed_with_event')),
    sa.CheckConstraint("(kind = 'remittance') = (reference_key IS NOT NULL)", name=op.f('ck_contributions_remittance_has_reference')),
    sa.CheckConstraint('amount > 0 AND amount_kgs > 0', name=op.f('ck_contributions_amounts_positive')),
    sa.CheckConstraint('verified_by_id IS NULL OR verified_by_id <> recorded_by_id', name=op.f('ck_contributions_two_people')),
    sa.ForeignKeyConstraint(['event_id'], ['ledger_events.id'], name=op.f('fk_contributions_event_id')),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_contributions_grant_id')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledges.id'], name=op.f('fk_contributions_pledge_id')),
    sa.ForeignKeyConstraint(['rate_id'], ['exchange_rates.id'], name=op.f('fk_contributions_rate_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_contributions_recorded_by_id')),
    sa.ForeignKeyConstraint(['reversal_event_id'], ['ledger_events.id'], name=op.f('fk_contributions_reversal_event_id')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['users.id'], name=op.f('fk_contributions_verified_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contributions')),
    sqlite_strict=True
    )
    with op.batch_alter_table('contributions', schema=None) as batch_op:
        batch_op.create_index('ix_contributions_grant', ['grant_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contributions_pledge_id'), ['pledge_id'], unique=False)
        batch_op.create_index('ix_contributions_status', ['status', 'id'], unique=False)
        batch_op.create_index('uq_contributions_reference', ['channel', 'reference_key'], unique=True, sqlite_where=sa.text("status IN ('recorded', 'verified')"), postgresql_where=sa.text("status IN ('recorded', 'verified')"))

    op.create_table('expenditures',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('grant_id', sa.BigInteger(), nullable=False),
    sa.Column('budget_line_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('payer', sa.Enum('grant', 'remittance', 'community', 'in_kind', name='payer', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('supplier', sa.String(length=200), nullable=False),
    sa.Column('supplier_key', sa.String(length=200), nullable=False),
    sa.Column('document_number', sa.String(length=60), nullable=False),
    sa.Column('document_key', sa.String(length=60), nullable=False),
    sa.Column('status', sa.Enum('recorded', 'accepted', 'refused', name='expenditurestatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('recorded_by_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('accepted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('accepted_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(accepted_at IS NULL) = (event_id IS NULL)', name=op.f('ck_expenditures_accepted_with_event')),
    sa.CheckConstraint('accepted_by_id IS NULL OR accepted_by_id <> recorded_by_id', name=op.f('ck_expenditures_two_people')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_expenditures_amount_positive')),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['users.id'], name=op.f('fk_expenditures_accepted_by_id')),
    sa.ForeignKeyConstraint(['budget_line_id'], ['budget_lines.id'], name=op.f('fk_expenditures_budget_line_id')),
    sa.ForeignKeyConstraint(['event_id'], ['ledger_events.id'], name=op.f('fk_expenditures_event_id')),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_expenditures_grant_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_expenditures_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_expenditures')),
    sqlite_strict=True
    )
    with op.batch_alter_table('expenditures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_expenditures_budget_line_id'), ['budget_line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_expenditures_grant_id'), ['grant_id'], unique=False)
        batch_op.create_index('uq_expenditures_document', ['supplier_key', 'document_key'], unique=True, sqlite_where=sa.text("status <> 'refused'"), postgresql_where=sa.text("status <> 'refused'"))

    op.create_table('fund_instalments',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('fund_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('rate_id', sa.BigInteger(), nullable=True),
    sa.Column('amount_kgs', sa.BigInteger(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('bank_reference', sa.String(length=60), nullable=False),
    sa.Column('recorded_by_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount > 0 AND amount_kgs > 0', name=op.f('ck_fund_instalments_amounts_positive')),
    sa.ForeignKeyConstraint(['event_id'], ['ledger_events.id'], name=op.f('fk_fund_instalments_event_id')),
    sa.ForeignKeyConstraint(['fund_id'], ['funds.id'], name=op.f('fk_fund_instalments_fund_id')),
    sa.ForeignKeyConstraint(['rate_id'], ['exchange_rates.id'], name=op.f('fk_fund_instalments_rate_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_fund_instalments_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fund_instalments')),
    sa.UniqueConstraint('fund_id', 'bank_reference', name=op.f('uq_fund_instalments_fund_id_bank_reference')),
    sqlite_strict=True
    )
    with op.batch_alter_table('fund_instalments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fund_instalments_fund_id'), ['fund_id'], unique=False)

    op.create_table('results',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('target_id', sa.BigInteger(), nullable=False),
    sa.Column('period_ends_on', sa.Date(), nullable=False),
    sa.Column('value', models.base.ExactDecimal(precision=24, scale=8), nullable=False),
    sa.Column('female', models.base.ExactDecimal(precision=24, scale=8), nullable=True),
    sa.Column('male', models.base.ExactDecimal(precision=24, scale=8), nullable=True),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('reported', 'verified', 'refused', name='resultstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reported_by_id', sa.BigInteger(), nullable=False),
    sa.Column('reported_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('verified_by_id', sa.BigInteger(), nullable=True),
    sa.Column('verified_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('refusal_reason', sa.String(length=400), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('verified_by_id IS NULL OR verified_by_id <> reported_by_id', name=op.f('ck_results_two_people')),
    sa.ForeignKeyConstraint(['reported_by_id'], ['users.id'], name=op.f('fk_results_reported_by_id')),
    sa.ForeignKeyConstraint(['target_id'], ['targets.id'], name=op.f('fk_results_target_id')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['users.id'], name=op.f('fk_results_verified_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_results')),
    sqlite_strict=True
    )
    with op.batch_alter_table('results', schema=None) as batch_op:
        batch_op.create_index('uq_results_period', ['target_id', 'period_ends_on'], unique=True, sqlite_where=sa.text("status <> 'refused'"), postgresql_where=sa.text("status <> 'refused'"))

    op.create_table('scores',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('review_id', sa.BigInteger(), nullable=False),
    sa.Column('submission', sa.BigInteger(), nullable=False),
    sa.Column('criterion_id', sa.BigInteger(), nullable=False),
    sa.Column('level', sa.BigInteger(), nullable=False),
    sa.Column('justification', sa.Text(), nullable=False),
    sa.CheckConstraint('level BETWEEN 1 AND 5', name=op.f('ck_scores_level_range')),
    sa.ForeignKeyConstraint(['criterion_id'], ['criteria.id'], name=op.f('fk_scores_criterion_id')),
    sa.ForeignKeyConstraint(['review_id'], ['reviews.id'], name=op.f('fk_scores_review_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scores')),
    sa.UniqueConstraint('review_id', 'submission', 'criterion_id', name=op.f('uq_scores_review_id_submission_criterion_id')),
    sqlite_strict=True
    )
    op.create_table('tranches',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('grant_id', sa.BigInteger(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('planned', 'requested', 'prepared', 'approved', 'released', 'confirmed', 'accounted', 'returned', name='tranchestatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('requested_by_id', sa.BigInteger(), nullable=True),
    sa.Column('requested_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('prepared_by_id', sa.BigInteger(), nullable=True),
    sa.Column('prepared_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('approved_by_id', sa.BigInteger(), nullable=True),
    sa.Column('approved_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('released_by_id', sa.BigInteger(), nullable=True),
    sa.Column('released_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('bank_reference', sa.String(length=60), nullable=True),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.Column('payout_account_id', sa.BigInteger(), nullable=True),
    sa.Column('confirmed_by_id', sa.BigInteger(), nullable=True),
    sa.Column('confirmed_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('accounted_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(released_at IS NULL) = (event_id IS NULL)', name=op.f('ck_tranches_released_with_event')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_tranches_amount_positive')),
    sa.CheckConstraint('approved_by_id IS NULL OR (prepared_by_id IS NOT NULL AND approved_by_id <> prepared_by_id)', name=op.f('ck_tranches_two_people')),
    sa.CheckConstraint('released_at IS NULL OR payout_account_id IS NOT NULL', name=op.f('ck_tranches_released_to_account')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['users.id'], name=op.f('fk_tranches_approved_by_id')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['users.id'], name=op.f('fk_tranches_confirmed_by_id')),
    sa.ForeignKeyConstraint(['event_id'], ['ledger_events.id'], name=op.f('fk_tranches_event_id')),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_tranches_grant_id')),
    sa.ForeignKeyConstraint(['payout_account_id'], ['payout_accounts.id'], name=op.f('fk_tranches_payout_account_id')),
    sa.ForeignKeyConstraint(['prepared_by_id'], ['users.id'], name=op.f('fk_tranches_prepared_by_id')),
    sa.ForeignKeyConstraint(['released_by_id'], ['users.id'], name=op.f('fk_tranches_released_by_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['users.id'], name=op.f('fk_tranches_requested_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tranches')),
    sa.UniqueConstraint('bank_reference', name=op.f('uq_tranches_bank_reference')),
    sa.UniqueConstraint('grant_id', 'sequence', name=op.f('uq_tranches_grant_id_sequence')),
    sqlite_strict=True
    )
    with op.batch_alter_table('tranches', schema=None) as batch_op:
        batch_op.create_index('ix_tranches_status', ['status', 'id'], unique=False)

    op.create_table('transfers',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.Column('debit_account_id', sa.BigInteger(), nullable=False),
    sa.Column('credit_account_id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_transfers_amount_positive')),
    sa.CheckConstraint('debit_account_id <> credit_account_id', name=op.f('ck_transfers_two_accounts')),
    sa.ForeignKeyConstraint(['credit_account_id', 'currency'], ['ledger_accounts.id', 'ledger_accounts.currency'], name=op.f('fk_transfers_credit_account_id_currency')),
    sa.ForeignKeyConstraint(['debit_account_id', 'currency'], ['ledger_accounts.id', 'ledger_accounts.currency'], name=op.f('fk_transfers_debit_account_id_currency')),
    sa.ForeignKeyConstraint(['event_id'], ['ledger_events.id'], name=op.f('fk_transfers_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfers')),
    sqlite_strict=True
    )
    with op.batch_alter_table('transfers', schema=None) as batch_op:
        batch_op.create_index('ix_transfers_credit', ['credit_account_id', 'amount'], unique=False)
        batch_op.create_index('ix_transfers_debit', ['debit_account_id', 'amount'], unique=False)
        batch_op.create_index(batch_op.f('ix_transfers_event_id'), ['event_id'], unique=False)

    op.create_table('documents',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.Enum('meeting_minutes', 'registration', 'quotation', 'receipt', 'invoice', 'photo', 'signed_agreement', 'other', name='documentkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('application_id', sa.BigInteger(), nullable=True),
    sa.Column('grant_id', sa.BigInteger(), nullable=True),
    sa.Column('contribution_id', sa.BigInteger(), nullable=True),
    sa.Column('expenditure_id', sa.BigInteger(), nullable=True),
    sa.Column('visit_id', sa.BigInteger(), nullable=True),
    sa.Column('uploaded_by_id', sa.BigInteger(), nullable=False),
    sa.Column('uploaded_at', models.base.UTCDateTime(timezone=True), nullable=False),
    sa.Column('removed_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.Column('released_at', models.base.UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(CASE WHEN application_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN grant_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN contribution_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN expenditure_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN visit_id IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('ck_documents_one_owner')),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_documents_application_id')),
    sa.ForeignKeyConstraint(['contribution_id'], ['contributions.id'], name=op.f('fk_documents_contribution_id')),
    sa.ForeignKeyConstraint(['expenditure_id'], ['expenditures.id'], name=op.f('fk_documents_expenditure_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_files.id'], name=op.f('fk_documents_file_id')),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_documents_grant_id')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['users.id'], name=op.f('fk_documents_uploaded_by_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_documents_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documents')),
    sqlite_strict=True
    )
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_documents_application_id'), ['application_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documents_contribution_id'), ['contribution_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documents_expenditure_id'), ['expenditure_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documents_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documents_grant_id'), ['grant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documents_visit_id'), ['visit_id'], unique=False)
        batch_op.create_index('uq_documents_contribution_proof', ['content_sha256'], unique=True, sqlite_where=sa.text("contribution_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"), postgresql_where=sa.text("contribution_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"))
        batch_op.create_index('uq_documents_expenditure_proof', ['content_sha256'], unique=True, sqlite_where=sa.text("expenditure_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"), postgresql_where=sa.text("expenditure_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"))
    for statement in (*triggers(op.get_bind().dialect.name, APPEND_ONLY), *frozen(op.get_bind().dialect.name)):
        op.execute(statement)


def downgrade():
    dialect = op.get_bind().dialect.name
    for statement in unfrozen(dialect):
        op.execute(statement)
    for table in APPEND_ONLY:
        names = ("no_update", "no_delete", "no_replace") if dialect == "sqlite" else ("no_change", "no_truncate")
        for name in names:
            on = "" if dialect == "sqlite" else f" ON {table}"
            op.execute(f"DROP TRIGGER {table}_{name}{on}")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.drop_index('uq_documents_contribution_proof', sqlite_where=sa.text("contribution_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"), postgresql_where=sa.text("contribution_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"))
        batch_op.drop_index('uq_documents_expenditure_proof', sqlite_where=sa.text("expenditure_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"), postgresql_where=sa.text("expenditure_id IS NOT NULL AND removed_at IS NULL AND released_at IS NULL"))
        batch_op.drop_index(batch_op.f('ix_documents_visit_id'))
        batch_op.drop_index(batch_op.f('ix_documents_grant_id'))
        batch_op.drop_index(batch_op.f('ix_documents_file_id'))
        batch_op.drop_index(batch_op.f('ix_documents_expenditure_id'))
        batch_op.drop_index(batch_op.f('ix_documents_contribution_id'))
        batch_op.drop_index(batch_op.f('ix_documents_application_id'))

    op.drop_table('documents')
    with op.batch_alter_table('transfers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_transfers_event_id'))
        batch_op.drop_index('ix_transfers_debit')
        batch_op.drop_index('ix_transfers_credit')

    op.drop_table('transfers')
    with op.batch_alter_table('tranches', schema=None) as batch_op:
        batch_op.drop_index('ix_tranches_status')

    op.drop_table('tranches')
    op.drop_table('scores')
    with op.batch_alter_table('results', schema=None) as batch_op:
        batch_op.drop_index('uq_results_period', sqlite_where=sa.text("status <> 'refused'"), postgresql_where=sa.text("status <> 'refused'"))

    op.drop_table('results')
    with op.batch_alter_table('fund_instalments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fund_instalments_fund_id'))

    op.drop_table('fund_instalments')
    with op.batch_alter_table('expenditures', schema=None) as batch_op:
        batch_op.drop_index('uq_expenditures_document', sqlite_where=sa.text("status <> 'refused'"), postgresql_where=sa.text("status <> 'refused'"))
        batch_op.drop_index(batch_op.f('ix_expenditures_grant_id'))
        batch_op.drop_index(batch_op.f('ix_expenditures_budget_line_id'))

    op.drop_table('expenditures')
    with op.batch_alter_table('contributions', schema=None) as batch_op:
        batch_op.drop_index('uq_contributions_reference', sqlite_where=sa.text("status IN ('recorded', 'verified')"), postgresql_where=sa.text("status IN ('recorded', 'verified')"))
        batch_op.drop_index('ix_contributions_status')
        batch_op.drop_index(batch_op.f('ix_contributions_pledge_id'))
        batch_op.drop_index('ix_contributions_grant')

    op.drop_table('contributions')
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_visits_visitor_id'))
        batch_op.drop_index(batch_op.f('ix_visits_grant_id'))

    op.drop_table('visits')
    op.drop_table('targets')
    op.drop_table('reviews')
    with op.batch_alter_table('ledger_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ledger_events_grant_id'))
        batch_op.drop_index(batch_op.f('ix_ledger_events_fund_id'))

    op.drop_table('ledger_events')
    with op.batch_alter_table('ledger_accounts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ledger_accounts_grant_id'))
        batch_op.drop_index(batch_op.f('ix_ledger_accounts_fund_id'))

    op.drop_table('ledger_accounts')
    with op.batch_alter_table('snapshots', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_snapshots_sha256'))

    op.drop_table('snapshots')
    with op.batch_alter_table('screenings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_screenings_application_id'))

    op.drop_table('screenings')
    op.drop_table('protocols')
    with op.batch_alter_table('pledges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pledges_application_id'))

    op.drop_table('pledges')
    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.drop_index('ix_grants_fund')
        batch_op.drop_index(batch_op.f('ix_grants_association_id'))

    op.drop_table('grants')
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decisions_session_id'))
        batch_op.drop_index(batch_op.f('ix_decisions_application_id'))

    op.drop_table('decisions')
    with op.batch_alter_table('conflicts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conflicts_user_id'))
        batch_op.drop_index('ix_conflicts_pair')

    op.drop_table('conflicts')
    with op.batch_alter_table('budget_lines', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_budget_lines_application_id'))

    op.drop_table('budget_lines')
    op.drop_table('attendances')
    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.drop_index('ix_assignments_reviewer')

    op.drop_table('assignments')
    op.drop_table('application_targets')
    op.drop_table('application_sections')
    op.drop_table('criteria')
    with op.batch_alter_table('council_sessions', schema=None) as batch_op:
        batch_op.drop_index('uq_council_sessions_open', sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))
        batch_op.drop_index(batch_op.f('ix_council_sessions_call_id'))

    op.drop_table('council_sessions')
    with op.batch_alter_table('applications', schema=None) as batch_op:
        batch_op.drop_index('uq_applications_one_a_call', sqlite_where=sa.text("status <> 'withdrawn'"), postgresql_where=sa.text("status <> 'withdrawn'"))
        batch_op.drop_index('ix_applications_status')
        batch_op.drop_index('ix_applications_search')
        batch_op.drop_index('ix_applications_list')
        batch_op.drop_index('ix_applications_association')

    op.drop_table('applications')
    with op.batch_alter_table('user_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_sessions_user_id'))

    op.drop_table('user_sessions')
    with op.batch_alter_table('role_assignments', schema=None) as batch_op:
        batch_op.drop_index('uq_role_assignments_current_role', sqlite_where=sa.text("ended_at IS NULL AND association_id IS NULL AND centre_id IS NULL AND donor_id IS NULL"), postgresql_where=sa.text("ended_at IS NULL AND association_id IS NULL AND centre_id IS NULL AND donor_id IS NULL"))
        batch_op.drop_index('uq_role_assignments_current_association_id', sqlite_where=sa.text("ended_at IS NULL AND association_id IS NOT NULL"), postgresql_where=sa.text("ended_at IS NULL AND association_id IS NOT NULL"))
        batch_op.drop_index('uq_role_assignments_current_centre_id', sqlite_where=sa.text("ended_at IS NULL AND centre_id IS NOT NULL"), postgresql_where=sa.text("ended_at IS NULL AND centre_id IS NOT NULL"))
        batch_op.drop_index('uq_role_assignments_current_donor_id', sqlite_where=sa.text("ended_at IS NULL AND donor_id IS NOT NULL"), postgresql_where=sa.text("ended_at IS NULL AND donor_id IS NOT NULL"))
        batch_op.drop_index(batch_op.f('ix_role_assignments_user_id'))
        batch_op.drop_index(batch_op.f('ix_role_assignments_centre_id'))
        batch_op.drop_index(batch_op.f('ix_role_assignments_association_id'))

    op.drop_table('role_assignments')
    with op.batch_alter_table('payout_accounts', schema=None) as batch_op:
        batch_op.drop_index('uq_payout_accounts_current', sqlite_where=sa.text('closed_at IS NULL AND confirmed_at IS NOT NULL'), postgresql_where=sa.text('closed_at IS NULL AND confirmed_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_payout_accounts_association_id'))

    op.drop_table('payout_accounts')
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_index('ix_notifications_inbox')

    op.drop_table('notifications')
    with op.batch_alter_table('funding_reports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_funding_reports_fund_id'))

    op.drop_table('funding_reports')
    op.drop_table('form_submissions')
    op.drop_table('exchange_rates')
    with op.batch_alter_table('calls', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_calls_fund_id'))

    op.drop_table('calls')
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_events_subject')
        batch_op.drop_index(batch_op.f('ix_audit_events_on_behalf_of_id'))
        batch_op.drop_index(batch_op.f('ix_audit_events_actor_id'))
        batch_op.drop_index(batch_op.f('ix_audit_events_action'))

    op.drop_table('audit_events')
    op.drop_table('users')
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.drop_index('uq_memberships_current', sqlite_where=sa.text('until_on IS NULL'), postgresql_where=sa.text('until_on IS NULL'))
        batch_op.drop_index('uq_memberships_office', sqlite_where=sa.text("until_on IS NULL AND role IN ('chair', 'treasurer')"), postgresql_where=sa.text("until_on IS NULL AND role IN ('chair', 'treasurer')"))
        batch_op.drop_index(batch_op.f('ix_memberships_person_id'))

    op.drop_table('memberships')
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_people_village_id'))
        batch_op.drop_index(batch_op.f('ix_people_pin'))
        batch_op.drop_index(batch_op.f('ix_people_phone'))
        batch_op.drop_index(batch_op.f('ix_people_folded_name'))

    op.drop_table('people')
    with op.batch_alter_table('associations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_associations_sort_key'))
        batch_op.drop_index(batch_op.f('ix_associations_centre_id'))
        batch_op.drop_index(batch_op.f('ix_associations_ayil_okmotu_id'))

    op.drop_table('associations')
    with op.batch_alter_table('villages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_villages_ayil_okmotu_id'))

    op.drop_table('villages')
    op.drop_table('centres')
    with op.batch_alter_table('ayil_okmotus', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ayil_okmotus_rayon_id'))

    op.drop_table('ayil_okmotus')
    with op.batch_alter_table('rayons', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rayons_oblast_id'))

    op.drop_table('rayons')
    with op.batch_alter_table('funds', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_funds_donor_id'))

    op.drop_table('funds')
    with op.batch_alter_table('stored_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stored_files_sha256'))

    op.drop_table('stored_files')
    with op.batch_alter_table('sign_in_attempts', schema=None) as batch_op:
        batch_op.drop_index('ix_sign_in_attempts_address')
        batch_op.drop_index('ix_sign_in_attempts_account')

    op.drop_table('sign_in_attempts')
    with op.batch_alter_table('outbox_jobs', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_jobs_unsent')

    op.drop_table('outbox_jobs')
    op.drop_table('oblasts')
    op.drop_table('number_series')
    op.drop_table('indicators')
    op.drop_table('donors')
    op.drop_table('audit_head')
