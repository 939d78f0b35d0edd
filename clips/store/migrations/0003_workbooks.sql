-- +goose Up

-- Results of several clips that were made together, in one snapshot of their source.
create table clipsheet.workbook_results (
    id           bigint      generated always as identity primary key,
    name         text        not null,          -- of the workbook
    key          text        not null,          -- of the clips' revisions and the values of their parameters
    plain        boolean     not null,          -- the values are the defaults
    snapshot_ids bigint[]    not null,          -- in the order of the clips; forgotten when one of them is
    created_at   timestamptz not null default now()
);

create index workbook_results_latest on clipsheet.workbook_results (name, key, id);

-- A link opens a clip or a workbook. What a workbook is, the config says.
alter table clipsheet.links
    alter column clip_id drop not null,
    add column workbook text not null default '',
    add constraint links_open_one_thing check ((clip_id is null) = (workbook <> ''));
