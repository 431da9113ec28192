//! Where one message ends and the next begins: a `Content-Length` header, an empty line, the content.
//!
//! By hand, since the crates that do it allocate whatever length the other side claims.

use bytes::{Buf, BytesMut};
use std::io;
use tokio_util::codec::Decoder;

/// The longest message of a language server. Long lists of completions take a few MiB.
pub(super) const MAX_MESSAGE: usize = 16 << 20;
/// The longest header.
const MAX_HEADER: usize = 4 << 10;

/// Takes messages out of a stream.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// Bytes of the current message, once its header is read.
    length: Option<usize>,
}

impl Decoder for Messages {
    type Item = BytesMut;
    type Error = io::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        let length = match self.length {
            Some(length) => length,
            None => {
                let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else {
                    return if bytes.len() > MAX_HEADER {
                        Err(invalid("what it sends is no message of the language server protocol"))
                    } else {
                        Ok(None)
                    };
                };
                let length = content_length(&bytes[..end])?;
                bytes.advance(end + 4);
                *self.length.insert(length)
            }
        };
        if bytes.len() < length {
            return Ok(None);
        }
        self.length = None;
        Ok(Some(bytes.split_to(length)))
    }
}

fn content_length(header: &[u8]) -> io::Result<usize> {
    let header = std::str::from_utf8(header).unwrap_or_default();
    let mut fields = header.lines().filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    match length.and_then(|(_, length)| length.trim().parse().ok()) {
        Some(length) if length <= MAX_MESSAGE => Ok(length),
        Some(_) => Err(invalid(&format!("it sent a message of more than {} MiB", MAX_MESSAGE >> 20))),
        None => Err(invalid("what it sends is no message of the language server protocol")),
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// `content` as a message.
pub(super) fn frame(content: &[u8]) -> Vec<u8> {
    let mut message = format!("Content-Length: {}\r\n\r\n", content.len()).into_bytes();
    message.extend_from_slice(content);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8], chunk: usize) -> io::Result<Vec<BytesMut>> {
        let (mut messages, mut buffer, mut found) = (Messages::default(), BytesMut::new(), Vec::new());
        for piece in bytes.chunks(chunk) {
            buffer.extend_from_slice(piece);
            while let Some(message) = messages.decode(&mut buffer)? {
                found.push(message);
            }
        }
        Ok(found)
    }

    #[test]
    fn messages_come_out_whatever_way_they_are_cut() {
        let mut bytes = frame(b"{\"a\":1}");
        bytes.extend(b"content-type: x\r\ncontent-length:3\r\n\r\nabc");
        bytes.extend(frame(b""));
        for chunk in 1..=bytes.len() {
            assert_eq!(all(&bytes, chunk).expect("messages"), [&b"{\"a\":1}"[..], b"abc", b""], "by {chunk}");
        }
    }

    #[test]
    fn what_is_no_message_or_too_long_is_refused() {
        let endless = vec![b'x'; MAX_HEADER + 2];
        let cases: [&[u8]; 5] = [
            b"Content-Length: 16777217\r\n\r\n",
            b"Content-Length: -1\r\n\r\n",
            b"Content-Length: 99999999999999999999999\r\n\r\n",
            b"hello\r\n\r\n",
            &endless,
        ];
        for bytes in cases {
            assert!(all(bytes, 7).is_err(), "{:?}", String::from_utf8_lossy(&bytes[..20.min(bytes.len())]));
        }
    }
}
