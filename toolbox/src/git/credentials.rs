//! How git gets a username and password, and who else could.
//!
//! They travel from the request to git through a socket pair that git inherits and a helper written in shell
//! reads, so they are never an argument, an environment variable, a file, a part of a URL or of the
//! configuration. Other helpers, which would store them, are switched off for the run.
//!
//! What is protected. The disk, the process list and the environment of any process: nothing is ever there. A
//! socket, unlike a pipe, cannot be opened through `/proc/PID/fd`. An answer is given for the scheme, host and
//! port of the remote only, so a redirect elsewhere gets nothing, and at most `ASKS` times (git opens a second
//! connection for tags), while git runs. Cloning and fetching with credentials run without hooks; the files
//! are checked out, and a pull is merged, by a second git that has no credentials and runs them. A push keeps
//! its `pre-push` hook, which runs after the remote was asked; it gets one answer, which by then is taken
//! by git unless the remote lets anyone in.
//!
//! What is not. Code that runs in the sandbox as the same user while git does may read git's memory (ptrace,
//! `/proc/PID/mem`), as with any program, or open the pipe between git and the helper in the instant of its
//! use. Code that ran before may have configured git to use another proxy, to trust another certificate, or
//! the remote to be another server, and git obeys: give credentials only for what the sandboxed code may
//! have, for example a token of one repository.

use crate::error::ApiError;
use percent_encoding::percent_decode_str;
use std::io;
use std::os::fd::OwnedFd;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

/// Starts its arguments with its own input, the socket, as descriptor 9, and no input. The highest that every
/// shell can name.
pub(super) const WRAPPER: &str = r#"exec "$@" 9<&0 </dev/null"#;
/// Passes git's question on and reads the answer up to an empty line. All builtins: no process ever has the
/// password among its arguments.
pub(super) const HELPER: &str = r#"credential.helper=!f() { test "$1" = get || exit 0; { cat; echo; } >&9 || exit 0; while IFS= read -r l <&9 && test -n "$l"; do printf '%s\n' "$l"; done; }; f"#;

/// How often one run of git may ask.
const ASKS: usize = 2;
/// The longest question.
const QUESTION: u64 = 16 << 10;

/// Credentials, and the one place they are for.
pub(super) struct Access {
    username: String,
    password: String,
    scheme: String,
    host: String,
    /// Run git without hooks.
    pub without_hooks: bool,
}

/// A remote's URL as it may be kept, and the credentials that came in it.
pub(super) struct Url {
    /// Without credentials.
    pub clean: String,
    /// Scheme and authority, if it is one that asks for credentials.
    web: Option<(String, String)>,
    user: Option<(String, Option<String>)>,
}

impl Url {
    /// Takes the credentials out of a URL.
    pub(super) fn parse(url: &str) -> Result<Self, ApiError> {
        let plain = || Self { clean: url.to_owned(), web: None, user: None };
        let Some((scheme, rest)) = url.split_once("://") else { return Ok(plain()) };
        let scheme = scheme.to_ascii_lowercase();
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (userinfo, host) = match authority.rsplit_once('@') {
            Some((userinfo, host)) => (Some(userinfo), host),
            None => (None, authority),
        };
        if !matches!(scheme.as_str(), "http" | "https") {
            if userinfo.is_some_and(|user| user.contains(':')) {
                return Err(ApiError::bad_request(format!(
                    "a {scheme} URL cannot carry a password; use an https URL with username and password"
                )));
            }
            return Ok(plain());
        }
        let user = userinfo.filter(|user| !user.is_empty()).map(|user| match user.split_once(':') {
            Some((name, password)) => (decode(name), Some(decode(password))),
            None => (decode(user), None),
        });
        Ok(Self {
            clean: format!("{scheme}://{host}{path}"),
            web: Some((scheme, host.to_ascii_lowercase())),
            user,
        })
    }

    /// Access to it with the credentials of the request, else those in the URL. A remote that is not reached
    /// by HTTP has its own ways and needs none.
    pub(super) fn access(
        &self,
        username: Option<&str>,
        password: Option<&str>,
        without_hooks: bool,
    ) -> Result<Option<Access>, ApiError> {
        let given = |value: Option<&str>| value.filter(|value| !value.is_empty()).map(str::to_owned);
        let (name, secret) = match (given(username), given(password), &self.user) {
            (Some(name), Some(secret), _) => (name, secret),
            (None, Some(secret), Some((name, _))) => (name.clone(), secret),
            (None, Some(_), None) => {
                return Err(ApiError::bad_request(
                    "a password without a username; servers that take a token accept any username, such as git",
                ));
            }
            (_, None, Some((name, secret))) => (name.clone(), secret.clone().unwrap_or_default()),
            (_, None, None) => return Ok(None),
        };
        if [&name, &secret].iter().any(|value| value.contains(['\n', '\r', '\0'])) {
            return Err(ApiError::bad_request("username and password cannot contain line breaks or NUL"));
        }
        let Some((scheme, host)) = self.web.clone() else { return Ok(None) };
        Ok(Some(Access { username: name, password: secret, scheme, host, without_hooks }))
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Access {
    /// The end of the socket that git inherits, and what answers on the other end.
    pub(super) fn serve(&self) -> io::Result<(OwnedFd, impl Future<Output = ()> + use<>)> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let stream = UnixStream::from_std(ours)?;
        let wanted = [format!("protocol={}", self.scheme), format!("host={}", self.host)];
        let answer = format!("username={}\npassword={}\n\n", self.username, self.password);
        let asks = if self.without_hooks { ASKS } else { 1 };
        // An error means that who asked is gone.
        let serving =
            async move { answer_questions(stream, &wanted, &answer, asks).await.unwrap_or_default() };
        Ok((theirs.into(), serving))
    }

    /// Texts that no message may contain.
    pub(super) fn secrets(&self) -> Vec<String> {
        let encoded =
            percent_encoding::utf8_percent_encode(&self.password, percent_encoding::NON_ALPHANUMERIC);
        let mut secrets = vec![encoded.to_string(), self.password.clone()];
        if self.password.is_empty() {
            // A token in the place of the username.
            secrets.push(self.username.clone());
        }
        secrets.retain(|secret| !secret.is_empty());
        secrets
    }
}

async fn answer_questions(
    mut stream: UnixStream,
    wanted: &[String; 2],
    answer: &str,
    asks: usize,
) -> io::Result<()> {
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    for _ in 0..asks {
        let mut question = (&mut read).take(QUESTION);
        let mut known = [false; 2];
        loop {
            let mut line = Vec::new();
            if question.read_until(b'\n', &mut line).await? == 0 {
                return Ok(());
            }
            let line = String::from_utf8_lossy(&line).trim_end_matches('\n').to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            for (known, wanted) in known.iter_mut().zip(wanted) {
                *known |= line == *wanted;
            }
        }
        write.write_all(if known == [true; 2] { answer.as_bytes() } else { b"\n" }).await?;
    }
    Ok(())
}
