//! What a person sees while waiting: what is being done, how long it usually takes, how long it took.

use std::time::{Duration, Instant};

/// One line of news, set apart from the output of the tools.
pub(crate) fn news(text: &str) {
    eprintln!("[xtask] {text}");
}

/// A piece of work that takes long enough to be announced.
pub(crate) struct Work {
    name: String,
    started: Instant,
}

impl Work {
    /// Announces the work. `usually` says how long a person will wait.
    pub(crate) fn start(name: impl Into<String>, usually: &str) -> Self {
        let name = name.into();
        news(&format!("{name} (usually {usually}) ..."));
        Self {
            name,
            started: Instant::now(),
        }
    }

    /// Tells that the work goes on.
    pub(crate) fn still(&self, detail: &str) {
        news(&format!(
            "{}: {detail}, {} so far",
            self.name,
            duration(self.started.elapsed())
        ));
    }

    /// Tells that the work is done.
    pub(crate) fn done(self) {
        news(&format!(
            "{}: done in {}",
            self.name,
            duration(self.started.elapsed())
        ));
    }
}

/// `7 s`, `2 min 05 s`.
pub(crate) fn duration(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_millis(7_900)), "7 s");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 05 s");
    }
}
