-- +goose Up

-- Everything lives in schema clipsheet (made before the first migration, since goose's own table is in it too).
-- Durations are whole milliseconds, in columns named _ms. Text that may be absent is '', never NULL.

create table clipsheet.clips (
    id          bigint      generated always as identity primary key,
    slug        text        not null unique,
    title       text        not null,
    description text        not null,
    owner       text        not null,
    tags        text[]      not null,
    declared    boolean     not null,           -- by the config file
    revision    integer     not null,           -- the current one
    max_age_ms  bigint      not null,           -- here and not in the revision: it says when to run, not what
    created_at  timestamptz not null default now(),
    retired_at  timestamptz                     -- null while in use
);

create table clipsheet.revisions (
    clip_id     bigint      not null references clipsheet.clips (id),
    number      integer     not null check (number > 0),
    source      text        not null,
    sql         text        not null,
    params      jsonb       not null,           -- an array of {name, type, default, choices, label}
    timezone    text        not null,
    key         text[]      not null,
    author      text        not null,
    message     text        not null,
    created_at  timestamptz not null default now(),
    primary key (clip_id, number)
);

-- Deferred, because a clip and its first revision refer to each other.
alter table clipsheet.clips
    add constraint clips_current_revision
    foreign key (id, revision) references clipsheet.revisions (clip_id, number)
    deferrable initially deferred;

-- A number is traced to the text that made it, so that text is never changed, by us or by hand.
-- +goose StatementBegin
create function clipsheet.refuse_change() returns trigger
    language plpgsql
as $$
begin
    raise exception 'revisions are immutable: add a new one instead'
        using errcode = 'object_not_in_prerequisite_state';
end
$$;
-- +goose StatementEnd

create trigger revisions_are_immutable
    before update or delete or truncate on clipsheet.revisions
    for each statement execute function clipsheet.refuse_change();

create table clipsheet.links (
    id           bigint      generated always as identity primary key,
    clip_id      bigint      not null references clipsheet.clips (id),
    token_hash   bytea       not null unique check (octet_length(token_hash) = 32),   -- SHA-256; the token is nowhere
    label        text        not null,
    formats      text[]      not null,          -- empty allows all
    locked       jsonb       not null,          -- {parameter: value}
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,                   -- may lie ahead: the grace after a rotation
    last_used_at timestamptz,
    last_used_by text        not null default '',
    rotated_to   bigint      references clipsheet.links (id)
);

create index links_clip on clipsheet.links (clip_id);

create table clipsheet.runs (
    id          bigint      generated always as identity primary key,
    clip_id     bigint      not null,
    revision    integer     not null,
    params_key  text        not null,
    node        bigint      not null,           -- the process; alive while it holds the advisory lock of this number
    state       text        not null check (state in ('running', 'done', 'failed', 'abandoned')),
    started_at  timestamptz not null default now(),
    ended_at    timestamptz,
    rows        bigint      not null default 0,
    bytes       bigint      not null default 0,
    kind        text        not null default '',
    notice      text        not null default '',
    digest      text        not null default '',
    foreign key (clip_id, revision) references clipsheet.revisions (clip_id, number),
    check ((state = 'running') = (ended_at is null))
);

create index runs_clip on clipsheet.runs (clip_id, id);
create index runs_started on clipsheet.runs (started_at);
create index runs_running on clipsheet.runs (node) where state = 'running';

create table clipsheet.snapshots (
    id          bigint      primary key references clipsheet.runs (id),
    clip_id     bigint      not null,
    revision    integer     not null,
    params_key  text        not null,
    header      bytea       not null,           -- JSON, but bytes: column names may hold what text and jsonb refuse
    rows        bigint      not null,
    bytes       bigint      not null,
    size        bigint      not null,           -- of the file: of its chunks together
    digest      text        not null,
    created_at  timestamptz not null,
    foreign key (clip_id, revision) references clipsheet.revisions (clip_id, number)
);

-- LatestSnapshot reads one end of it.
create index snapshots_latest on clipsheet.snapshots (clip_id, revision, params_key, id);

create table clipsheet.snapshot_chunks (
    snapshot_id bigint      not null references clipsheet.snapshots (id) on delete cascade,
    number      integer     not null check (number >= 0),
    crc         bigint      not null,           -- CRC-32C of data
    data        bytea       not null,
    primary key (snapshot_id, number)
);

-- The file is compressed already; trying again would only cost time.
alter table clipsheet.snapshot_chunks alter column data set storage external;
