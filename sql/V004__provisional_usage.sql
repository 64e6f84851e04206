-- A request whose HTTP node fell silent is accounted for by another node, from what its engine knows. Such a row is
-- provisional: the silent node's own row takes its place should that node come back, or the report of a later attempt. A row
-- that is not provisional never changes.

alter table insula.usage_event
    add column provisional boolean not null default false,
    drop constraint usage_event_finish_known,
    add constraint usage_event_finish_known check (finish in ('stop', 'length', 'tool_calls', 'cancelled', 'error'));

create policy settled on insula.usage_event for update
    using (tenant_id = insula.current_tenant() and provisional)
    with check (tenant_id = insula.current_tenant());
