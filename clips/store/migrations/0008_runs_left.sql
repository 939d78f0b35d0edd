-- +goose Up

-- A run that everybody who waited for it has left, which is no failure.
alter table clipsheet.runs
    drop constraint runs_state_check,
    add constraint runs_state_check check (state in ('running', 'done', 'failed', 'abandoned', 'left'));
