//! Bytes of unknown origin as text: UTF-8 stays, anything else becomes U+FFFD, and a character whose bytes
//! come apart is put together again.

/// Decodes one stream of bytes.
#[derive(Debug, Default)]
pub(super) struct Utf8 {
    /// The beginning of a character whose rest has not come: three bytes at most.
    held: Vec<u8>,
}

impl Utf8 {
    /// Decodes as much as adds at most `room` bytes to `out`; returns how many bytes that took. With room for
    /// eight it is never none.
    pub(super) fn push(&mut self, bytes: &[u8], room: usize, out: &mut String) -> usize {
        let end = out.len() + room;
        let mut left = bytes;
        while !self.held.is_empty() {
            let Some((byte, rest)) = left.split_first() else { return bytes.len() };
            self.held.push(*byte);
            match std::str::from_utf8(&self.held) {
                Ok(character) => {
                    out.push_str(character);
                    self.held.clear();
                    left = rest;
                }
                Err(error) if error.error_len().is_none() => left = rest,
                // What was held is no character, and the byte is not its rest.
                Err(_) => {
                    out.push(char::REPLACEMENT_CHARACTER);
                    self.held.clear();
                }
            }
        }
        while !left.is_empty() {
            let (text, bad) = match std::str::from_utf8(left) {
                Ok(text) => (text, None),
                Err(error) => {
                    let (valid, rest) = left.split_at(error.valid_up_to());
                    let bad = error.error_len().unwrap_or(rest.len());
                    // Valid by definition; the default is never used.
                    (std::str::from_utf8(valid).unwrap_or_default(), Some((bad, error.error_len().is_none())))
                }
            };
            let fits = text.floor_char_boundary(end.saturating_sub(out.len()));
            out.push_str(&text[..fits]);
            left = &left[fits..];
            if fits < text.len() {
                break;
            }
            match bad {
                None => {}
                Some((_, true)) => {
                    self.held.extend_from_slice(left);
                    left = &[];
                }
                Some((bad, false)) if out.len() + char::REPLACEMENT_CHARACTER.len_utf8() <= end => {
                    out.push(char::REPLACEMENT_CHARACTER);
                    left = &left[bad..];
                }
                Some(_) => break,
            }
        }
        bytes.len() - left.len()
    }

    /// The stream has ended; a half character is not one.
    pub(super) fn finish(&mut self, out: &mut String) {
        if !std::mem::take(&mut self.held).is_empty() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Utf8;

    #[test]
    fn any_cut_and_any_room_give_what_the_whole_gives() {
        let samples: [&[u8]; 5] = [
            "plain äöü € 🦀 end".as_bytes(),
            b"\xff\xfe a \xe2\x82 b \xf0\x9f\xa6",
            b"\xe2\x82\xac\xe2\x82\xe2\x82\xac\xc3",
            b"\xed\xa0\x80 \xf4\x90\x80\x80 \xc0\xaf",
            b"\x80\x80\x80\xf0\xf0\xf0\x9f\x9f",
        ];
        for sample in samples {
            for cut in 1..=sample.len() {
                for room in 8..=sample.len() * 3 + 8 {
                    let (mut utf8, mut text) = (Utf8::default(), String::new());
                    for mut piece in sample.chunks(cut) {
                        while !piece.is_empty() {
                            let before = text.len();
                            let took = utf8.push(piece, room, &mut text);
                            assert!(took > 0 && text.len() - before <= room, "{sample:?} {cut} {room}");
                            piece = &piece[took..];
                        }
                    }
                    utf8.finish(&mut text);
                    assert_eq!(text, String::from_utf8_lossy(sample), "{sample:?} {cut} {room}");
                }
            }
        }
    }
}
