//! What the gallery says around its scenarios, in both languages.

use super::Lang;

/// Everything that it says by itself.
pub struct Texts {
    /// The gallery, and the button that opens it.
    pub title: &'static str,
    /// What it is, a sentence.
    pub about: &'static str,
    /// It is being fetched.
    pub coming: &'static str,
    /// It could not be fetched.
    pub failed: &'static str,
    /// Button: fetch it again.
    pub again: &'static str,
    /// The scenario that is on the page.
    pub open: &'static str,
}

const EN: Texts = Texts {
    title: "Gallery",
    about: "Small machines, one thing each. Undo brings your own text back.",
    coming: "The scenarios are on their way.",
    failed: "The scenarios could not be fetched. All the rest of the page works.",
    again: "Try again",
    open: "open",
};

const ZH: Texts = Texts {
    title: "场景集",
    about: "每个场景一台小机器，只讲一件事。撤销即可找回你自己的脚本。",
    coming: "正在读取场景。",
    failed: "场景读取失败，页面的其余部分不受影响。",
    again: "再试一次",
    open: "当前",
};

impl Lang {
    /// The gallery's texts.
    #[inline(never)]
    pub const fn gallery(self) -> &'static Texts {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}
