//! The envelope of a message: what an embedding window may send, and whether what came is that. Pure: `port` carries it.
//!
//! `docs/embedding.md` is the page about it, `static/kmalloc-lab.d.ts` its types. What is not understood to the letter is
//! refused as a whole; nothing is guessed.

use serde::Deserialize;

/// The version of the envelope: the value of `kmallocLab` in each.
pub const VERSION: u32 = 1;

/// Letters of a text that are looked at; a scenario is shorter.
pub const MAX_TEXT: usize = 256 * 1024;

/// A message as it comes.
#[derive(Deserialize, Debug, Default)]
#[serde(default)]
pub struct Envelope {
    #[serde(rename = "kmallocLab")]
    version: Option<u32>,
    id: Option<u32>,
    command: Option<String>,
    text: Option<String>,
    cursor: Option<f64>,
    progress: Option<f64>,
    event: Option<String>,
}

/// What can be listened to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Topic {
    /// The cursor stands elsewhere.
    Moved,
    /// Another text was run.
    Ran,
    /// The open exercise was judged anew.
    Verdict,
}

impl Topic {
    /// All of them.
    pub const ALL: [Topic; 3] = [Topic::Moved, Topic::Ran, Topic::Verdict];

    /// Its name for JavaScript.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Moved => "moved",
            Topic::Ran => "ran",
            Topic::Verdict => "verdict",
        }
    }

    /// The topic of this name.
    pub fn named(name: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.name() == name)
    }
}

/// What is asked for.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Put this scenario in place of the present one.
    Run(String),
    /// Make these calls after the present ones.
    Call(String),
    /// Look at another moment.
    Seek {
        /// Events that have happened.
        cursor: usize,
        /// How far the movement of the last one has come, 0 to 1.
        progress: Option<f32>,
    },
    /// Tell the moment that is shown.
    Snapshot,
    /// Tell how the open exercise stands.
    Verdict,
    /// Tell from now on.
    On(Topic),
    /// Tell no longer.
    Off(Topic),
}

/// A message that is understood.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// The sender's number for it: the answer carries it, too.
    pub id: u32,
    /// What is asked for.
    pub command: Command,
}

/// Why a message is ignored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// It is no envelope, or one of another version.
    NoEnvelope,
    /// It has no number that an answer could carry.
    NoId,
    /// No command has this name.
    UnknownCommand,
    /// The command needs something else.
    WrongArgument,
}

/// What a message asks for.
pub fn read(envelope: Envelope) -> Result<Request, Refused> {
    if envelope.version != Some(VERSION) {
        return Err(Refused::NoEnvelope);
    }
    let id = envelope.id.ok_or(Refused::NoId)?;
    let text = || {
        let text = envelope.text.as_ref();
        text.filter(|text| text.len() <= MAX_TEXT)
            .cloned()
            .ok_or(Refused::WrongArgument)
    };
    let topic = || {
        let name = envelope.event.as_deref();
        name.and_then(Topic::named).ok_or(Refused::WrongArgument)
    };
    let command = match envelope.command.as_deref() {
        Some("run") => Command::Run(text()?),
        Some("call") => Command::Call(text()?),
        Some("seek") => seek(envelope.cursor, envelope.progress)?,
        Some("snapshot") => Command::Snapshot,
        Some("verdict") => Command::Verdict,
        Some("on") => Command::On(topic()?),
        Some("off") => Command::Off(topic()?),
        _ => return Err(Refused::UnknownCommand),
    };
    Ok(Request { id, command })
}

/// A cursor and a progress from numbers that may be any.
pub fn seek(cursor: Option<f64>, progress: Option<f64>) -> Result<Command, Refused> {
    let sound = |number: &f64| number.is_finite() && *number >= 0.0;
    let cursor = cursor.filter(sound).ok_or(Refused::WrongArgument)?;
    let progress = match progress {
        Some(progress) if sound(&progress) && progress <= 1.0 => Some(progress as f32),
        Some(_) => return Err(Refused::WrongArgument),
        None => None,
    };
    Ok(Command::Seek {
        cursor: cursor as usize,
        progress,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        Envelope {
            version: Some(1),
            id: Some(7),
            ..Envelope::default()
        }
    }

    fn asking(command: &str) -> Envelope {
        Envelope {
            command: Some(command.into()),
            ..envelope()
        }
    }

    #[test]
    fn a_command_with_what_it_needs_is_understood() {
        let text = Some("kfree(p);".to_string());
        let ran = read(Envelope {
            text: text.clone(),
            ..asking("run")
        });
        assert_eq!(
            ran,
            Ok(Request {
                id: 7,
                command: Command::Run("kfree(p);".into())
            })
        );
        let sought = read(Envelope {
            cursor: Some(12.7),
            progress: Some(0.5),
            ..asking("seek")
        });
        assert_eq!(
            sought.map(|request| request.command),
            Ok(Command::Seek {
                cursor: 12,
                progress: Some(0.5)
            })
        );
        for topic in Topic::ALL {
            let on = read(Envelope {
                event: Some(topic.name().into()),
                ..asking("on")
            });
            assert_eq!(on.map(|on| on.command), Ok(Command::On(topic)));
        }
    }

    #[test]
    fn whatever_is_missing_or_odd_is_refused() {
        let huge = "x".repeat(MAX_TEXT + 1);
        let some = |text: &str| Some(text.to_string());
        for (envelope, refused) in [
            (Envelope::default(), Refused::NoEnvelope),
            (
                Envelope {
                    version: Some(2),
                    ..asking("snapshot")
                },
                Refused::NoEnvelope,
            ),
            (
                Envelope {
                    id: None,
                    ..asking("snapshot")
                },
                Refused::NoId,
            ),
            (envelope(), Refused::UnknownCommand),
            (asking("Snapshot"), Refused::UnknownCommand),
            (asking("run"), Refused::WrongArgument),
            (
                Envelope {
                    text: Some(huge),
                    ..asking("run")
                },
                Refused::WrongArgument,
            ),
            (asking("seek"), Refused::WrongArgument),
            (
                Envelope {
                    cursor: Some(f64::NAN),
                    ..asking("seek")
                },
                Refused::WrongArgument,
            ),
            (
                Envelope {
                    cursor: Some(1.0),
                    progress: Some(1.5),
                    ..asking("seek")
                },
                Refused::WrongArgument,
            ),
            (asking("on"), Refused::WrongArgument),
            (
                Envelope {
                    event: some("everything"),
                    ..asking("on")
                },
                Refused::WrongArgument,
            ),
        ] {
            assert_eq!(read(envelope), Err(refused));
        }
    }
}
