-- One row for every admitted request, appended and never changed. No foreign keys: what was used stays on record when
-- its tenant, key or config is gone.

create table insula.usage_event (
    started_at         timestamptz not null,
    request_id         uuid        not null,
    tenant_id          uuid        not null,
    key_id             uuid,
    config_id          uuid,
    model              text        not null,
    prompt_tokens      integer     not null,
    completion_tokens  integer     not null,
    cached_tokens      integer     not null,
    queued_micros      bigint      not null,
    first_token_micros bigint      not null,
    total_micros       bigint      not null,
    finish             text        not null,
    attempts           integer     not null,
    recorded_at        timestamptz not null default now(),
    -- A key must contain what the table is partitioned by; started_at follows from the request's UUIDv7, so the pair
    -- is as unique as the request.
    constraint usage_event_pk primary key (started_at, request_id),
    constraint usage_event_model_length check (char_length(model) between 1 and 128),
    constraint usage_event_tokens_range check (prompt_tokens >= 0 and completion_tokens >= 0 and cached_tokens >= 0),
    constraint usage_event_micros_range check (queued_micros >= 0 and first_token_micros >= 0 and total_micros >= 0),
    constraint usage_event_finish_known check (finish in ('stop', 'length', 'cancelled', 'error')),
    constraint usage_event_attempts_range check (attempts >= 1)
) partition by range (started_at);

create index usage_event_by_tenant on insula.usage_event (tenant_id, started_at);

-- Takes what no month has been made for yet: a row is never refused for its date.
create table insula.usage_event_default partition of insula.usage_event default;

alter table insula.usage_event enable row level security;
alter table insula.usage_event force row level security;
create policy of_current_tenant on insula.usage_event for select using (tenant_id = insula.current_tenant());
-- One batch holds rows of many tenants. Nothing may be updated or deleted: there is no policy for it.
create policy appended on insula.usage_event for insert with check (true);

-- Makes the partitions of some months and moves into them what the default partition has taken meanwhile.
create function insula.ensure_usage_partitions(first_day date, months integer) returns integer
    language plpgsql
as $$
declare
    month_begin date;
    month_name  text;
    from_time   timestamptz;
    to_time     timestamptz;
    made        integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('insula.usage_event'));
    for step in 0 .. months - 1 loop
        month_begin := (date_trunc('month', first_day::timestamp) + make_interval(months => step))::date;
        month_name := 'usage_event_' || to_char(month_begin, 'YYYY_MM');
        continue when to_regclass('insula.' || month_name) is not null;
        from_time := month_begin::timestamp at time zone 'UTC';
        to_time := (month_begin + interval '1 month') at time zone 'UTC';
        lock table insula.usage_event_default in access exclusive mode;
        execute format('create table insula.%I (like insula.usage_event including defaults including constraints)', month_name);
        execute format(
            'with moved as (delete from insula.usage_event_default where started_at >= %L and started_at < %L returning *)'
                ' insert into insula.%I select * from moved',
            from_time, to_time, month_name);
        execute format(
            'alter table insula.usage_event attach partition insula.%I for values from (%L) to (%L)',
            month_name, from_time, to_time);
        made := made + 1;
    end loop;
    return made;
end
$$;
