//! `GET /port`.

use super::listening::listening;
use crate::error::ApiError;
use crate::files::blocking;
use axum::Json;
use daytona_protocol::port::PortList;

/// All ports something listens on.
pub(crate) async fn list() -> Result<Json<PortList>, ApiError> {
    let ports = blocking(listening).await?;
    Ok(Json(PortList { ports: ports.into_iter().collect() }))
}
