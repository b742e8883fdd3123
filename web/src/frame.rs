//! How the page is arranged: what stands beside the map. It is looked at, remembered, and part of no scenario.
//!
//! Pure values with a text form for the browser's storage; what they look like is the panels' and the stylesheet's matter.

/// What stands beside the map.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Side {
    /// The decision path.
    #[default]
    Path,
    /// The kernel's messages.
    Dmesg,
    /// What the kernel prints about itself.
    Proc,
}

impl Side {
    /// All of them, as they are offered.
    pub const ALL: [Side; 3] = [Side::Path, Side::Dmesg, Side::Proc];

    /// Its name in the storage, and its CSS class.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Path => "path",
            Side::Dmesg => "dmesg",
            Side::Proc => "proc",
        }
    }
}

/// A text that the kernel prints about its memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ProcFile {
    /// Free blocks of each order.
    #[default]
    Buddyinfo,
    /// Every cache.
    Slabinfo,
    /// Totals.
    Meminfo,
    /// The zones' watermarks.
    Marks,
}

impl ProcFile {
    /// All of them, as they are offered.
    pub const ALL: [ProcFile; 4] = [
        ProcFile::Buddyinfo,
        ProcFile::Slabinfo,
        ProcFile::Meminfo,
        ProcFile::Marks,
    ];

    /// Its name: the file's, or what the kernel calls what is in it.
    pub const fn name(self) -> &'static str {
        match self {
            ProcFile::Buddyinfo => "buddyinfo",
            ProcFile::Slabinfo => "slabinfo",
            ProcFile::Meminfo => "meminfo",
            ProcFile::Marks => "marks",
        }
    }

    /// Where a reader of that kernel finds it.
    pub const fn place(self) -> &'static str {
        match self {
            ProcFile::Buddyinfo => "/proc/buddyinfo",
            ProcFile::Slabinfo => "/proc/slabinfo",
            ProcFile::Meminfo => "/proc/meminfo",
            ProcFile::Marks => "show_free_areas()",
        }
    }
}

/// The arrangement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// What stands beside the map.
    pub side: Side,
    /// Which of the kernel's texts is open there.
    pub file: ProcFile,
    /// Keys of one letter do something. Who speaks to a computer, or types with one hand, may not want that.
    pub letters: bool,
}

impl Default for Frame {
    fn default() -> Frame {
        Frame {
            side: Side::default(),
            file: ProcFile::default(),
            letters: true,
        }
    }
}

impl Frame {
    /// As the storage keeps it: words of `key=value`.
    pub fn written(&self) -> String {
        let letters = if self.letters { "on" } else { "off" };
        format!(
            "side={} file={} letters={letters}",
            self.side.name(),
            self.file.name()
        )
    }

    /// What the storage kept. Words that this page does not know are passed over.
    pub fn read(text: &str) -> Frame {
        let mut frame = Frame::default();
        for (key, value) in text.split(' ').filter_map(|word| word.split_once('=')) {
            match key {
                "side" => {
                    let found = Side::ALL.into_iter().find(|side| side.name() == value);
                    frame.side = found.unwrap_or_default();
                }
                "file" => {
                    let found = ProcFile::ALL.into_iter().find(|file| file.name() == value);
                    frame.file = found.unwrap_or_default();
                }
                "letters" => frame.letters = value != "off",
                _ => {}
            }
        }
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again() {
        for side in Side::ALL {
            for file in ProcFile::ALL {
                for letters in [true, false] {
                    let frame = Frame {
                        side,
                        file,
                        letters,
                    };
                    assert_eq!(Frame::read(&frame.written()), frame);
                }
            }
        }
    }

    #[test]
    fn a_strange_text_is_the_usual_arrangement() {
        for text in ["", "side=kitchen", "file", "color=red side=", "=== =", "🐧"] {
            assert_eq!(Frame::read(text), Frame::default(), "{text}");
        }
    }
}
