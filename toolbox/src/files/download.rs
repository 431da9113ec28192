//! `GET /files/download`: one file, or a range of it.

use super::path::{base_name, extended, resolve};
use super::source::Source;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::PathParam;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Sends the file.
pub(crate) async fn download(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    PathParam(path): PathParam,
) -> Result<Response, ApiError> {
    let path = resolve(&app, &path)?;
    let source = Source::open(&path).await?;
    let (len, modified) = (source.len(), source.modified());
    let mut fixed = vec![
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&base_name(&path))),
        (header::EXPIRES, "0".to_owned()),
        (header::CACHE_CONTROL, "must-revalidate".to_owned()),
        (header::PRAGMA, "public".to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
    ];
    fixed.extend(modified.map(|time| (header::LAST_MODIFIED, httpdate::fmt_http_date(time))));

    if unchanged_since(&headers, modified) {
        return Ok(answer(StatusCode::NOT_MODIFIED, fixed, Body::empty()));
    }
    let (status, start, count) = match wanted_range(&headers, len, modified) {
        Wanted::All => (StatusCode::OK, 0, len),
        Wanted::Part(start, end) => {
            fixed.push((header::CONTENT_RANGE, format!("bytes {start}-{end}/{len}")));
            (StatusCode::PARTIAL_CONTENT, start, end - start + 1)
        }
        Wanted::Nothing => {
            fixed.push((header::CONTENT_RANGE, format!("bytes */{len}")));
            return Ok(answer(StatusCode::RANGE_NOT_SATISFIABLE, fixed, Body::empty()));
        }
    };
    fixed.push((header::CONTENT_LENGTH, count.to_string()));
    let stream = source.stream(start, count).map_err(|error| ApiError::file("read", &path, &error))?;
    Ok(answer(status, fixed, Body::from_stream(stream)))
}

fn answer(status: StatusCode, headers: Vec<(HeaderName, String)>, body: Body) -> Response {
    let mut response = (status, body).into_response();
    for (name, value) in headers {
        // Every value above is made of visible ASCII.
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// `attachment` with the file's name twice: safe in any header, and exact for clients that know RFC 8187.
fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' || c == ' ' { c } else { '_' })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*={}", extended(name))
}

fn unchanged_since(headers: &HeaderMap, modified: Option<SystemTime>) -> bool {
    match (date(headers, &header::IF_MODIFIED_SINCE), modified) {
        (Some(since), Some(modified)) if !headers.contains_key(header::IF_NONE_MATCH) => {
            whole(modified) <= since
        }
        _ => false,
    }
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    headers.get(name)?.to_str().ok().and_then(|text| httpdate::parse_http_date(text).ok())
}

/// HTTP dates count whole seconds.
fn whole(time: SystemTime) -> SystemTime {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs()),
        Err(_) => time,
    }
}

#[derive(Debug, PartialEq)]
enum Wanted {
    All,
    /// First and last byte.
    Part(u64, u64),
    Nothing,
}

fn wanted_range(headers: &HeaderMap, len: u64, modified: Option<SystemTime>) -> Wanted {
    let current = match headers.get(header::IF_RANGE) {
        None => true,
        Some(_) => date(headers, &header::IF_RANGE).is_some_and(|since| modified.map(whole) == Some(since)),
    };
    let range = headers.get(header::RANGE).filter(|_| current);
    range.and_then(|range| range.to_str().ok()).map_or(Wanted::All, |range| parse_range(range, len))
}

/// One range of bytes. Several at once, other units and what is not a range are answered with all of it, as
/// RFC 9110 allows.
fn parse_range(text: &str, len: u64) -> Wanted {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'))
    else {
        return Wanted::All;
    };
    let last_byte = len.saturating_sub(1);
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first > last => Wanted::All,
        (Ok(first), _) if first >= len && (last.is_empty() || last.parse::<u64>().is_ok()) => Wanted::Nothing,
        (Ok(first), Ok(last)) => Wanted::Part(first, last.min(last_byte)),
        (Ok(first), Err(_)) if last.is_empty() => Wanted::Part(first, last_byte),
        (Err(_), Ok(0)) if first.is_empty() => Wanted::Nothing,
        (Err(_), Ok(_)) if first.is_empty() && len == 0 => Wanted::Nothing,
        (Err(_), Ok(count)) if first.is_empty() => Wanted::Part(len.saturating_sub(count), last_byte),
        _ => Wanted::All,
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted::{All, Nothing, Part};
    use super::{attachment, parse_range};

    #[test]
    fn ranges() {
        let cases = [
            ("bytes=0-0", 10, Part(0, 0)),
            ("bytes=2-", 10, Part(2, 9)),
            ("bytes=2-100", 10, Part(2, 9)),
            ("bytes=-3", 10, Part(7, 9)),
            ("bytes=-30", 10, Part(0, 9)),
            ("bytes=10-", 10, Nothing),
            ("bytes=-0", 10, Nothing),
            ("bytes=-1", 0, Nothing),
            ("bytes=0-", 0, Nothing),
            ("bytes=5-2", 10, All),
            ("bytes=0-1,3-4", 10, All),
            ("bytes=99999999999999999999-", 10, All),
            ("lines=0-1", 10, All),
            ("bytes=", 10, All),
        ];
        for (text, len, wanted) in cases {
            assert_eq!(parse_range(text, len), wanted, "{text} of {len}");
        }
    }

    #[test]
    fn names_cannot_break_out_of_the_header() {
        assert_eq!(
            attachment("a\"b\r\nX: y"),
            "attachment; filename=\"a_b__X: y\"; filename*=utf-8''a%22b%0D%0AX%3A%20y"
        );
    }
}
