-- +goose Up

-- Google identities we may write as.
create table clipsheet.accounts (
    id           bigint      generated always as identity primary key,
    name         text        not null,
    kind         text        not null,
    email        text        not null,
    subject      text        not null,
    scopes       text[]      not null,
    sealed       bytea,                          -- its token, sealed with a key that is kept elsewhere; null is none
    connected_at timestamptz,
    expires_at   timestamptz,
    broken       text        not null default '',
    broken_at    timestamptz,
    retired_at   timestamptz,                    -- null while in use; then kept until its permission is revoked
    check ((broken = '') = (broken_at is null))
);

create unique index accounts_name on clipsheet.accounts (name) where retired_at is null;

-- Browsers on their way to Google and back.
create table clipsheet.account_states (
    hash       bytea       primary key check (octet_length(hash) = 32),
    session    bytea       not null check (octet_length(session) = 32),
    account    text        not null,
    sealed     bytea       not null,
    expires_at timestamptz not null
);

create table clipsheet.syncs (
    id          bigint      generated always as identity primary key,
    name        text        not null unique,
    target      text        not null unique,     -- 128 random bits: our name in the spreadsheet
    clip_id     bigint      not null references clipsheet.clips (id),
    params      jsonb       not null,            -- {parameter: value}
    account     text        not null,
    spreadsheet text        not null,
    tab         text        not null,
    at_cell     text        not null,
    mode        text        not null,
    key         text[]      not null,
    period      text        not null,
    keep        integer     not null,
    fill_down   text[]      not null,
    as_of_cell  text        not null,
    info_tab    boolean     not null,
    schedule    text        not null,
    timezone    text        not null,
    declared    boolean     not null,            -- by the config file
    created_at  timestamptz not null default now(),
    retired_at  timestamptz,                     -- null while in use
    -- What follows is not the config's.
    paused      boolean     not null default false,
    next_at     timestamptz,                     -- the next slot; null when there is none, or it is yet to be computed
    fence       bigint      not null default 0   -- counts the writers of the target
);

create index syncs_next on clipsheet.syncs (next_at) where retired_at is null;

-- One row for each slot of a sync, which is the truth about it; what River has are only messages about rows.
create table clipsheet.sync_runs (
    id          bigint      generated always as identity primary key,
    sync_id     bigint      not null references clipsheet.syncs (id),
    slot        timestamptz not null,
    slots       integer     not null default 1 check (slots > 0),   -- slots skipped in a row share one row
    asked       text        not null default '',
    state       text        not null check (state in ('queued', 'running', 'done', 'failed', 'skipped')),
    due_at      timestamptz not null,            -- it is not started before, by the clock of the schedule
    lease_until timestamptz not null default now(),  -- nobody but its holder touches it before, by the clock of this server
    handed      integer     not null default 0,  -- how often River was told of it
    fence       bigint      not null default 0,
    tries       integer     not null default 0,
    lost        integer     not null default 0,  -- how often its process did not live to finish it
    holds       text        not null default '', -- the spreadsheet that its node may write, while it runs and its lease lasts
    node        text        not null default '', -- which node that is
    started_at  timestamptz,
    ended_at    timestamptz,
    snapshot_id bigint      not null default 0,
    pushed      jsonb       not null default '{}',
    before      bytea,                           -- what the changed cells held, while it is kept
    kind        text        not null default '',
    notice      text        not null default '',
    tell_at     timestamptz,                     -- when to tell its owner; null when there is nothing to tell
    told_at     timestamptz,
    unique (sync_id, slot),
    check ((state in ('queued', 'running')) = (ended_at is null))
);

create index sync_runs_open on clipsheet.sync_runs (lease_until) where ended_at is null;
create index sync_runs_sync on clipsheet.sync_runs (sync_id, id);
create index sync_runs_holds on clipsheet.sync_runs (holds) where holds <> '';
create index sync_runs_tell on clipsheet.sync_runs (tell_at) where tell_at is not null;

-- Of each spreadsheet, the node that wrote it last. Whether it still does, the runs say that hold it.
create table clipsheet.spreadsheets (
    id           text        primary key,
    node         text        not null default '',
    free_at      timestamptz not null default '-infinity', -- when another node may begin
    wanted_by    text        not null default '',          -- a node that waits, and after which others come
    wanted_until timestamptz not null default '-infinity'  -- it still waits
);

-- Calls of Google, by account and all together, second by second. Not logged: to lose the last minute costs a refusal
-- by Google that is waited out like any other.
create unlogged table clipsheet.quotas (
    name          text        primary key,
    drained_until timestamptz not null default '-infinity'
);

create unlogged table clipsheet.quota_calls (
    name   text        not null references clipsheet.quotas (name) on delete cascade,
    second timestamptz not null,
    reads  integer     not null,
    writes integer     not null,
    primary key (name, second)
);
