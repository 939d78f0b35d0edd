-- +goose Up

-- How far behind its primary a server may be that a clip runs on, and what readers get when none is near enough. Beside
-- max_age_ms, since it says when to run, not what.
alter table clipsheet.clips
    add column max_lag_ms bigint not null default 0,    -- 0: the source's
    add column on_lag     text   not null default 'stale' check (on_lag in ('stale', 'fail'));
