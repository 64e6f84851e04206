-- What the running program may do, under an account that owns nothing. Runs after every migration.
grant usage on schema insula to "${appRole}";
grant select on insula.tenant, insula.platform_user to "${appRole}";
grant select, insert, update on insula.access_key to "${appRole}";
grant select, insert, update, delete on insula.assistant_config to "${appRole}";
grant select, insert on insula.usage_event to "${appRole}";
-- A program that does not migrate looks whether somebody has.
grant select on insula.flyway_schema_history to "${appRole}";
-- Of provisional rows alone, by their policy; what says which request a row is of stays as it was appended.
grant update (
    prompt_tokens, completion_tokens, cached_tokens, queued_micros, first_token_micros, total_micros, finish, attempts,
    recorded_at, provisional) on insula.usage_event to "${appRole}";
