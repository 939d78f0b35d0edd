-- +goose Up

-- Whoever may sign in, or once could.
create table clipsheet.people (
    id             bigint      generated always as identity primary key,
    email          text        not null unique check (email = lower(email)),
    name           text        not null default '',
    role           text        not null check (role in ('reader', 'author', 'admin')),
    sources        text[],                          -- those they may read; null is all
    issuer         text        not null default '', -- who vouched for them, and what it calls them: an address may
    subject        text        not null default '', -- get another owner
    created_at     timestamptz not null default now(),
    seen_at        timestamptz,
    deactivated_at timestamptz
);

create unique index people_identity on clipsheet.people (issuer, subject) where subject <> '';

create table clipsheet.sessions (
    id         bigint      generated always as identity primary key,
    person_id  bigint      not null references clipsheet.people (id),
    token_hash bytea       not null unique check (octet_length(token_hash) = 32),   -- SHA-256; the token is nowhere
    agent      text        not null,                -- the browser, as it says
    address    text        not null,                -- where it signed in from
    created_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    expires_at timestamptz not null
);

create index sessions_person on clipsheet.sessions (person_id);

-- Browsers that were sent away to sign in, and are expected back.
create table clipsheet.sign_ins (
    browser_hash bytea       primary key check (octet_length(browser_hash) = 32),   -- of what its cookie holds
    back         text        not null,              -- the page they wanted
    invitation   bytea       not null,              -- hash of the one they came with; empty is none
    expires_at   timestamptz not null
);

-- Links that make whoever signs in with one an admin, as long as there is none.
create table clipsheet.invitations (
    token_hash bytea       primary key check (octet_length(token_hash) = 32),
    expires_at timestamptz not null
);

-- Keys by which programs act for people.
create table clipsheet.api_keys (
    id           bigint      generated always as identity primary key,
    person_id    bigint      not null references clipsheet.people (id),
    token_hash   bytea       not null unique check (octet_length(token_hash) = 32),
    label        text        not null,
    role         text        not null check (role in ('reader', 'author', 'admin')),
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);

create index api_keys_person on clipsheet.api_keys (person_id);

-- Who changed what. Names are written out, so that a line says the same when what it speaks of is gone.
create table clipsheet.audit (
    id        bigint      generated always as identity primary key,
    at        timestamptz not null default now(),
    person_id bigint,                               -- null: nobody who signed in
    who       text        not null,
    address   text        not null,                 -- where they were
    what      text        not null,
    subject   text        not null,                 -- what it was done to
    before    text        not null,
    after     text        not null
);

create index audit_at on clipsheet.audit (at);

-- +goose StatementBegin
create function clipsheet.refuse_forgetting() returns trigger
    language plpgsql
as $$
begin
    raise exception 'the audit log is only ever added to'
        using errcode = 'object_not_in_prerequisite_state';
end
$$;
-- +goose StatementEnd

create trigger audit_is_only_added_to
    before update or delete or truncate on clipsheet.audit
    for each statement execute function clipsheet.refuse_forgetting();
