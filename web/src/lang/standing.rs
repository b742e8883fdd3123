//! What is said about the page itself and stands until it was read, in both languages.

use super::Lang;

/// Everything that is said.
pub struct Texts {
    /// A new version is here.
    pub update: &'static str,
    /// Button: load it.
    pub take_update: &'static str,
    /// The browser keeps nothing.
    pub blocked: &'static str,
    /// There is no more room.
    pub full: &'static str,
    /// A newer lab wrote what is kept.
    pub newer: &'static str,
    /// The progress could not be read.
    pub damaged: &'static str,
    /// Button: what could not be read, as a file.
    pub save_damaged: &'static str,
    /// Another tab has another scenario.
    pub other_tab: &'static str,
    /// Texts of other tabs are kept.
    pub others: &'static str,
    /// Button: those, as a file.
    pub save_others: &'static str,
    /// Button: forget them.
    pub forget_others: &'static str,
}

const EN: Texts = Texts {
    update: "A new version is ready: reload when it suits you, your work is kept.",
    take_update: "Reload now",
    blocked: "This browser keeps nothing for this page: before you close it, save your scenario as a file or share it as a link.",
    full: "This browser has no more room for your work: before you close the page, save your scenario as a file.",
    newer: "What is kept here was written by a newer lab, so this page leaves it alone and keeps nothing: reload for the newer one, or save your scenario as a file.",
    damaged: "The kept progress of the course could not be read: it is set aside, not deleted, and you can save it as a file.",
    save_damaged: "Save what could not be read",
    other_tab: "Another tab has another scenario: each tab keeps its own, and a new one opens what was changed last and offers the other.",
    others: "Scenarios of other tabs are kept here, too: save them as a file, or forget them.",
    save_others: "Save them as a file",
    forget_others: "Forget them",
};

const ZH: Texts = Texts {
    update: "新版本已经就绪：方便时重新载入即可，你的内容会保留。",
    take_update: "现在重新载入",
    blocked: "浏览器不允许本页保存任何内容：关闭前请把脚本保存为文件，或者用链接分享出去。",
    full: "浏览器的存储空间已满，放不下你的内容：关闭前请把脚本保存为文件。",
    newer: "这里的内容是新版实验室保存的，本页不会改动它，也不再保存任何内容：请重新载入以使用新版，或者把脚本保存为文件。",
    damaged: "课程进度无法读取：它没有被删除，已单独保留，可以保存为文件。",
    save_damaged: "保存无法读取的进度",
    other_tab: "另一个标签页里是另一份脚本：各标签页保留各自的内容，新开的标签页会打开最后修改的那份，另一份也可以从那里打开。",
    others: "这里还留着其他标签页的脚本：可以保存为文件，也可以不再保留。",
    save_others: "保存为文件",
    forget_others: "不再保留",
};

impl Lang {
    /// What is said about the page itself.
    #[inline(never)]
    pub const fn standing(self) -> &'static Texts {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}
