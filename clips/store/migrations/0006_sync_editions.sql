-- +goose Up

-- Who edits a sync in the application names the edition they saw, so that nobody overwrites what another has saved
-- meanwhile.
alter table clipsheet.syncs
    add column edition integer not null default 1;
