//! What is said while a long run goes on, in both languages.

use super::Lang;

/// Everything that is said.
pub struct Texts {
    /// The line as a part of the page.
    pub region: &'static str,
    /// What goes on.
    pub name: &'static str,
    /// How far it is: `{0}` events, `{1}` percent of the statements.
    pub numbers: &'static str,
    /// Said once, aloud.
    pub said: &'static str,
    /// Button.
    pub cancel: &'static str,
    /// It was cancelled.
    pub cancelled: &'static str,
    /// Button: to its end.
    pub again: &'static str,
    /// Refused: that needs the whole run.
    pub needs_whole: &'static str,
}

const EN: Texts = Texts {
    region: "Long run",
    name: "Running",
    numbers: "{0 event} · {1} %",
    said: "A long run goes on. The page can be used meanwhile; Escape cancels the run.",
    cancel: "Cancel",
    cancelled: "The run was cancelled. What is shown is its beginning; the text is untouched.",
    again: "Run to the end",
    needs_whole: "This needs the whole run: let it come to its end first.",
};

const ZH: Texts = Texts {
    region: "长时间运行",
    name: "正在运行",
    numbers: "{0} 个事件 · {1}%",
    said: "运行时间较长，期间页面可以照常操作，按 Esc 键可取消运行。",
    cancel: "取消",
    cancelled: "运行已取消，当前显示的是它的开头部分，脚本没有改动。",
    again: "运行到结束",
    needs_whole: "这需要完整的运行结果，请先等它运行结束。",
};

impl Lang {
    /// The texts of long runs.
    #[inline(never)]
    pub const fn running(self) -> &'static Texts {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}
