//! `GET /port/{port}/in-use`.

use super::listening::listening;
use crate::error::ApiError;
use crate::files::blocking;
use axum::Json;
use axum::extract::Path;
use daytona_protocol::port::IsPortInUseResponse;
use daytona_protocol::preview::PORTS;

/// Whether something listens on the port.
pub(crate) async fn in_use(Path(port): Path<String>) -> Result<Json<IsPortInUseResponse>, ApiError> {
    let number = port.parse().ok().filter(|port| PORTS.contains(port));
    let port: u16 = number.ok_or_else(|| {
        ApiError::bad_request(format!(
            "the port must be a number from {} to {}, not '{port}'",
            PORTS.start(),
            PORTS.end()
        ))
    })?;
    let is_in_use = blocking(listening).await?.contains(&port);
    Ok(Json(IsPortInUseResponse { is_in_use }))
}
