//! What output will weigh in its answer, counted while it comes in, so that a process which prints too much
//! is stopped with advice before an answer begins that no client would read to its end.
//!
//! The count is exact: it decodes and escapes as `answer` does, without keeping anything.

use super::spool::Stream;
use super::text::Utf8;
use daytona_protocol::process::OUTPUT_LIMIT;

/// The JSON text of one process's output, by its length.
#[derive(Debug)]
pub(super) struct Weight {
    decoders: [Utf8; 2],
    once: u64,
    copies: u64,
}

impl Weight {
    /// Of no output. With `split` all of it goes out twice: in `result`, and in `stdout` or `stderr`.
    pub(super) fn new(split: bool) -> Self {
        Self { decoders: [Utf8::default(), Utf8::default()], once: 0, copies: if split { 2 } else { 1 } }
    }

    /// Counts more output.
    pub(super) fn add(&mut self, stream: Stream, data: &[u8]) {
        let once = &mut self.once;
        self.decoders[stream as usize].push(data, |text| *once += escaped(text));
    }

    /// Whether this is more than an answer may carry.
    pub(super) fn is_too_much(&self) -> bool {
        self.once * self.copies > OUTPUT_LIMIT as u64
    }
}

/// The length of `text` inside a JSON string.
fn escaped(text: &str) -> u64 {
    let more = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
        0..0x20 => 5,
        _ => 0,
    };
    text.len() as u64 + text.bytes().map(more).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::{Stream, Weight, escaped};
    use daytona_protocol::process::OUTPUT_LIMIT;

    #[test]
    fn every_character_weighs_what_it_takes_in_json() {
        for text in (0..0x300).chain([0x20ac, 0x1d11e, 0xfffd]).filter_map(char::from_u32) {
            let json = serde_json::to_string(&text).expect("a string");
            assert_eq!(escaped(&text.to_string()) + 2, json.len() as u64, "{text:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_weigh_as_replacement_characters() {
        let mut weight = Weight::new(false);
        weight.add(Stream::Stdout, b"\xe2\x82");
        weight.add(Stream::Stderr, b"\xff\x01");
        weight.add(Stream::Stdout, b"\xac");
        assert_eq!(weight.once, 3 + 6 + 3);
    }

    #[test]
    fn a_hundred_mebibytes_of_anything_fit() {
        let piece = vec![0; 1 << 20];
        let mut weight = Weight::new(true);
        (0..100).for_each(|_| weight.add(Stream::Stdout, &piece));
        assert!(!weight.is_too_much(), "{} of {OUTPUT_LIMIT}", weight.once * 2);
        (0..2).for_each(|_| weight.add(Stream::Stderr, &piece));
        assert!(weight.is_too_much());
        let mut text = Weight::new(true);
        (0..512).for_each(|_| text.add(Stream::Stdout, b"x".repeat(1 << 20).as_slice()));
        assert!(!text.is_too_much(), "text is bounded by what is kept of it alone");
    }
}
