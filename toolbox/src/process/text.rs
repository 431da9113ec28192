//! Bytes of unknown origin as text: UTF-8 stays, anything else becomes U+FFFD, and a character that was cut
//! between two reads is put together again.

/// Decodes one stream of bytes.
#[derive(Debug, Default)]
pub(super) struct Utf8 {
    /// The beginning of a character whose rest has not come: three bytes at most.
    held: Vec<u8>,
}

impl Utf8 {
    /// Decodes more bytes and hands the text to `sink` in pieces.
    pub(super) fn push(&mut self, bytes: &[u8], sink: impl FnMut(&str)) {
        if self.held.is_empty() {
            self.decode(bytes, sink);
        } else {
            let mut joined = std::mem::take(&mut self.held);
            joined.extend_from_slice(bytes);
            self.decode(&joined, sink);
        }
    }

    /// The stream has ended; a half character is not one.
    pub(super) fn finish(&mut self, mut sink: impl FnMut(&str)) {
        if !std::mem::take(&mut self.held).is_empty() {
            sink("\u{FFFD}");
        }
    }

    fn decode(&mut self, mut bytes: &[u8], mut sink: impl FnMut(&str)) {
        while !bytes.is_empty() {
            let (valid, bad) = match std::str::from_utf8(bytes) {
                Ok(text) => return sink(text),
                Err(error) => (error.valid_up_to(), error.error_len()),
            };
            if let Ok(text) = std::str::from_utf8(&bytes[..valid]) {
                sink(text);
            }
            match bad {
                Some(len) => {
                    sink("\u{FFFD}");
                    bytes = &bytes[valid + len..];
                }
                None => {
                    self.held = bytes[valid..].to_vec();
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Utf8;

    fn decode(bytes: &[u8], chunk: usize) -> String {
        let (mut utf8, mut text) = (Utf8::default(), String::new());
        bytes.chunks(chunk).for_each(|bytes| utf8.push(bytes, |piece| text.push_str(piece)));
        utf8.finish(|piece| text.push_str(piece));
        text
    }

    #[test]
    fn cuts_never_show() {
        let samples: [&[u8]; 6] = [
            "añ€𝄞z".as_bytes(),
            b"\xff\xfe ok \xe2\x82",
            b"\xf0\x9d\x84",
            b"\xe2\x82\xe2\x82\xac\xc3\x28",
            b"\xed\xa0\x80\xf5\x80",
            b"",
        ];
        for sample in samples {
            for chunk in 1..=sample.len().max(1) {
                assert_eq!(decode(sample, chunk), String::from_utf8_lossy(sample), "{sample:?} by {chunk}");
            }
        }
    }
}
