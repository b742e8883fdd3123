//! How the page is arranged: which panels are folded or enlarged, what stands beside the map, how large everything is drawn
//! for a projector. It is looked at, remembered, and part of no scenario.
//!
//! Pure values with a text form for the browser's storage; what they look like is the panels' and the stylesheet's matter.

/// What stands beside the map.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Side {
    /// The decision path.
    #[default]
    Path,
    /// What has happened, in sentences.
    Transcript,
    /// The kernel's messages.
    Dmesg,
    /// What the kernel prints about itself.
    Proc,
    /// What reclaim works on; offered where a scenario has such pages.
    Lru,
}

impl Side {
    /// All of them, as they are offered.
    pub const ALL: [Side; 5] = [
        Side::Path,
        Side::Transcript,
        Side::Dmesg,
        Side::Proc,
        Side::Lru,
    ];

    /// Its name in the storage, and its CSS class.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Path => "path",
            Side::Transcript => "transcript",
            Side::Dmesg => "dmesg",
            Side::Proc => "proc",
            Side::Lru => "lru",
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

/// A part of the page that folds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pane {
    /// The left column: lesson and text.
    Column,
    /// The scenario text in it.
    Text,
    /// The memory map.
    Map,
    /// The free lists.
    Lists,
    /// The decision path, and what else stands beside the map.
    Path,
    /// The buckets.
    Buckets,
}

impl Pane {
    /// All of them.
    pub const ALL: [Pane; 6] = [
        Pane::Column,
        Pane::Text,
        Pane::Map,
        Pane::Lists,
        Pane::Path,
        Pane::Buckets,
    ];

    /// Those of the stage: the left half from above, then the right one. Each can have the whole stage for itself.
    pub const STAGE: [[Pane; 2]; 2] = [[Pane::Map, Pane::Lists], [Pane::Path, Pane::Buckets]];

    /// Its name in the storage, and its CSS class.
    pub const fn name(self) -> &'static str {
        match self {
            Pane::Column => "column",
            Pane::Text => "text",
            Pane::Map => "map",
            Pane::Lists => "lists",
            Pane::Path => "path",
            Pane::Buckets => "buckets",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What a press of a clicker does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Clicker {
    /// An event on, or back.
    #[default]
    Step,
    /// A call on, or back.
    Call,
}

impl Clicker {
    /// Both, as they are offered.
    pub const ALL: [Clicker; 2] = [Clicker::Step, Clicker::Call];
}

/// The layout of a projected page is at least so wide and high, in its own pixels.
const PROJECTED: (f64, f64) = (1100.0, 640.0);
/// A narrower window is a phone: what it shows is large already.
const PHONE: f64 = 821.0;
/// A lower page has low rows.
const LOW: f64 = 840.0;

/// How much larger than usual everything is drawn in a window of this size, and whether its layout is a low one.
pub fn fit(projector: bool, width: f64, height: f64) -> (f64, bool) {
    let scale = if projector && width >= PHONE {
        let most = (width / PROJECTED.0).min(height / PROJECTED.1);
        most.clamp(1.1, 4.0)
    } else {
        1.0
    };
    (scale, width >= PHONE && height / scale < LOW)
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
    /// Everything is large, and a clicker works.
    pub projector: bool,
    /// What the clicker does.
    pub clicker: Clicker,
    /// The pane that has the whole stage, or the column, in place of the stage.
    pub enlarged: Option<Pane>,
    /// A bit a pane.
    folded: u8,
}

impl Default for Frame {
    fn default() -> Frame {
        Frame {
            side: Side::default(),
            file: ProcFile::default(),
            letters: true,
            projector: false,
            clicker: Clicker::default(),
            enlarged: None,
            folded: 0,
        }
    }
}

impl Frame {
    /// Only its head is shown.
    pub const fn is_folded(&self, pane: Pane) -> bool {
        self.folded & pane.bit() != 0
    }

    /// Folds a pane, or unfolds it. What is enlarged is not folded at the same time.
    pub fn fold(&mut self, pane: Pane) {
        self.folded ^= pane.bit();
        if self.is_folded(pane) && self.enlarged == Some(pane) {
            self.enlarged = None;
        }
    }

    /// Gives a pane the whole stage, or all of them their places again. The column takes the stage's place, to be read.
    pub fn enlarge(&mut self, pane: Option<Pane>) {
        self.enlarged = pane.filter(|pane| *pane != Pane::Text);
        if let Some(pane) = self.enlarged {
            self.folded &= !pane.bit();
        }
    }

    /// As the storage keeps it: words of `key=value`.
    pub fn written(&self) -> String {
        let switch = |on: bool| if on { "on" } else { "off" };
        let folded = Pane::ALL.into_iter().filter(|pane| self.is_folded(*pane));
        let folded: Vec<&str> = folded.map(Pane::name).collect();
        format!(
            "side={} file={} letters={} projector={} clicker={} enlarged={} folded={}",
            self.side.name(),
            self.file.name(),
            switch(self.letters),
            switch(self.projector),
            if self.clicker == Clicker::Call {
                "call"
            } else {
                "step"
            },
            self.enlarged.map_or("", Pane::name),
            folded.join(","),
        )
    }

    /// What the storage kept. Words that this page does not know are passed over.
    pub fn read(text: &str) -> Frame {
        let pane = |name: &str| Pane::ALL.into_iter().find(|pane| pane.name() == name);
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
                "projector" => frame.projector = value == "on",
                "clicker" if value == "call" => frame.clicker = Clicker::Call,
                "enlarged" => frame.enlarge(pane(value)),
                "folded" => {
                    for pane in value.split(',').filter_map(pane) {
                        frame.folded |= pane.bit();
                    }
                }
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
        let mut frames = vec![Frame::default()];
        for side in Side::ALL {
            frames.push(Frame {
                side,
                letters: false,
                ..Frame::default()
            });
        }
        for file in ProcFile::ALL {
            frames.push(Frame {
                file,
                projector: true,
                clicker: Clicker::Call,
                ..Frame::default()
            });
        }
        for pane in Pane::ALL {
            let mut frame = Frame::default();
            frame.fold(pane);
            frame.enlarge(Some(Pane::Path));
            frames.push(frame);
        }
        for frame in frames {
            assert_eq!(Frame::read(&frame.written()), frame);
        }
    }

    #[test]
    fn nothing_is_folded_and_enlarged_at_once() {
        let mut frame = Frame::default();
        frame.fold(Pane::Map);
        frame.enlarge(Some(Pane::Map));
        assert!(!frame.is_folded(Pane::Map));
        frame.fold(Pane::Map);
        assert_eq!((frame.enlarged, frame.is_folded(Pane::Map)), (None, true));
        frame.enlarge(Some(Pane::Text));
        assert_eq!(frame.enlarged, None, "the text is no part of the stage");
        frame.fold(Pane::Column);
        frame.enlarge(Some(Pane::Column));
        assert!(!frame.is_folded(Pane::Column), "it is there to be read");
    }

    #[test]
    fn a_projected_page_keeps_its_room() {
        for (width, height) in [
            (1920.0, 1080.0),
            (1440.0, 900.0),
            (1280.0, 720.0),
            (3840.0, 2160.0),
        ] {
            let (scale, low) = fit(true, width, height);
            assert!(scale >= 1.1 && low);
            assert!(
                width / scale >= 1099.0 && height / scale >= 639.0,
                "{width}"
            );
        }
        assert_eq!(fit(true, 390.0, 844.0), (1.0, false));
        assert_eq!(fit(false, 1440.0, 900.0), (1.0, false));
        assert_eq!(fit(false, 1280.0, 720.0), (1.0, true));
    }

    #[test]
    fn a_strange_text_is_the_usual_arrangement() {
        for text in ["", "side=kitchen", "file", "color=red side=", "=== =", "🐧"] {
            assert_eq!(Frame::read(text), Frame::default(), "{text}");
        }
    }
}
