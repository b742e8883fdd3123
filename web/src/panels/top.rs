//! The top bar: where the student is, which kernel and machine, sharing, language, light.

use kmalloc_core::profile::{Kernel, MachineSpec, Reserve};
use yew::prelude::*;

use super::el::El;
use crate::compare::CompareAction;
use crate::frame::{Clicker, Frame, Pane};
use crate::lang::app::{self, Texts};
use crate::lang::{Arg, Lang, fill};
use crate::share::ShareAction;
use crate::view::{Action, Theme, emits};
use crate::widgets::Menu;

const HALF_MOON: &str = "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM8 3v10A5 5 0 0 0 8 3z";

const PROJECTOR: &str = "M1.5 2.5h13v8h-13zM8 10.5v2.5M5 14.5l3-2 3 2";
const CARDS: &str = "M2 2.5h5v4.5H2zM9 2.5h5v4.5H9zM2 9h5v4.5H2zM9 9h5v4.5H9z";
const SIDES: &str = "M1.5 2.5h5.5v11H1.5zM9 2.5h5.5v11H9z";
const SIDEBAR: &str = "M1.5 2.5h13v11h-13zM6 2.5v11";

/// Pages in a megabyte.
const PER_MEGABYTE: u32 = 256;

/// What the bar is given.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The light.
    pub theme: Theme,
    /// The title of the open chapter; empty while it is not here.
    pub chapter: String,
    /// The machine that runs.
    pub machine: MachineSpec,
    /// How the page is arranged.
    pub frame: Frame,
    /// Where actions go.
    pub on: Callback<Action>,
}

/// The machines of the menu: the teaching machine, then PCs of 16, 64 and 256 MB.
pub(super) fn machines() -> [MachineSpec; 4] {
    let pc = |megabytes: u32| MachineSpec {
        // The DMA zone of a PC ends at 16 MB, the reach of ISA cards.
        zone_pages: [16 * PER_MEGABYTE, (megabytes - 16) * PER_MEGABYTE, 0],
        reserve: Reserve::I386,
        ..MachineSpec::default()
    };
    [MachineSpec::default(), pc(16), pc(64), pc(256)]
}

/// The top bar.
#[component]
pub fn Top(props: &Props) -> Html {
    let Props {
        lang,
        theme,
        chapter,
        machine,
        frame,
        on,
    } = props;
    let open = !frame.is_folded(Pane::Column);
    let projector = frame.projector;
    let clickers = Clicker::ALL.map(|clicker| AttrValue::from(app::clicker(*lang, clicker)));
    let texts = lang.app();
    // The part before the colon: here is no room for a whole title.
    let title = chapter.split([':', '：']).next().unwrap_or(chapter);
    let (clause, section) = texts.book.split_once(' ').unwrap_or((texts.book, ""));
    let kernels = Kernel::ALL
        .iter()
        .map(|kernel| format!("Linux {}", kernel.name()).into());
    let next_theme = match theme {
        Theme::Auto => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::Auto,
    };
    let theme_name = fill(texts.theme, &[Arg::Text(app::theme(*lang, *theme))]);
    html! {
        <header class="top">
            { El::icon_button(texts.column, SIDEBAR, emits(on, Action::Fold(Pane::Column))).class("sidebar").expanded(open).html() }
            <h1>
                <svg viewBox="0 0 18 18" aria-hidden="true">
                    <path class="frame" d="M2.5 1.5h13a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zM8 1.5v15M8 8h8.5" />
                    <path class="page" d="M10 10h5v5h-5z" />
                </svg>
                { texts.name }
            </h1>
            <p class="where">
                <span>{ clause }{ " " }<span class="section">{ section }</span></span>
                <i aria-hidden="true">{ " ▸ " }</i>
                <b>{ title }</b>
            </p>
            <div class="tools">
                <Menu
                    class="kernel"
                    label={texts.kernel}
                    caption={texts.kernel}
                    options={kernels.collect::<Vec<AttrValue>>()}
                    chosen={Kernel::ALL.iter().position(|known| *known == machine.kernel).unwrap_or(0)}
                    on={Callback::noop()}
                />
                { machine_menu(texts, machine, on) }
                { line_menu(texts, machine, on) }
                if projector {
                    <Menu
                        class="clicker"
                        label={texts.clicker}
                        caption={texts.clicker}
                        options={clickers.to_vec()}
                        chosen={frame.clicker as usize}
                        on={on.reform(|index: usize| Action::Clicker(Clicker::ALL[index]))}
                    />
                }
                { El::icon_button(lang.gallery().title, CARDS, emits(on, Action::Gallery(true))).class("to-gallery").html() }
                { El::icon_button(lang.compare().open, SIDES, emits(on, Action::Compare(CompareAction::Open))).class("to-compare").html() }
                { El::button(texts.share, emits(on, Action::Share(ShareAction::Open(true)))).class("to-share").html() }
                { El::icon_button(texts.projector, PROJECTOR, emits(on, Action::Projector(!projector))).class("projector").pressed(projector).html() }
                <div class="languages" role="group" aria-label={texts.language}>
                    { language(Lang::Zh, "中", *lang, on) }
                    <span aria-hidden="true">{ "/" }</span>
                    { language(Lang::En, "EN", *lang, on) }
                </div>
                { El::icon_button(&theme_name, HALF_MOON, emits(on, Action::Theme(next_theme))).class("theme").html() }
            </div>
        </header>
    }
}

fn language(lang: Lang, letters: &'static str, now: Lang, on: &Callback<Action>) -> Html {
    html! {
        <button
            type="button"
            lang={lang.code()}
            aria-pressed={(lang == now).to_string()}
            onclick={on.reform(move |_: MouseEvent| Action::Language(lang))}
        >
            { letters }
        </button>
    }
}

fn machine_menu(texts: &Texts, machine: &MachineSpec, on: &Callback<Action>) -> Html {
    // The cache line has a menu of its own, and further settings belong to the text.
    let mut choices = machines().to_vec();
    let found = choices.iter().position(|known| {
        known.zone_pages == machine.zone_pages && known.reserve == machine.reserve
    });
    let chosen = found.unwrap_or_else(|| {
        choices.push(machine.clone());
        choices.len() - 1
    });
    let options = choices.iter().map(|choice| sizes(texts, choice).into());
    let options: Vec<AttrValue> = options.collect();
    let present = machine.clone();
    let on = on.reform(move |index: usize| {
        let choice = &choices[index];
        Action::Machine(MachineSpec {
            zone_pages: choice.zone_pages,
            reserve: choice.reserve,
            page_size: choice.page_size,
            ..present.clone()
        })
    });
    html! { <Menu class="machine" label={texts.machine} caption={texts.machine} {options} {chosen} {on} /> }
}

fn line_menu(texts: &Texts, machine: &MachineSpec, on: &Callback<Action>) -> Html {
    let lines = [32, 64, 128];
    let options: Vec<AttrValue> = lines
        .iter()
        .map(|bytes| format!("{bytes} B").into())
        .collect();
    let present = machine.clone();
    let chosen = lines
        .iter()
        .position(|&bytes| bytes == present.l1_cache_bytes);
    let on = on.reform(move |index: usize| {
        Action::Machine(MachineSpec {
            l1_cache_bytes: lines[index],
            ..present.clone()
        })
    });
    html! {
        <Menu class="l1" label={texts.line_long} caption={texts.line} {options} chosen={chosen.unwrap_or(0)} {on} />
    }
}

/// `1M + 4M + 1M`: the zones as the header of a scenario writes them.
pub(super) fn sizes(texts: &Texts, machine: &MachineSpec) -> String {
    let [dma, normal, highmem] = machine.zone_pages.map(|pages| {
        let kilobytes = u64::from(pages) * u64::from(machine.page_size) / 1024;
        match kilobytes {
            0 => "0".into(),
            _ if kilobytes % 1024 == 0 => format!("{}M", kilobytes / 1024),
            _ => format!("{kilobytes}K"),
        }
    });
    fill(
        texts.other_machine,
        &[Arg::Text(&dma), Arg::Text(&normal), Arg::Text(&highmem)],
    )
}
