//! SMTP on the wire: lines in, replies out, with a limit on everything.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Mailbox;
use super::session::{Fault, LARGEST, Reply, Session};

/// The longest command line; longer than
/// [RFC 5321 section 4.5.3.1.4](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.4) demands.
const COMMAND: usize = 2048;

/// The longest line of a mail, its CRLF not counted
/// ([RFC 5322 section 2.1.1](https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1)).
const LINE: usize = 998;

const CONNECTIONS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(300);

/// Accepts mail on `listener` until `shutdown`; then open connections are closed.
pub async fn serve_smtp(
    listener: TcpListener,
    mailbox: Mailbox,
    shutdown: impl Future<Output = ()>,
) {
    let mut sessions = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let room = sessions.len() < CONNECTIONS;
        tokio::select! {
            () = &mut shutdown => return,
            Some(_) = sessions.join_next() => {}
            Ok((stream, _)) = listener.accept(), if room => {
                let session = Session::new(mailbox.clone());
                // A client that breaks off harms no one but itself.
                sessions.spawn(async move { drop(converse(stream, session).await) });
            }
        }
    }
}

async fn converse(stream: TcpStream, mut session: Session) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut reply = Reply::Say("220 mailbox ESMTP".to_owned());
    loop {
        let (Reply::Say(text) | Reply::Read(text) | Reply::Close(text)) = &reply;
        stream.write_all(format!("{text}\r\n").as_bytes()).await?;
        reply = match reply {
            Reply::Close(_) => return stream.shutdown().await,
            Reply::Read(_) => session.received(mail(&mut stream).await?),
            Reply::Say(_) => match line(&mut stream, COMMAND).await? {
                Line::End => return Ok(()),
                Line::TooLong => Reply::Say("500 5.5.2 line too long".to_owned()),
                Line::Whole { text, .. } => session.answer(&String::from_utf8_lossy(&text)),
            },
        };
    }
}

/// The mail up to the line with one dot, doubled dots undone
/// ([RFC 5321 section 4.5.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2)). It is read to its
/// end even when it is at fault, so that the conversation goes on.
async fn mail(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Result<Vec<u8>, Fault>> {
    let mut raw = Vec::new();
    let mut fault = None;
    loop {
        // One byte more than a line, for the dot that was doubled.
        match line(stream, LINE + 1).await? {
            Line::End => return Err(io::ErrorKind::UnexpectedEof.into()),
            Line::TooLong => fault = fault.or(Some(Fault::LineTooLong)),
            Line::Whole { crlf: false, .. } => fault = fault.or(Some(Fault::BareLineFeed)),
            Line::Whole { text, .. } if text == b"." => break,
            Line::Whole { text, .. } => {
                let text = text.strip_prefix(b".").unwrap_or(&text);
                if text.len() > LINE {
                    fault = fault.or(Some(Fault::LineTooLong));
                } else if raw.len() + text.len() + 2 > LARGEST {
                    fault = fault.or(Some(Fault::TooLarge));
                } else {
                    raw.extend_from_slice(text);
                    raw.extend_from_slice(b"\r\n");
                }
            }
        }
    }
    Ok(fault.map_or(Ok(raw), Err))
}

enum Line {
    /// The client is gone.
    End,
    /// Longer than the limit; the rest was thrown away.
    TooLong,
    /// A line without its end, and whether that was CRLF.
    Whole { text: Vec<u8>, crlf: bool },
}

async fn line(stream: &mut (impl AsyncBufRead + Unpin), limit: usize) -> io::Result<Line> {
    let mut text = Vec::new();
    let mut too_long = false;
    loop {
        let there = timeout(PATIENCE, stream.fill_buf()).await??;
        if there.is_empty() {
            return Ok(Line::End);
        }
        let end = there.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(there.len(), |end| end + 1);
        text.extend_from_slice(&there[..taken]);
        stream.consume(taken);
        if text.len() > limit + 2 {
            too_long = true;
            text.clear();
        }
        if end.is_some() {
            let crlf = text.ends_with(b"\r\n");
            text.truncate(text.len().saturating_sub(if crlf { 2 } else { 1 }));
            let whole = !too_long && text.len() <= limit;
            return Ok(if whole { Line::Whole { text, crlf } } else { Line::TooLong });
        }
    }
}
