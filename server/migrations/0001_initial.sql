-- The control plane's tables. Times are milliseconds since 1970 in UTC. A destroyed sandbox has no row.

CREATE TABLE api_keys (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    name            TEXT NOT NULL,
    hash            BLOB NOT NULL UNIQUE,
    masked          TEXT NOT NULL,
    permissions     TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER,
    expires_at      INTEGER,
    UNIQUE (organization_id, name)
) STRICT;

CREATE TABLE sandboxes (
    id                    TEXT PRIMARY KEY,
    organization_id       TEXT NOT NULL,
    name                  TEXT NOT NULL,
    state                 TEXT NOT NULL CHECK (state IN
        ('creating', 'started', 'stopping', 'stopped', 'starting', 'destroying', 'error')),
    -- 1: a warm pool member that nobody has claimed yet.
    pool                  INTEGER NOT NULL,
    error_reason          TEXT,
    snapshot              TEXT NOT NULL,
    os_user               TEXT NOT NULL,
    env                   TEXT NOT NULL,
    labels                TEXT NOT NULL,
    public                INTEGER NOT NULL,
    network_block_all     INTEGER NOT NULL,
    target                TEXT NOT NULL,
    cpu                   INTEGER NOT NULL,
    memory                INTEGER NOT NULL,
    disk                  INTEGER NOT NULL,
    auto_stop_interval    INTEGER NOT NULL,
    auto_archive_interval INTEGER NOT NULL,
    auto_delete_interval  INTEGER NOT NULL,
    -- Which range of host ids stands behind it: base = 0x4000_0000 + id_slot * 65536.
    id_slot               INTEGER NOT NULL UNIQUE,
    -- Counts starts, so that the end of an earlier run is never taken for the end of this one.
    run                   INTEGER NOT NULL DEFAULT 0,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    last_activity_at      INTEGER NOT NULL,
    stopped_at            INTEGER
) STRICT;

-- The name of a sandbox is free again as soon as its removal begins.
CREATE UNIQUE INDEX sandboxes_name ON sandboxes (organization_id, name)
    WHERE state <> 'destroying' AND pool = 0;
CREATE INDEX sandboxes_activity ON sandboxes (organization_id, last_activity_at, id);

-- sandbox_id is no foreign key: a repeated request must be recognised after its sandbox is gone, too.
CREATE TABLE idempotency_keys (
    api_key_id   TEXT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    sandbox_id   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (api_key_id, key)
) STRICT;
CREATE INDEX idempotency_keys_sandbox ON idempotency_keys (sandbox_id);
