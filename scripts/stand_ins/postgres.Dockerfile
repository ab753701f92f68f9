# A stand-in for pgvector/pgvector: Debian's PostgreSQL and pgvector, told what to do by the same three variables.
FROM stand-in/debian
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-17-pgvector && rm -rf /var/lib/apt/lists/*
ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin:/bin \
    PGDATA=/var/lib/postgresql/17/docker
RUN printf '%s\n' '#!/bin/sh' 'set -eu' \
    'if [ ! -e "$PGDATA/PG_VERSION" ]; then' \
    '    [ -n "$POSTGRES_PASSWORD" ] || { echo "POSTGRES_PASSWORD is empty." >&2; exit 1; }' \
    '    echo "$POSTGRES_PASSWORD" > /tmp/password' \
    '    initdb --locale C.UTF-8 --username "$POSTGRES_USER" --pwfile /tmp/password --auth-local trust --auth-host scram-sha-256' \
    '    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"' \
    '    echo "CREATE DATABASE $POSTGRES_DB" | postgres --single postgres' \
    'fi' \
    'exec postgres -c listen_addresses="*"' > /usr/local/bin/start && chmod +x /usr/local/bin/start
USER postgres
ENTRYPOINT ["start"]
