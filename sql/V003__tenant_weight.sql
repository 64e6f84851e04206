-- What share of an engine a tenant gets while others want it too, relative to theirs.

alter table insula.tenant
    add column weight double precision not null default 1,
    add constraint tenant_weight_range check (weight > 0 and weight < 'Infinity');

-- A function's result cannot be widened in place. The rest is as it was: the one row of a presented key, nothing more.
drop function insula.find_access_key(bytea);

create function insula.find_access_key(presented bytea)
    returns table (
        id uuid, tenant_id uuid, tenant_weight double precision, user_id uuid, built_in boolean, expires_at timestamptz)
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
        select k.id, k.tenant_id, t.weight, k.user_id, k.built_in, k.expires_at
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
