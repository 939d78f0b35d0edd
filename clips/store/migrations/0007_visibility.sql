-- +goose Up

-- Who sees a clip beside its owner, of those who may read its source.
alter table clipsheet.clips
    add column visibility text not null default 'everyone' check (visibility in ('everyone', 'authors', 'admins', 'owner'));
