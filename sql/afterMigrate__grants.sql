-- What the running program may do, under an account that owns nothing. Runs after every migration.
grant usage on schema insula to "${appRole}";
grant select on insula.tenant, insula.platform_user to "${appRole}";
grant select, insert, update on insula.access_key to "${appRole}";
grant select, insert, update, delete on insula.assistant_config to "${appRole}";
grant select, insert on insula.usage_event to "${appRole}";
-- A program that does not migrate looks whether somebody has.
grant select on insula.flyway_schema_history to "${appRole}";
