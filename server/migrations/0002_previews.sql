-- Ports of sandboxes somebody asked a link for. address is the loopback address, as a number, that serves the
-- port; two previews on one address would share an origin in a browser.
CREATE TABLE previews (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    port       INTEGER NOT NULL,
    address    INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (sandbox_id, port)
) STRICT;

-- Signed links that were ended before their time.
CREATE TABLE ended_signed_previews (
    sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
    token_hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (sandbox_id, token_hash)
) STRICT;
