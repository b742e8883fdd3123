//! From a machine to shapes: zones as bands, a cell a page, a rectangle a block. Pure geometry in CSS pixels.
//!
//! Columns are a power of two and zones begin at the left edge, so every buddy block is one rectangle. Machines of more
//! than 8,192 pages are an image with about a pixel a page; the lens then shows a window of it in cells. In a low and wide
//! room cells are wider than they are high, so that all of the machine is seen.

use kmalloc_core::event::Shrinker;
use kmalloc_core::machine::{Block, Machine, Use};
use kmalloc_core::page::{PageKind, PageState};
use kmalloc_core::profile::ZoneId;

/// Pixels that the label of a band takes at the least, and the space between two bands; then the same where many zones
/// share a low room.
type Spacing = (f32, f32);
const IN_CELLS: [Spacing; 2] = [(16.0, 10.0), (13.0, 3.0)];
const IN_IMAGE: [Spacing; 2] = [(20.0, 10.0), (13.0, 2.0)];
/// Height of a band's name where it stands above the band.
pub const TITLE: f32 = 19.0;
/// Machines up to this many pages are drawn in 64 columns.
const SMALL: u64 = 2_048;
/// … and up to this many in 128; larger ones as an image.
const MEDIUM: u64 = 8_192;
/// Columns that an image may have: as many as show its pages largest.
const COLUMNS: [u32; 4] = [256, 512, USUAL, 2048];
const USUAL: u32 = 1024;
/// Where its pixels would be lower than this in so many columns, its bands come closer.
const ROOMY: f32 = 0.25;
/// Height of an image's pixel, and of a cell, at the least: a room that has less scrolls.
const SMALLEST: f32 = 0.1;
const LOWEST: f32 = 2.5;
/// Width of an image's pixel at the most.
const WIDEST: f32 = 2.0;
/// A cell is at most so many times as wide as it is high.
const FLATTEST: f32 = 2.0;
/// Edge of a cell that is not zoomed, at the most.
const LARGEST: f32 = 12.0;
/// Pages of an image; a larger machine has several pages in a cell.
const IMAGE: u64 = 262_144;
/// Edge of a cell, or of the square of a page in an image, beyond which nothing comes closer.
const CLOSEST: f32 = 24.0;
/// Cells smaller than this carry no pattern.
const PATTERNED: f32 = 6.0;
/// Pages in the lens.
pub const LENS_PAGES: u32 = 512;

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rect {
    /// Left.
    pub x: f32,
    /// Top.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

/// A zone's place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Band {
    /// Which.
    pub zone: ZoneId,
    /// First page.
    pub first: u32,
    /// Pages.
    pub pages: u32,
    /// Top edge.
    pub top: f32,
    /// Rows of cells.
    pub rows: u32,
}

/// How a machine is laid out.
#[derive(Clone, PartialEq, Debug)]
pub struct Layout {
    /// Cells in a row.
    pub columns: u32,
    /// Height of a cell, its gap included.
    pub cell: f32,
    /// Width of a cell, its gap included: no less than its height.
    pub wide: f32,
    /// 2^k pages in a cell.
    pub pages_shift: u32,
    /// Drawn cell by cell; otherwise an image.
    pub cells: bool,
    /// Zones in address order.
    pub bands: Vec<Band>,
    /// In all.
    pub height: f32,
    /// What of it is not rows of cells.
    pub between: f32,
}

impl Layout {
    /// The layout of a machine in a room of this size. Small machines fit whole; larger ones may be taller than the room.
    pub fn of(machine: &Machine, width: f32, height: f32) -> Layout {
        let pages = machine.spec().total_pages();
        let mut pages_shift = 0;
        while pages >> pages_shift > IMAGE {
            pages_shift += 1;
        }
        let rows_in = |columns: u32| -> Vec<u32> {
            let rows = machine.zones();
            rows.map(|(_, zone)| zone.pages().div_ceil(columns << pages_shift))
                .collect()
        };
        let cells = pages <= MEDIUM;
        let spacings = if cells { IN_CELLS } else { IN_IMAGE };
        let (columns, [wide, cell], spacing) = if cells {
            let columns = if pages <= SMALL { 64 } else { 128 };
            let rows = rows_in(columns);
            let spacing = spacing(spacings, &rows, LOWEST, height);
            let by_width = (width / columns as f32).max(2.0);
            // Half pixels keep the edges crisp on every screen that matters.
            let halves = |edge: f32| ((edge * 2.0 + 0.01).floor() / 2.0).max(2.0).min(by_width);
            let fit = fitting(&rows, by_width.min(LARGEST), height, LOWEST, spacing);
            let cell = halves(fit);
            let wide = halves(by_width.min(cell * FLATTEST).min(LARGEST)).max(cell);
            (columns, [wide, cell], spacing)
        } else {
            let spacing = spacing(spacings, &rows_in(USUAL), ROOMY, height);
            let fits = COLUMNS.map(|columns| {
                let by_width = (width / columns as f32).min(WIDEST);
                let fit = fitting(&rows_in(columns), by_width, height, SMALLEST, spacing);
                (columns, [by_width.min(fit * FLATTEST), fit], spacing)
            });
            let [first, others @ ..] = fits;
            let area = |[wide, cell]: [f32; 2]| wide * cell;
            others.into_iter().fold(first, |best, next| {
                if area(next.1) > area(best.1) {
                    next
                } else {
                    best
                }
            })
        };
        let (label, space) = spacing;
        let mut top = 0.0;
        let mut between = 0.0;
        let mut bands = Vec::new();
        for (id, zone) in machine.zones() {
            let rows = zone.pages().div_ceil(columns << pages_shift);
            bands.push(Band {
                zone: id,
                first: zone.start(),
                pages: zone.pages(),
                top,
                rows,
            });
            // A label stands beside each band, so the next one may not come too early.
            let high = rows as f32 * cell;
            top += high.max(label) + space;
            between += (label - high).max(0.0) + space;
        }
        Layout {
            columns,
            cell,
            wide,
            pages_shift,
            cells,
            bands,
            height: top - space,
            between: between - space,
        }
    }

    /// The same with the zones' names above their bands instead of beside them.
    pub fn titled(mut self) -> Layout {
        for (index, band) in self.bands.iter_mut().enumerate() {
            band.top += TITLE * (index + 1) as f32;
        }
        let titles = TITLE * self.bands.len() as f32;
        self.height += titles;
        self.between += titles;
        self
    }

    /// The same `by` times as large, or as large as it gets: a larger canvas would cost more memory than it tells.
    pub fn zoomed(mut self, by: f32) -> Layout {
        let by = by.clamp(1.0, self.closest());
        self.cell *= by;
        self.wide *= by;
        self.height *= by;
        for band in &mut self.bands {
            band.top *= by;
        }
        self
    }

    /// How many times as large it gets.
    pub fn closest(&self) -> f32 {
        (CLOSEST / self.cell).max(1.0)
    }

    /// A window of a machine around a page, in cells.
    pub fn lens(machine: &Machine, pfn: u32, width: f32) -> Layout {
        let zone = machine.zone_of(pfn);
        let state = machine.zone(zone);
        let within = (pfn - state.start()) / LENS_PAGES * LENS_PAGES;
        let pages = LENS_PAGES.min(state.pages() - within);
        let columns = 64;
        let cell = ((width / columns as f32 * 2.0).floor() / 2.0).clamp(4.0, 8.0);
        let rows = pages.div_ceil(columns);
        Layout {
            columns,
            cell,
            wide: cell,
            pages_shift: 0,
            cells: true,
            bands: vec![Band {
                zone,
                first: state.start() + within,
                pages,
                top: 0.0,
                rows,
            }],
            height: rows as f32 * cell,
            between: 0.0,
        }
    }

    /// Width in all.
    pub fn width(&self) -> f32 {
        self.columns as f32 * self.wide
    }

    /// Rows of cells in all.
    pub fn rows(&self) -> u32 {
        self.bands.iter().map(|band| band.rows).sum()
    }

    /// Cells have room for a pattern.
    pub fn patterned(&self) -> bool {
        self.cells && self.cell >= PATTERNED
    }

    /// The page under a point.
    pub fn page_at(&self, x: f32, y: f32) -> Option<u32> {
        let band = self
            .bands
            .iter()
            .find(|band| y >= band.top && y < band.top + band.rows as f32 * self.cell)?;
        let column = (x / self.wide).floor();
        if column < 0.0 || column >= self.columns as f32 {
            return None;
        }
        let row = ((y - band.top) / self.cell) as u32;
        let page = (row * self.columns + column as u32) << self.pages_shift;
        (page < band.pages).then_some(band.first + page)
    }

    /// The row, counted through all zones, and the column of a page.
    pub fn cell_of(&self, pfn: u32) -> Option<(u32, u32)> {
        let mut above = 0;
        for band in &self.bands {
            if (band.first..band.first + band.pages).contains(&pfn) {
                let cell = (pfn - band.first) >> self.pages_shift;
                return Some((above + cell / self.columns, cell % self.columns));
            }
            above += band.rows;
        }
        None
    }

    /// The rectangle of a block, or of the part of it that this layout shows.
    pub fn rect(&self, first: u32, pages: u32) -> Option<Rect> {
        let band = self
            .bands
            .iter()
            .find(|band| first < band.first + band.pages && first + pages > band.first)?;
        let from = first.max(band.first) - band.first;
        let to = (first + pages).min(band.first + band.pages) - band.first;
        let (from, to) = (from >> self.pages_shift, ((to - 1) >> self.pages_shift) + 1);
        let gap = if self.cells { 1.0 } else { 0.0 };
        let (row, column) = (from / self.columns, from % self.columns);
        let last_row = (to - 1) / self.columns;
        let columns = if last_row > row {
            self.columns
        } else {
            to - from
        };
        let column = if last_row > row { 0 } else { column };
        Some(Rect {
            x: column as f32 * self.wide,
            y: band.top + row as f32 * self.cell,
            w: columns as f32 * self.wide - gap,
            h: (last_row - row + 1) as f32 * self.cell - gap,
        })
    }

    /// The page `columns` and `rows` of cells away, going on into the neighbouring zone; stays where there is none.
    pub fn moved(&self, pfn: u32, columns: i64, rows: i64) -> u32 {
        let step = (columns + rows * i64::from(self.columns)) << self.pages_shift;
        let to = i64::from(pfn) + step;
        let first = self.bands.first().map_or(0, |band| i64::from(band.first));
        let end = self
            .bands
            .last()
            .map_or(0, |band| i64::from(band.first + band.pages));
        if to >= first && to < end {
            to as u32
        } else {
            pfn
        }
    }
}

/// The height of bands of so many rows.
fn total(rows: &[u32], cell: f32, (label, space): Spacing) -> f32 {
    let bands = rows
        .iter()
        .map(|&rows| (rows as f32 * cell).max(label) + space);
    bands.sum::<f32>() - space
}

/// The first spacing with which bands of the lowest cells fit a height; else the closest.
fn spacing([far, close]: [Spacing; 2], rows: &[u32], lowest: f32, height: f32) -> Spacing {
    match total(rows, lowest, far) <= height {
        true => far,
        false => close,
    }
}

/// The largest edge of a cell, `by_width` at the most and `least` at the least, with which bands of so many rows fit a
/// height. Labels take their room whatever the edge, so a height that they fill by themselves is no bound.
fn fitting(rows: &[u32], by_width: f32, height: f32, least: f32, spacing: Spacing) -> f32 {
    let total = |cell| total(rows, cell, spacing);
    let height = height.max(total(0.0));
    let (mut fits, mut too_much) = (least.min(by_width), by_width);
    if total(by_width) <= height {
        return by_width;
    }
    // Fourteen halvings leave less than a thousandth of a pixel.
    for _ in 0..14 {
        let middle = (fits + too_much) / 2.0;
        if total(middle) <= height {
            fits = middle;
        } else {
            too_much = middle;
        }
    }
    fits
}

/// What a page is used for, as it is drawn: the allocator's word, or that of the world around it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// As the allocator has it.
    Of(Use),
    /// A caller's page, and the caller is reclaim's business.
    World(PageKind),
}

impl Kind {
    /// Every kind, in the order of the legend.
    pub const ALL: [Kind; 12] = [
        Kind::Of(Use::Slab),
        Kind::Of(Use::Pages),
        Kind::World(PageKind::Clean),
        Kind::World(PageKind::Dirty),
        Kind::World(PageKind::Writeback),
        Kind::World(PageKind::User),
        Kind::World(PageKind::Objects),
        Kind::Of(Use::Reserved),
        Kind::Of(Use::Free),
        Kind::Of(Use::Hot),
        Kind::Of(Use::Cold),
        Kind::Of(Use::Hand),
    ];

    /// For tables over kinds; 0 is no kind.
    pub const fn index(self) -> usize {
        match self {
            Kind::Of(what) => what as usize,
            Kind::World(kind) => USES + kind as usize,
        }
    }
}

/// Tells the kinds of a machine's pages, many at once.
struct Kinds<'m> {
    machine: &'m Machine,
    /// Pages of dentries and inodes, in order.
    objects: Vec<u32>,
}

impl<'m> Kinds<'m> {
    fn of(machine: &'m Machine) -> Kinds<'m> {
        let mut objects = Vec::new();
        for shrinker in Shrinker::ALL {
            objects.extend(machine.cache_pages(shrinker));
        }
        objects.sort_unstable();
        Kinds { machine, objects }
    }

    #[inline]
    fn kind(&self, block: Block) -> Kind {
        if block.what != Use::Pages || block.order > 0 {
            return Kind::Of(block.what);
        }
        let state = self.machine.page_state(block.pfn);
        if state.has(PageState::LISTED) {
            Kind::World(state.kind())
        } else if self.objects.binary_search(&block.pfn).is_ok() {
            Kind::World(PageKind::Objects)
        } else {
            Kind::Of(Use::Pages)
        }
    }
}

/// A block as it is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BlockShape {
    /// First page that is drawn.
    pub first: u32,
    /// Pages that are drawn.
    pub pages: u32,
    /// What they are.
    pub what: Kind,
    /// Where.
    pub rect: Rect,
}

/// Every block of the layout's bands, in address order.
pub fn blocks(machine: &Machine, layout: &Layout) -> Vec<BlockShape> {
    let mut shapes = Vec::new();
    let kinds = Kinds::of(machine);
    for band in &layout.bands {
        let end = band.first + band.pages;
        let mut at = band.first;
        while at < end {
            let block = machine.block_of(at);
            let next = (block.pfn + (1 << block.order)).min(end);
            if let Some(rect) = layout.rect(at, next - at) {
                shapes.push(BlockShape {
                    first: at,
                    pages: next - at,
                    what: kinds.kind(block),
                    rect,
                });
            }
            at = next;
        }
    }
    shapes
}

/// Uses of the allocator, the inside of a block among them.
const USES: usize = 8;
/// Kinds of pixels: nothing, then those of [`Kind::index`].
pub const PIXELS: usize = USES + PageKind::ALL.len();

/// The image of a large machine.
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// A kind of pixel for each cell, row by row. Cells of several pages take the use that most of them have.
    pub pixels: Vec<u8>,
    /// Which kinds occur, in the order of the legend.
    pub uses: Vec<Kind>,
}

/// Draws a large machine: one walk over its blocks.
pub fn image(machine: &Machine, layout: &Layout) -> Picture {
    let line = |y: f32| (y / layout.cell).round() as u32;
    // As high as the layout: a last band that is lower than its label is not drawn out to it.
    let height = layout
        .bands
        .last()
        .map_or(0, |band| line(band.top) + band.rows)
        .max(line(layout.height));
    let kinds = Kinds::of(machine);
    let mut pixels = vec![0; (layout.columns * height) as usize];
    let mut seen = [false; PIXELS];
    for band in &layout.bands {
        let offset = (line(band.top) * layout.columns) as usize;
        let end = band.first + band.pages;
        let mut votes = [0u32; PIXELS];
        let mut at = band.first;
        while at < end {
            let block = machine.block_at(at);
            let next = (at + (1 << block.order)).min(end);
            let kind = kinds.kind(block).index();
            seen[kind] = true;
            if layout.pages_shift == 0 {
                let from = offset + (at - band.first) as usize;
                pixels[from..from + (next - at) as usize].fill(kind as u8);
            } else {
                vote(
                    &mut pixels[offset..],
                    layout.pages_shift,
                    &mut votes,
                    kind,
                    at - band.first,
                    next - band.first,
                );
            }
            at = next;
        }
    }
    Picture {
        width: layout.columns,
        height,
        pixels,
        uses: legend(seen),
    }
}

/// Gives the pages `from..to` of a band to a kind, and writes every cell that they touch by majority so far.
fn vote(pixels: &mut [u8], shift: u32, votes: &mut [u32; PIXELS], kind: usize, from: u32, to: u32) {
    let mut at = from;
    while at < to {
        let cell = at >> shift;
        let stop = ((cell + 1) << shift).min(to);
        if at == cell << shift {
            *votes = [0; PIXELS];
        }
        votes[kind] += stop - at;
        let most = (0..PIXELS).max_by_key(|kind| votes[*kind]);
        pixels[cell as usize] = most.unwrap_or(kind) as u8;
        at = stop;
    }
}

/// Which kinds occur, in the order of the legend.
pub fn uses(machine: &Machine) -> Vec<Kind> {
    let kinds = Kinds::of(machine);
    let mut seen = [false; PIXELS];
    for block in machine.blocks() {
        seen[kinds.kind(block).index()] = true;
    }
    legend(seen)
}

fn legend(seen: [bool; PIXELS]) -> Vec<Kind> {
    Kind::ALL
        .into_iter()
        .filter(|kind| seen[kind.index()])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::tests::run;
    use kmalloc_core::lab::Lab;
    use kmalloc_core::profile::MachineSpec;

    fn machine(zone_pages: [u32; 3]) -> Machine {
        let spec = MachineSpec {
            zone_pages,
            ..MachineSpec::default()
        };
        Lab::boot(spec).expect("boots").machine().clone()
    }

    #[test]
    fn shapes_partition_the_teaching_machine() {
        let mut run = run(
            "p = kmalloc(100, GFP_KERNEL); b = __get_free_pages(GFP_KERNEL, 3); q = kmalloc(9000, GFP_KERNEL);",
        );
        let machine = run.at(run.len());
        let layout = Layout::of(&machine, 512.0, 230.0);
        assert_eq!((layout.columns, layout.cell), (64, 8.0));
        let mut next = 0;
        let mut area = 0.0;
        for shape in blocks(&machine, &layout) {
            assert_eq!(shape.first, next);
            next += shape.pages;
            area += (shape.rect.w + 1.0) * (shape.rect.h + 1.0);
        }
        assert_eq!(next, 1_536);
        assert_eq!(area, 1_536.0 * 64.0, "every cell once");
    }

    #[test]
    fn a_map_comes_only_so_close() {
        for pages in [[256, 1024, 256], [4096, 258_048, 0]] {
            let layout = Layout::of(&machine(pages), 512.0, 230.0);
            let near = layout.clone().zoomed(2.0);
            assert_eq!(
                (near.cell, near.width()),
                (layout.cell * 2.0, layout.width() * 2.0)
            );
            assert_eq!(layout.clone().zoomed(1_000.0).cell, CLOSEST);
            assert_eq!(layout.clone().zoomed(0.1), layout);
        }
    }

    #[test]
    fn a_point_and_a_page_find_each_other() {
        let machine = machine([256, 1024, 256]);
        for by in [1.0, 1.5, 3.0] {
            let layout = Layout::of(&machine, 512.0, 230.0).zoomed(by);
            for pfn in 0..1_536 {
                let rect = layout.rect(pfn, 1).expect("drawn");
                assert_eq!(layout.page_at(rect.x + 1.0, rect.y + 1.0), Some(pfn));
                assert_eq!(layout.cell_of(pfn), Some((pfn / 64, pfn % 64)));
            }
        }
        let layout = Layout::of(&machine, 512.0, 230.0);
        assert_eq!(layout.page_at(-1.0, 0.0), None);
        assert_eq!(layout.page_at(0.0, layout.height + 1.0), None);
        assert_eq!(layout.moved(0, 1, 0), 1);
        assert_eq!(layout.moved(0, 0, 1), 64);
        assert_eq!(layout.moved(0, -1, 0), 0, "stays");
    }

    #[test]
    fn a_low_room_makes_small_cells_and_a_narrow_one_too() {
        let machine = machine([256, 1024, 256]);
        let low = Layout::of(&machine, 512.0, 140.0);
        assert_eq!((low.cell, low.wide), (5.0, 8.0));
        let phone = Layout::of(&machine, 358.0, 1000.0);
        assert_eq!(phone.cell, 5.5);
        assert!(phone.width() <= 358.0);
    }

    #[test]
    fn larger_machines_take_more_columns_then_pixels() {
        let medium = machine([4096, 4096, 0]);
        let layout = Layout::of(&medium, 512.0, 300.0);
        assert_eq!((layout.columns, layout.cells), (128, true));
        assert!(!layout.patterned());
        let large = machine([4096, 225_280, 32_768]);
        let layout = Layout::of(&large, 512.0, 300.0);
        assert_eq!(
            (layout.columns, layout.cells, layout.pages_shift),
            (512, false, 0)
        );
        let Picture {
            width,
            height,
            pixels,
            uses,
        } = image(&large, &layout);
        assert_eq!(uses, super::uses(&large));
        assert_eq!(pixels.len(), (width * height) as usize);
        let drawn = pixels.iter().filter(|kind| **kind != 0).count();
        assert_eq!(drawn, 4096 + 225_280 + 32_768);
    }

    #[test]
    fn an_image_is_seen_as_a_whole_where_it_can_be() {
        let machine = machine([4096, 61_440, 0]);
        let layout = Layout::of(&machine, 494.0, 140.0);
        assert!(!layout.cells && layout.height <= 140.0, "{}", layout.height);
    }

    #[test]
    fn a_gigabyte_is_seen_as_a_whole_and_as_wide_as_its_room() {
        let machine = machine([4096, 225_280, 32_768]);
        for (height, width) in [(144.0, 480.0), (80.0, 400.0), (64.0, 300.0)] {
            let layout = Layout::of(&machine, 494.0, height);
            assert!(layout.height <= height, "{}", layout.height);
            assert!(layout.width() > width, "{}", layout.width());
        }
        let layout = Layout::of(&machine, 494.0, 144.0);
        let Picture { height, .. } = image(&machine, &layout);
        let drawn = height as f32 * layout.cell;
        assert!((drawn - layout.height).abs() <= layout.cell, "{drawn}");
        for pfn in [0, 4095, 4096, 229_375, 229_376, 262_143] {
            let rect = layout.rect(pfn, 1).expect("drawn");
            let found = layout.page_at(rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
            assert_eq!(found, Some(pfn));
        }
    }

    #[test]
    fn names_above_the_bands_move_them_apart() {
        let machine = machine([256, 1024, 256]);
        let layout = Layout::of(&machine, 358.0, 1000.0);
        let titled = layout.clone().titled();
        assert_eq!(titled.bands[0].top, TITLE);
        assert_eq!(titled.height, layout.height + 3.0 * TITLE);
        let whole = titled.rows() as f32 * titled.cell + titled.between;
        assert!((whole - titled.height).abs() < 0.01);
    }

    #[test]
    fn an_image_of_many_zones_is_as_wide_as_its_room() {
        let spec = MachineSpec {
            zone_pages: [4_096, 28_672, 32_768],
            nodes: 4,
            ..MachineSpec::default()
        };
        let machine = Lab::boot(spec).expect("boots").machine().clone();
        let layout = Layout::of(&machine, 494.0, 140.0);
        assert!(layout.bands.len() > 3);
        assert!(layout.width() > 400.0, "{}", layout.width());
    }

    #[test]
    fn the_largest_machine_has_several_pages_in_a_cell() {
        let huge = machine([4096, 225_280, 1 << 19]);
        let layout = Layout::of(&huge, 512.0, 300.0);
        assert_eq!(layout.pages_shift, 2);
        let pixels = image(&huge, &layout).pixels;
        let free = pixels
            .iter()
            .filter(|kind| **kind == Use::Free as u8)
            .count();
        assert!(free > 150_000, "most of it is free: {free}");
    }

    #[test]
    fn the_lens_clips_blocks_to_its_window() {
        let large = machine([4096, 225_280, 32_768]);
        let layout = Layout::lens(&large, 4096 + 5_000, 512.0);
        let shapes = blocks(&large, &layout);
        let pages: u32 = shapes.iter().map(|shape| shape.pages).sum();
        assert_eq!(pages, LENS_PAGES);
        assert_eq!(shapes[0].first, 4096 + 4608);
    }

    #[test]
    fn the_legend_names_only_what_occurs() {
        let machine = machine([256, 1024, 256]);
        let uses = uses(&machine);
        assert!(uses.contains(&Kind::Of(Use::Slab)) && uses.contains(&Kind::Of(Use::Free)));
        assert!(!uses.contains(&Kind::Of(Use::Reserved)) && !uses.contains(&Kind::Of(Use::Hand)));
    }

    #[test]
    fn pages_of_the_world_have_kinds_of_their_own() {
        let text = "machine dma=0 normal=1M highmem=0
page_cache(clean=5, dirty=7); user_pages(9); dentries(3); p = __get_free_pages(GFP_KERNEL, 0);";
        let mut run = run(text);
        let machine = run.at(run.len());
        let layout = Layout::of(&machine, 512.0, 230.0);
        let count = |kind| {
            let shapes = blocks(&machine, &layout);
            shapes
                .iter()
                .filter(|shape| shape.what == Kind::World(kind))
                .count()
        };
        assert_eq!(PageKind::ALL.map(count), [5, 7, 0, 9, 3]);
        let uses = uses(&machine);
        let occur = |kind| uses.contains(&Kind::World(kind));
        assert_eq!(PageKind::ALL.map(occur), [true, true, false, true, true]);
        assert!(
            uses.contains(&Kind::Of(Use::Pages)),
            "the driver's own page"
        );
        // Every kind has an index of its own, and a place in the legend.
        let mut indices: Vec<usize> = Kind::ALL.iter().map(|kind| kind.index()).collect();
        indices.sort_unstable();
        assert!(indices.iter().copied().eq(1..PIXELS));
    }
}
