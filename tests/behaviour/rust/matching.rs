//! References in a scenario's data, and comparing a result with what is expected.
//!
//! The same rules stand in `python/matching.py` and `typescript/matching.ts`; `scenarios/selftest.toml` holds
//! the three to each other. They are written down in `plan.py`.

use crate::Outcome;
use regex::{Captures, Regex};
use serde_json::{Map, Value, json};

/// How much of a value a message shows.
const SHOWN: usize = 600;

/// `value` with every `@{name}` replaced by what is known under that name.
pub(crate) fn resolve(value: &Value, known: &Map<String, Value>) -> Outcome<Value> {
    Ok(match value {
        Value::String(text) => resolve_text(text, known)?,
        Value::Array(items) => items.iter().map(|item| resolve(item, known)).collect::<Outcome<_>>()?,
        Value::Object(table) => {
            if let Some([piece, times]) = table.get("$repeat").and_then(Value::as_array).map(Vec::as_slice) {
                let times = usize::try_from(times.as_u64().unwrap_or_default())?;
                return Ok(text(&resolve(piece, known)?).repeat(times).into());
            }
            if let Some(files) = table.get("$files").and_then(Value::as_object) {
                return many(files, known);
            }
            let fields = table.iter().map(|(name, item)| Ok((name.clone(), resolve(item, known)?)));
            Value::Object(fields.collect::<Outcome<_>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

fn resolve_text(text: &str, known: &Map<String, Value>) -> Outcome<Value> {
    let reference = Regex::new(r"@\{([^}]+)\}")?;
    if let Some(found) = reference.captures(text).filter(|found| found[0].len() == text.len()) {
        return look_up(&found[1], known);
    }
    let mut missing = None;
    let replaced = reference.replace_all(text, |found: &Captures<'_>| match look_up(&found[1], known) {
        Ok(value) => self::text(&value),
        Err(error) => {
            missing = Some(error);
            String::new()
        }
    });
    missing.map_or_else(|| Ok(replaced.into_owned().into()), Err)
}

fn many(files: &Map<String, Value>, known: &Map<String, Value>) -> Outcome<Value> {
    let mut one = files.clone();
    let count = one.remove("count").and_then(|count| count.as_u64()).unwrap_or_default();
    let one = Value::Object(one);
    let numbered = (0..count).map(|n| {
        let mut known = known.clone();
        known.insert("n".to_owned(), n.into());
        resolve(&one, &known)
    });
    numbered.collect()
}

/// `box.labels.tier` or `files.0.name`.
fn look_up(path: &str, known: &Map<String, Value>) -> Outcome<Value> {
    let mut steps = path.split('.');
    let mut value = steps.next().and_then(|name| known.get(name));
    for step in steps {
        value = value.and_then(|value| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            other => other.get(step),
        });
    }
    value.cloned().ok_or_else(|| format!("nothing is known as @{{{path}}}").into())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What differs, if anything.
pub(crate) fn mismatch(expected: &Value, actual: &Value, place: &str) -> Outcome<Option<String>> {
    match expected {
        Value::Object(table) => {
            if let Some((name, wanted)) =
                table.iter().find(|(name, _)| name.starts_with('$') && *name != "$base64")
            {
                let said = format!("{place}: {name} {} is expected, there is {}", show(wanted), show(actual));
                return Ok((!fits(name, wanted, actual)?).then_some(said));
            }
            let Some(actual) = actual.as_object() else {
                return Ok(Some(format!("{place}: a table is expected, there is {}", show(actual))));
            };
            for (name, item) in table {
                let found = actual.get(name).unwrap_or(&Value::Null);
                if let Some(difference) = mismatch(item, found, &format!("{place}.{name}"))? {
                    return Ok(Some(difference));
                }
            }
            Ok(None)
        }
        Value::Array(items) => {
            let Some(actual) = actual.as_array().filter(|actual| actual.len() == items.len()) else {
                let count = items.len();
                return Ok(Some(format!("{place}: {count} items are expected, there is {}", show(actual))));
            };
            for (n, (item, found)) in items.iter().zip(actual).enumerate() {
                if let Some(difference) = mismatch(item, found, &format!("{place}.{n}"))? {
                    return Ok(Some(difference));
                }
            }
            Ok(None)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            // 1 and 1.0 are one number, as they are in JSON.
            let same = expected == actual || expected.as_f64().is_some_and(|n| actual.as_f64() == Some(n));
            let said = || format!("{place}: {} is expected, there is {}", show(expected), show(actual));
            Ok((!same).then(said))
        }
    }
}

fn fits(matcher: &str, expected: &Value, actual: &Value) -> Outcome<bool> {
    let wanted = expected.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(match matcher {
        "$regex" => {
            let pattern = Regex::new(expected.as_str().unwrap_or_default())?;
            actual.as_str().is_some_and(|text| pattern.is_match(text))
        }
        "$absent" => actual.is_null(),
        "$length" => length(actual) == expected.as_u64(),
        "$min" => actual.as_f64() >= expected.as_f64() && actual.is_number(),
        "$not" => mismatch(expected, actual, "")?.is_some(),
        "$contains" => match actual {
            Value::String(text) => wanted.iter().all(|piece| text.contains(piece.as_str().unwrap_or("\0"))),
            Value::Array(items) => {
                let mut items: Vec<&Value> = items.iter().collect();
                wanted.iter().try_fold(true, |so_far, wanted| {
                    Ok::<_, crate::Wrong>(so_far && take(&mut items, wanted, false)?)
                })?
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
        },
        "$unordered" => {
            let Some(items) = actual.as_array().filter(|items| items.len() == wanted.len()) else {
                return Ok(false);
            };
            let mut items: Vec<&Value> = items.iter().collect();
            wanted.iter().try_fold(true, |so_far, wanted| {
                Ok::<_, crate::Wrong>(so_far && take(&mut items, wanted, true)?)
            })?
        }
        other => return Err(format!("there is no matcher {other}").into()),
    })
}

/// Whether one of `items` is as wanted; with `out`, that one fits nothing else any more. The data keeps items
/// distinct, so the first fit is the fit.
fn take(items: &mut Vec<&Value>, wanted: &Value, out: bool) -> Outcome<bool> {
    for n in 0..items.len() {
        if mismatch(wanted, items[n], "")?.is_none() {
            if out {
                items.remove(n);
            }
            return Ok(true);
        }
    }
    Ok(false)
}

fn length(value: &Value) -> Option<u64> {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(table) => table.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    u64::try_from(length).ok()
}

fn show(value: &Value) -> String {
    let shown = json!(value).to_string();
    match shown.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}... ({} bytes)", &shown[..end], shown.len()),
        None => shown,
    }
}
