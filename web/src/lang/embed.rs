//! What an embedded lab says around its panels, in both languages.

use super::Lang;

/// Everything that it says by itself.
pub struct Texts {
    /// The link to the whole page.
    pub open_full: &'static str,
    /// The same for a reader, with what comes along.
    pub open_full_long: &'static str,
    /// The panels, as a region.
    pub panels: &'static str,
}

const EN: Texts = Texts {
    open_full: "Open in the full lab",
    open_full_long: "Open this scenario at this moment in the full lab, in a new tab",
    panels: "Panels",
};

const ZH: Texts = Texts {
    open_full: "在完整实验室中打开",
    open_full_long: "在新标签页的完整实验室中打开此脚本，停在同一时刻",
    panels: "面板",
};

impl Lang {
    /// The texts of an embedded lab.
    #[inline(never)]
    pub const fn embed(self) -> &'static Texts {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}
