//! Writing numbers as strict clients read them.

use serde::Serializer;

/// The numbers that a JSON number of either kind holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number without a fraction: some published clients refuse `1.0` where they want `1`.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
pub(crate) fn number<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
        return serializer.serialize_i64(*number as i64);
    }
    serializer.serialize_f64(*number)
}

/// The same, if there is one.
#[expect(clippy::ref_option, reason = "serde hands fields over by reference")]
pub(crate) fn optional_number<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => number(value, serializer),
        None => serializer.serialize_none(),
    }
}
