//! Reading what real servers send where the documents promise more.

use serde::{Deserialize, Deserializer};

/// `null` reads as the default, for fields that are documented as never null and sometimes are.
pub(crate) fn null_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
