//! What the kernel tells of listening sockets, `/proc/net/tcp` and `/proc/net/tcp6`.

use crate::error::{ApiError, describe};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

/// The state of a socket that listens.
const LISTEN: &str = "0A";
/// The most that is read of one table: the lines of more sockets than a sandbox may have.
const MAX_TABLE: u64 = 32 << 20;

/// The ports something listens on.
pub(super) fn listening() -> Result<BTreeSet<u16>, ApiError> {
    let mut ports = BTreeSet::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        match File::open(table) {
            Ok(file) => read(file, &mut ports),
            // A kernel without IPv6.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(|error| ApiError::internal(format!("cannot read {table}: {}", describe(&error))))?;
    }
    Ok(ports)
}

fn read(table: impl Read, ports: &mut BTreeSet<u16>) -> io::Result<()> {
    for line in BufReader::new(table.take(MAX_TABLE)).lines() {
        ports.extend(port_of(&line?));
    }
    Ok(())
}

/// `  0: 0100007F:0BB8 00000000:0000 0A ...`: number, local address, remote address, state.
fn port_of(line: &str) -> Option<u16> {
    let mut fields = line.split_whitespace().skip(1);
    let (_, port) = fields.next()?.rsplit_once(':')?;
    (fields.nth(1)? == LISTEN).then(|| u16::from_str_radix(port, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listening_sockets_count() {
        let table = "  sl  local_address rem_address   st tx_queue\n\
            \x20  0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000\n\
            \x20  1: 0100007F:0BB9 0100007F:8000 01 00000000:00000000 00:00000000 00000000  1000\n\
            \x20  2: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0\n\
            garbage\n\n  3: x:y z 0A\n";
        let mut ports = BTreeSet::new();
        read(table.as_bytes(), &mut ports).expect("a table");
        assert_eq!(ports, BTreeSet::from([3000, 8080]));
    }
}
