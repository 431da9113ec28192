//! Charts that a code run shows travel in its stdout, each as one line: a marker, then JSON
//! `{"type":"chart","value":{...}}`. This takes such lines out of the text. A line that only looks like one
//! stays where it is, and so does one that is longer than what charts may take of this process's memory.

use daytona_protocol::process::{ANSWER_LIMIT, OUTPUT_LIMIT};
use serde::Deserialize;
use serde_json::value::RawValue;

const MARKER: &[u8] = b"dtn_artifact_k39fd2:";
/// The most that all charts of one run may hold.
const MAX_CHARTS: usize = 16 << 20;
/// Charts travel as the JSON they are, and as much again is left for the frame around them.
const _: () = assert!(OUTPUT_LIMIT + 2 * MAX_CHARTS <= ANSWER_LIMIT);

#[derive(Deserialize)]
struct Artifact<'a> {
    r#type: &'a str,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// Separates chart lines from text, whatever way the stream is cut into pieces.
#[derive(Debug)]
pub(super) struct ChartFilter {
    /// The current line as long as it may be a chart line; nothing of it has gone out yet.
    line: Vec<u8>,
    /// The current line is text; it goes out as it comes.
    passing: bool,
    charts: Vec<Box<RawValue>>,
    budget: usize,
}

impl ChartFilter {
    /// Nothing seen yet.
    pub(super) fn new() -> Self {
        Self { line: Vec::new(), passing: false, charts: Vec::new(), budget: MAX_CHARTS }
    }

    /// Takes more of the stream and returns what of it is text by now.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::with_capacity(bytes.len());
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.passing {
                text.extend_from_slice(piece);
            } else {
                self.line.extend_from_slice(piece);
                let seen = self.line.len().min(MARKER.len());
                let open = self.line[..seen] == MARKER[..seen] && self.line.len() <= self.budget;
                if open && piece.ends_with(b"\n") {
                    self.end_line(&mut text);
                } else if !open {
                    text.append(&mut self.line);
                    self.passing = true;
                }
            }
            if piece.ends_with(b"\n") {
                self.passing = false;
            }
        }
        text
    }

    /// The stream has ended: the rest of the text, and the charts.
    pub(super) fn finish(mut self) -> (Vec<u8>, Vec<Box<RawValue>>) {
        let mut text = Vec::new();
        self.end_line(&mut text);
        (text, self.charts)
    }

    fn end_line(&mut self, text: &mut Vec<u8>) {
        let json =
            self.line.strip_prefix(MARKER).and_then(|json| serde_json::from_slice::<Artifact<'_>>(json).ok());
        match json.filter(|artifact| artifact.r#type == "chart") {
            Some(artifact) => {
                self.charts.push(artifact.value.to_owned());
                self.budget -= self.line.len();
                self.line = Vec::new();
            }
            None => text.append(&mut self.line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ChartFilter, MAX_CHARTS};

    const OUTPUT: &str = "a\ndtn_artifact_k39fd2:{\"type\":\"chart\",\"value\":{\"title\":\"T\"}}\r\nb\ndtn_artifact_k39\n\
                          dtn_artifact_k39fd2:not json\n dtn_artifact_k39fd2:{}\n\
                          dtn_artifact_k39fd2:{\"value\":[1],\"type\":\"chart\"}";

    #[test]
    fn only_chart_lines_leave_the_text() {
        for chunk in 1..=OUTPUT.len() {
            let mut filter = ChartFilter::new();
            let mut text: Vec<u8> =
                OUTPUT.as_bytes().chunks(chunk).flat_map(|piece| filter.push(piece)).collect();
            let (rest, charts) = filter.finish();
            text.extend(rest);
            assert_eq!(
                String::from_utf8(text).expect("text stays text"),
                "a\nb\ndtn_artifact_k39\ndtn_artifact_k39fd2:not json\n dtn_artifact_k39fd2:{}\n"
            );
            let charts: Vec<&str> = charts.iter().map(|chart| chart.get()).collect();
            assert_eq!(charts, [r#"{"title":"T"}"#, "[1]"], "cut every {chunk} bytes");
        }
    }

    #[test]
    fn an_endless_chart_line_is_text() {
        let mut filter = ChartFilter::new();
        let mut kept = filter.push(b"dtn_artifact_k39fd2:").len();
        for _ in 0..=(MAX_CHARTS >> 16) {
            kept += filter.push(&[b'x'; 1 << 16]).len();
            assert!(filter.line.len() <= MAX_CHARTS + (1 << 16));
        }
        assert!(kept > MAX_CHARTS);
        assert!(filter.finish().1.is_empty());
    }
}
