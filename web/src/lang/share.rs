//! What the share dialog and the bar of a sequence say, in both languages.

use super::Lang;
use crate::share::FileError;

/// Everything that they say. `{0}` and so on are filled where they are used.
pub struct Texts {
    /// What sharing means here.
    pub about: &'static str,
    /// Heading: links.
    pub link: &'static str,
    /// The field with the link: from the start.
    pub link_start: &'static str,
    /// The same: to this moment, `{0}` its event.
    pub link_moment: &'static str,
    /// Button.
    pub copy_link: &'static str,
    /// Button.
    pub copy_moment: &'static str,
    /// Button.
    pub copy_text: &'static str,
    /// Button.
    pub copy_markdown: &'static str,
    /// Button: the code is shown.
    pub qr: &'static str,
    /// The picture of the code.
    pub qr_label: &'static str,
    /// The link is too long for a code: `{0}` its length.
    pub qr_long: &'static str,
    /// Checkbox: `{0}` is the exercise.
    pub with_exercise: &'static str,
    /// Checkbox: whoever opens the link reads this language.
    pub with_lang: &'static str,
    /// How long the link is.
    pub length: &'static str,
    /// No link is short enough.
    pub too_long: &'static str,
    /// The text has errors.
    pub stale: &'static str,
    /// Told: copied.
    pub link_copied: &'static str,
    /// Told: not copied.
    pub link_not_copied: &'static str,
    /// Told: `{0}` is the picture's file.
    pub markdown_copied: &'static str,
    /// Heading: the file.
    pub file: &'static str,
    /// What can be done with files.
    pub file_about: &'static str,
    /// Button.
    pub open_file: &'static str,
    /// Button.
    pub save_file: &'static str,
    /// Heading: pictures of the moment.
    pub picture: &'static str,
    /// What the pictures are.
    pub picture_about: &'static str,
    /// Told: no PNG could be made.
    pub no_png: &'static str,
    /// Heading: the run as data.
    pub data: &'static str,
    /// What is in it: `{0}` events.
    pub data_about: &'static str,
    /// The progress of a file: `{0}` its name.
    pub making: &'static str,
    /// Button.
    pub cancel: &'static str,
    /// Told: `{0}` is a file.
    pub saved: &'static str,
    /// Told: a file was not made.
    pub cancelled: &'static str,
    /// Heading: the kernel's texts.
    pub kernel: &'static str,
    /// What they are.
    pub kernel_about: &'static str,
    /// Heading: a sequence.
    pub sequence: &'static str,
    /// What it is.
    pub sequence_about: &'static str,
    /// The field of the sentence.
    pub sentence: &'static str,
    /// Button.
    pub add: &'static str,
    /// The sequence takes no more.
    pub full: &'static str,
    /// A scenario without a sentence.
    pub unsaid: &'static str,
    /// Button: `{0}` is the number.
    pub earlier: &'static str,
    /// Button: `{0}` is the number.
    pub later: &'static str,
    /// Button: `{0}` is the number.
    pub remove: &'static str,
    /// Button: play the sequence here.
    pub play: &'static str,
    /// Button.
    pub copy_sequence: &'static str,
    /// The sequence is too long for a link: `{0}` is its length.
    pub sequence_long: &'static str,
    /// An own sequence was put aside: `{0}` scenarios.
    pub aside: &'static str,
    /// Button.
    pub bring_back: &'static str,
    /// The bar.
    pub bar: &'static str,
    /// Where it is: `{0}` of `{1}`.
    pub place: &'static str,
    /// Button.
    pub previous: &'static str,
    /// Button.
    pub next: &'static str,
    /// Button: this scenario as the teacher sent it.
    pub again: &'static str,
    /// Button.
    pub leave: &'static str,
}

const EN: Texts = Texts {
    about: "Nothing is uploaded: the link itself carries the scenario.",
    link: "Link",
    link_start: "Link to the scenario, from its start",
    link_moment: "Link to this moment, event {0}",
    copy_link: "Copy link",
    copy_moment: "Copy link to this moment",
    copy_text: "Copy as text",
    copy_markdown: "Copy as Markdown, save its picture",
    qr: "QR code",
    qr_label: "QR code of the link",
    qr_long: "A QR code takes links of up to 600 characters; this one has {0}.",
    with_exercise: "Opens the exercise {0}, too",
    with_lang: "Opens in English for everybody",
    length: "{0} characters.",
    too_long: "This scenario is too long for a link of 2,000 characters. Save it as a file, or copy it as text.",
    stale: "The text has errors: a link carries the last scenario that could be run, file and text carry what is written.",
    link_copied: "The link is copied.",
    link_not_copied: "The browser does not let the page copy: select the link and copy it by hand.",
    markdown_copied: "The Markdown is copied. It shows `{0}`, which was saved: put the two side by side.",
    file: "File",
    file_about: "With comments and names. A .kms file can also be dropped on the page.",
    open_file: "Open a file",
    save_file: "Save as .kms",
    picture: "Picture of this moment",
    picture_about: "The map, the free lists, and what is happening.",
    no_png: "This browser cannot draw the picture; the SVG has the same in it.",
    data: "The run as data",
    data_about: "Every call with its answer, and every event: {0}.",
    making: "Writing {0}",
    cancel: "Cancel",
    saved: "`{0}` is ready.",
    cancelled: "Stopped; no file was saved.",
    kernel: "What the kernel prints",
    kernel_about: "As text, at this moment.",
    sequence: "Sequence",
    sequence_about: "Several scenarios in one link, each with a sentence: a lecture that others can walk through.",
    sentence: "What is there to see? One sentence",
    add: "Add this moment",
    full: "A sequence holds 64 scenarios; remove one first.",
    unsaid: "(no sentence)",
    earlier: "Move scenario {0} up",
    later: "Move scenario {0} down",
    remove: "Remove scenario {0}",
    play: "Play it here",
    copy_sequence: "Copy link to the sequence",
    sequence_long: "The link to this sequence would have {0} characters; 2,000 are the most. Remove a scenario, or say it shorter.",
    aside: "A link brought another sequence; your own with {0} was put aside.",
    bring_back: "Bring it back",
    bar: "Sequence",
    place: "{0} of {1}",
    previous: "Previous scenario",
    next: "Next scenario",
    again: "As it was sent",
    leave: "Close the sequence",
};

const ZH: Texts = Texts {
    about: "不会上传任何内容：脚本就装在链接里。",
    link: "链接",
    link_start: "脚本的链接，从头开始",
    link_moment: "指向此刻的链接，事件 {0}",
    copy_link: "复制链接",
    copy_moment: "复制此刻的链接",
    copy_text: "复制为文本",
    copy_markdown: "复制为 Markdown，并保存配图",
    qr: "二维码",
    qr_label: "链接的二维码",
    qr_long: "二维码最多容纳 600 个字符的链接，这条有 {0} 个。",
    with_exercise: "同时打开练习 {0}",
    with_lang: "对所有人都以中文打开",
    length: "共 {0} 个字符。",
    too_long: "脚本太长，2000 个字符的链接装不下。请保存为文件，或复制为文本。",
    stale: "脚本里有错误：链接里是最后一份能运行的脚本，文件和文本里则是现在写的内容。",
    link_copied: "链接已复制。",
    link_not_copied: "浏览器不允许页面写入剪贴板，请选中链接后手动复制。",
    markdown_copied: "Markdown 已复制。它引用刚保存的 `{0}`，请把两者放在一起。",
    file: "文件",
    file_about: "注释和变量名都保留。也可以把 .kms 文件拖到页面上。",
    open_file: "打开文件",
    save_file: "保存为 .kms",
    picture: "此刻的图",
    picture_about: "内存布局、空闲链表，以及正在发生的事。",
    no_png: "这个浏览器画不出这张图；SVG 里的内容完全一样。",
    data: "运行数据",
    data_about: "每次调用及其结果，以及每个事件：{0}。",
    making: "正在生成 {0}",
    cancel: "取消",
    saved: "`{0}` 已生成。",
    cancelled: "已停止，没有保存文件。",
    kernel: "内核的输出",
    kernel_about: "此刻的内容，存为文本。",
    sequence: "场景序列",
    sequence_about: "一个链接装下几个场景，每个配一句话：别人可以照着走完这堂课。",
    sentence: "这里要看什么？写一句话",
    add: "加入此刻",
    full: "一个序列最多 64 个场景，请先删去一个。",
    unsaid: "（没有说明）",
    earlier: "场景 {0} 上移",
    later: "场景 {0} 下移",
    remove: "删去场景 {0}",
    play: "在这里播放",
    copy_sequence: "复制序列的链接",
    sequence_long: "这个序列的链接会有 {0} 个字符，上限是 2000。请删去一个场景，或把说明写短些。",
    aside: "链接里是另一个序列；你自己的序列（{0}）已暂时保留。",
    bring_back: "换回我的序列",
    bar: "场景序列",
    place: "第 {0} 个，共 {1} 个",
    previous: "上一个场景",
    next: "下一个场景",
    again: "恢复原样",
    leave: "关闭序列",
};

impl Lang {
    /// The texts of sharing.
    #[inline(never)]
    pub const fn share(self) -> &'static Texts {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

/// So many events, or scenarios.
pub fn counted(lang: Lang, count: usize, scenarios: bool) -> String {
    let count = super::grouped(count as u64);
    match (lang, scenarios) {
        (Lang::En, true) => format!("{count} scenario{}", if count == "1" { "" } else { "s" }),
        (Lang::En, false) => format!("{count} event{}", if count == "1" { "" } else { "s" }),
        (Lang::Zh, true) => format!("{count} 个场景"),
        (Lang::Zh, false) => format!("{count} 个事件"),
    }
}

/// Why a file was not opened.
pub const fn refused(lang: Lang, error: FileError) -> &'static str {
    let both = match error {
        FileError::TooBig => [
            "This file is larger than the 256 KB that a scenario may have; your work is as it was.",
            "文件超过了脚本 256 KB 的上限；你的内容保持不变。",
        ],
        FileError::Binary => [
            "This file is no text; your work is as it was. The lab opens .kms files.",
            "这个文件不是文本；你的内容保持不变。这里打开的是 .kms 文件。",
        ],
        FileError::NotUtf8 => [
            "This text is not in UTF-8; your work is as it was. Save it as UTF-8 and open it again.",
            "这个文本不是 UTF-8 编码；你的内容保持不变。请另存为 UTF-8 后再打开。",
        ],
    };
    both[lang as usize]
}
