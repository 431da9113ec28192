//! What lets into previews, derived from one secret of this server: the token of a port, and signed tokens, which
//! expire. A browser's cookie is a signed token.
//!
//! What must stay true: each is good for one port of one sandbox only, even if a later sandbox has the same id;
//! neither can be turned into the other; comparing takes the same time whatever is wrong.

use crate::clock;
use crate::data_dir::DataDir;
use crate::db::sandbox::Sandbox;
use crate::error::{Error, Result};
use hmac::{Hmac, Mac};
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use std::fmt;

/// Where the secret lies in the data folder.
const FILE: &str = "preview-key";
const TOKEN_PREFIX: &str = "dtp_";
const SIGNED_PREFIX: &str = "dts_";

/// The port of a sandbox that something is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) sandbox_id: &'a str,
    /// Tells this sandbox from an earlier one that had its id.
    pub(crate) created_at: i64,
    pub(crate) port: u16,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(row: &'a Sandbox, port: u16) -> Self {
        Self { sandbox_id: &row.id, created_at: row.created_at, port }
    }
}

/// The server's secret.
pub(crate) struct Secret([u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A signed token that was read and found good.
#[derive(Debug)]
pub(crate) struct Signed {
    /// By what it is remembered when it is ended before its time.
    pub(crate) hash: [u8; 32],
    /// Milliseconds since 1970.
    pub(crate) expires_at: i64,
}

impl Secret {
    /// The secret of the data folder, made if there is none. Links handed out before a restart stay good.
    pub(crate) fn open(data: &DataDir) -> Result<Self> {
        let path = data.join(FILE);
        let failed = |what, source| Error::File { what, path: path.clone(), source };
        let kept = std::fs::read_to_string(&path).ok();
        let kept = kept.and_then(|text| hex::decode(text.trim()).ok()?.try_into().ok());
        if let Some(secret) = kept {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
                .map_err(|source| failed("cannot close the preview key to others", source))?;
            return Ok(Self(secret));
        }
        let mut secret = [0; 32];
        OsRng
            .try_fill_bytes(&mut secret)
            .map_err(|error| failed("no random bytes for the preview key", std::io::Error::other(error)))?;
        data.write_private(FILE, hex::encode(secret).as_bytes())?;
        Ok(Self(secret))
    }

    /// The token of a port.
    pub(crate) fn token(&self, subject: Subject<'_>) -> String {
        format!("{TOKEN_PREFIX}{}", hex::encode(self.mac("token", subject, 0).finalize().into_bytes()))
    }

    /// Whether this is the token of the port.
    pub(crate) fn is_token(&self, subject: Subject<'_>, text: &str) -> bool {
        text.strip_prefix(TOKEN_PREFIX).is_some_and(|digits| verified(self.mac("token", subject, 0), digits))
    }

    /// A token of the port that is good until then.
    pub(crate) fn sign(&self, subject: Subject<'_>, expires_at: i64) -> String {
        let mac = self.mac("signed", subject, expires_at).finalize().into_bytes();
        format!("{SIGNED_PREFIX}{expires_at}_{}", hex::encode(mac))
    }

    /// Reads a signed token of the port, if it is one and its time has not passed.
    pub(crate) fn signed(&self, subject: Subject<'_>, text: &str) -> Option<Signed> {
        let (expires_at, digits) = text.strip_prefix(SIGNED_PREFIX)?.split_once('_')?;
        let expires_at = expires_at.parse().ok()?;
        if !verified(self.mac("signed", subject, expires_at), digits) || expires_at <= clock::now() {
            return None;
        }
        // Of the one way to write it, not of `text`: case and signs may differ and mean the same.
        Some(Signed { hash: Sha256::digest(self.sign(subject, expires_at)).into(), expires_at })
    }

    /// Three bytes that differ from preview to preview, and by `attempt`.
    pub(crate) fn place(&self, subject: Subject<'_>, attempt: i64) -> [u8; 3] {
        let bytes = self.mac("place", subject, attempt).finalize().into_bytes();
        [bytes[0], bytes[1], bytes[2]]
    }

    fn mac(&self, kind: &str, subject: Subject<'_>, number: i64) -> Hmac<Sha256> {
        let mut key = [0; 64];
        key[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as Mac>::new(&key.into());
        // Neither a kind nor an id has a NUL, so no two subjects read the same.
        for part in [kind, subject.sandbox_id] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac.update(&subject.created_at.to_be_bytes());
        mac.update(&subject.port.to_be_bytes());
        mac.update(&number.to_be_bytes());
        mac
    }
}

/// Whether it looks like a token of either kind, good or not.
pub(super) fn is_token(text: &str) -> bool {
    text.starts_with(TOKEN_PREFIX) || text.starts_with(SIGNED_PREFIX)
}

/// Compares in constant time.
fn verified(mac: Hmac<Sha256>, digits: &str) -> bool {
    let mut given = [0; 32];
    hex::decode_to_slice(digits, &mut given).is_ok() && mac.verify_slice(&given).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject<'static> = Subject { sandbox_id: "a", created_at: 7, port: 3000 };

    fn others() -> [Subject<'static>; 3] {
        [
            Subject { sandbox_id: "b", ..SUBJECT },
            Subject { created_at: 8, ..SUBJECT },
            Subject { port: 3001, ..SUBJECT },
        ]
    }

    #[test]
    fn what_lets_in_is_bound_to_sandbox_and_port_and_to_its_kind() {
        let secret = Secret([1; 32]);
        let soon = clock::now() + 60_000;
        let (token, signed) = (secret.token(SUBJECT), secret.sign(SUBJECT, soon));
        assert!(secret.is_token(SUBJECT, &token));
        assert_eq!(secret.signed(SUBJECT, &signed).expect("good").expires_at, soon);
        assert_eq!(token.len(), 4 + 64);
        for other in others() {
            assert!(!secret.is_token(other, &token), "{other:?}");
            assert!(secret.signed(other, &signed).is_none(), "{other:?}");
        }
        let elsewhere = Secret([2; 32]);
        assert!(!elsewhere.is_token(SUBJECT, &token) && elsewhere.signed(SUBJECT, &signed).is_none());
        // One kind renamed to the other.
        assert!(!secret.is_token(SUBJECT, &format!("{TOKEN_PREFIX}{}", &signed[signed.len() - 64..])));
        assert!(secret.signed(SUBJECT, &format!("{SIGNED_PREFIX}{soon}_{}", &token[4..])).is_none());
        for bad in ["", "dtp_", "dtp_zz", &token[4..], &token[..67], &format!("{token}0"), "dts__", "dts_1_"]
        {
            assert!(!secret.is_token(SUBJECT, bad), "{bad}");
            assert!(secret.signed(SUBJECT, bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_signed_token_expires_and_its_time_cannot_be_changed() {
        let secret = Secret([1; 32]);
        let past = clock::now() - 1;
        let signed = secret.sign(SUBJECT, past);
        assert!(secret.signed(SUBJECT, &signed).is_none());
        let longer = signed.replace(&past.to_string(), &(past + 60_000).to_string());
        assert!(secret.signed(SUBJECT, &longer).is_none());
    }

    #[test]
    fn however_a_signed_token_is_written_it_is_remembered_as_one() {
        let secret = Secret([1; 32]);
        let signed = secret.sign(SUBJECT, clock::now() + 60_000);
        let shouted = signed.to_uppercase().replace("DTS_", "dts_+");
        let read = secret.signed(SUBJECT, &shouted).expect("means the same");
        assert_eq!(read.hash, secret.signed(SUBJECT, &signed).expect("good").hash);
    }

    #[test]
    fn the_secret_is_kept_for_the_next_server_and_closed_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().expect("tempdir");
        let data = DataDir::open(&parent.path().join("data")).expect("opens");
        let first = Secret::open(&data).expect("made").token(SUBJECT);
        let mode = std::fs::metadata(data.join(FILE)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = Secret::open(&data).expect("read");
        assert_eq!(again.token(SUBJECT), first);
        assert_eq!(format!("{again:?}"), "Secret(..)");
        std::fs::write(data.join(FILE), "short").expect("writes");
        assert_ne!(Secret::open(&data).expect("made anew").token(SUBJECT), first);
    }
}
