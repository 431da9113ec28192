//! The form of a key: `dtn_` and 64 hexadecimal digits, 256 random bits.

use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use std::fmt;

const PREFIX: &str = "dtn_";

/// A key in the clear. Shown once, never logged.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    /// A new key from the system's random source.
    pub(crate) fn generate() -> Result<Self, rand::rand_core::OsError> {
        let mut bytes = [0u8; 32];
        OsRng.try_fill_bytes(&mut bytes)?;
        Ok(Self(format!("{PREFIX}{}", hex::encode(bytes))))
    }

    /// Reads text that may be a key.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let well_formed =
            digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// What is stored of it.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// What lists show: three characters, 20 stars, three characters.
    pub(crate) fn masked(&self) -> String {
        format!("{}{}{}", &self.0[..3], "*".repeat(20), &self.0[self.0.len() - 3..])
    }

    /// The key itself, to be handed to its owner.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_keys_parse_and_none_shows_itself() {
        let key = Key::generate().expect("random");
        assert_eq!(Key::parse(key.reveal()).as_ref(), Some(&key));
        assert_ne!(key, Key::generate().expect("random"));
        for bad in ["", "dtn_", "dtn_zz", &key.reveal().to_uppercase(), &format!("{}0", key.reveal())] {
            assert!(Key::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{key:?}"), "Key(..)");
        let masked = key.masked();
        assert_eq!((masked.len(), &masked[..4]), (26, "dtn*"));
    }
}
