-- Tenants, who may call for them, and the assistants they call. Row-level security stands behind every query: a session
-- that has not said which tenant it works for sees nothing, and the owner of the tables is bound by it too.

create function insula.current_tenant() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('app.tenant_id', true), '')::uuid;

create table insula.tenant (
    id         uuid        not null,
    name       text        not null,
    active     boolean     not null default true,
    created_at timestamptz not null default now(),
    constraint tenant_pk primary key (id),
    constraint tenant_name_length check (char_length(name) between 1 and 256)
);

create table insula.platform_user (
    id         uuid        not null,
    tenant_id  uuid        not null,
    name       text        not null,
    active     boolean     not null default true,
    created_at timestamptz not null default now(),
    constraint platform_user_pk primary key (tenant_id, id),
    constraint platform_user_tenant_fk foreign key (tenant_id) references insula.tenant (id) on delete cascade,
    constraint platform_user_name_length check (char_length(name) between 1 and 256)
);

-- Keys are kept as HMAC-SHA-256 under a secret that the database does not know: a dump opens nothing.
create table insula.access_key (
    id         uuid        not null,
    tenant_id  uuid        not null,
    user_id    uuid        not null,
    name       text        not null,
    key_hash   bytea       not null,
    key_hint   text        not null,
    built_in   boolean     not null default false,
    active     boolean     not null default true,
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    constraint access_key_pk primary key (id),
    constraint access_key_hash_unique unique (key_hash),
    constraint access_key_user_fk foreign key (tenant_id, user_id)
        references insula.platform_user (tenant_id, id) on delete cascade,
    constraint access_key_name_length check (char_length(name) between 1 and 256),
    constraint access_key_hash_length check (octet_length(key_hash) = 32),
    constraint access_key_hint_length check (char_length(key_hint) <= 4)
);

create index access_key_by_user on insula.access_key (tenant_id, user_id);

-- Ids are unique within a tenant only, so that no answer reveals what another tenant has.
create table insula.assistant_config (
    id            uuid             not null,
    tenant_id     uuid             not null,
    name          text             not null,
    model         text             not null,
    system_prompt text,
    temperature   double precision,
    top_p         double precision,
    max_tokens    integer,
    created_at    timestamptz      not null default now(),
    modified_at   timestamptz      not null default now(),
    constraint assistant_config_pk primary key (tenant_id, id),
    constraint assistant_config_tenant_fk foreign key (tenant_id) references insula.tenant (id) on delete cascade,
    constraint assistant_config_name_length check (char_length(name) between 1 and 256),
    -- A client sends an id or a name in the same field: a name must not pass for an id.
    constraint assistant_config_name_is_no_id
        check (name !~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
    constraint assistant_config_model_length check (char_length(model) between 1 and 128),
    constraint assistant_config_temperature_range check (temperature between 0 and 2),
    constraint assistant_config_top_p_range check (top_p between 0 and 1),
    constraint assistant_config_max_tokens_range check (max_tokens >= 1)
);

create unique index assistant_config_name_unique on insula.assistant_config (tenant_id, lower(name));

alter table insula.tenant enable row level security;
alter table insula.tenant force row level security;
alter table insula.platform_user enable row level security;
alter table insula.platform_user force row level security;
alter table insula.access_key enable row level security;
alter table insula.access_key force row level security;
alter table insula.assistant_config enable row level security;
alter table insula.assistant_config force row level security;

create policy of_current_tenant on insula.tenant using (id = insula.current_tenant());
create policy of_current_tenant on insula.platform_user using (tenant_id = insula.current_tenant());
create policy of_current_tenant on insula.access_key using (tenant_id = insula.current_tenant());
create policy of_current_tenant on insula.assistant_config using (tenant_id = insula.current_tenant());

-- A key is looked up before its tenant is known. Whoever presents a key's hash may see that one row, nothing more; so
-- no function needs to run with its owner's rights.
create policy of_presented_key on insula.access_key for select
    using (key_hash = decode(nullif(current_setting('app.key_hash', true), ''), 'hex'));

-- Puts the settings back before it returns: what it learns does not stay in the session. (A SET clause in its head would
-- do that too, but only a superuser may name such settings there.)
create function insula.find_access_key(presented bytea)
    returns table (id uuid, tenant_id uuid, user_id uuid, built_in boolean, expires_at timestamptz)
    language plpgsql
as $$
#variable_conflict use_column
declare
    tenant_before text := coalesce(current_setting('app.tenant_id', true), '');
    found_tenant  uuid;
begin
    perform set_config('app.key_hash', encode(presented, 'hex'), true);
    select k.tenant_id into found_tenant from insula.access_key k where k.key_hash = presented;
    perform set_config('app.tenant_id', coalesce(found_tenant::text, ''), true);
    return query
        select k.id, k.tenant_id, k.user_id, k.built_in, k.expires_at
        from insula.access_key k
        join insula.platform_user u on u.tenant_id = k.tenant_id and u.id = k.user_id
        join insula.tenant t on t.id = k.tenant_id
        where k.key_hash = presented
          and k.active and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
          and u.active and t.active;
    perform set_config('app.key_hash', '', true);
    perform set_config('app.tenant_id', tenant_before, true);
end
$$;

-- Tells every running program what to forget: kind, tenant, id.
create function insula.announce_change() returns trigger
    language plpgsql
as $$
declare
    changed jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
begin
    perform pg_notify(
        'insula_changed',
        concat_ws(' ', tg_table_name, coalesce(changed ->> 'tenant_id', changed ->> 'id'), changed ->> 'id'));
    return null;
end
$$;

create trigger announce_change after insert or update or delete on insula.tenant
    for each row execute function insula.announce_change();
create trigger announce_change after insert or update or delete on insula.platform_user
    for each row execute function insula.announce_change();
create trigger announce_change after insert or update or delete on insula.access_key
    for each row execute function insula.announce_change();
create trigger announce_change after insert or update or delete on insula.assistant_config
    for each row execute function insula.announce_change();
