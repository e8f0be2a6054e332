#!/bin/bash
# The clinic's roles, the first time the data folder is made. None of them is a superuser: the owner
# of the tables migrates, the pages add to the outbox, the relay marks its rows delivered.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" \
    -v owner="$CLINIC_OWNER_PASSWORD" -v app="$CLINIC_APP_PASSWORD" -v relay="$CLINIC_RELAY_PASSWORD" <<'SQL'
CREATE ROLE clinic_owner LOGIN PASSWORD :'owner';
CREATE ROLE clinic_app LOGIN PASSWORD :'app';
CREATE ROLE clinic_relay LOGIN PASSWORD :'relay';
ALTER DATABASE seth_clinic OWNER TO clinic_owner;
ALTER SCHEMA public OWNER TO clinic_owner;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SQL
