//! From a machine to shapes: zones as bands, a cell a page, a rectangle a block. Pure geometry in CSS pixels.
//!
//! Columns are a power of two and zones begin at the left edge, so every buddy block is one rectangle. Machines of more
//! than 8,192 pages are an image with a pixel or two a page; the lens then shows a window of it in cells.

use std::collections::HashSet;

use kmalloc_core::event::Shrinker;
use kmalloc_core::machine::{Block, Machine, Use};
use kmalloc_core::page::{PageKind, PageState};
use kmalloc_core::profile::ZoneId;

/// Space between two zones.
const BETWEEN: f32 = 10.0;
/// Machines up to this many pages are drawn in 64 columns.
const SMALL: u64 = 2_048;
/// … and up to this many in 128; larger ones as an image.
const MEDIUM: u64 = 8_192;
/// Columns that an image may have: as many as show its pages largest.
const COLUMNS: [u32; 3] = [256, 512, 1024];
/// Edge of an image's pixel at the least: a room that has less scrolls.
const SMALLEST: f32 = 0.5;
/// Pixels that the label of a band takes in an image.
const LABEL: f32 = 20.0;
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
    /// Edge of a cell, its gap included.
    pub cell: f32,
    /// 2^k pages in a cell.
    pub pages_shift: u32,
    /// Drawn cell by cell; otherwise an image.
    pub cells: bool,
    /// Zones in address order.
    pub bands: Vec<Band>,
    /// In all.
    pub height: f32,
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
        let (columns, cell) = if cells {
            let columns = if pages <= SMALL { 64 } else { 128 };
            let zones = machine.zones().count().max(1);
            let rows: u32 = rows_in(columns).iter().sum();
            let by_width = width / columns as f32;
            let by_height = (height - BETWEEN * (zones - 1) as f32) / rows.max(1) as f32;
            // Half pixels keep the edges crisp on every screen that matters.
            let fit = (by_width.min(by_height) * 2.0).floor() / 2.0;
            let least = if columns == 64 { 3.5 } else { 3.0 };
            (columns, fit.clamp(least, 12.0).min(by_width.max(2.0)))
        } else {
            let fits = COLUMNS.map(|columns| {
                let by_width = (width / columns as f32).min(512.0 / columns as f32);
                (columns, fitting(&rows_in(columns), by_width, height))
            });
            let [first, others @ ..] = fits;
            let larger =
                |best: (u32, f32), next: (u32, f32)| if next.1 > best.1 { next } else { best };
            others.into_iter().fold(first, larger)
        };
        let mut top = 0.0;
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
            top += (rows as f32 * cell).max(if cells { 16.0 } else { LABEL }) + BETWEEN;
        }
        Layout {
            columns,
            cell,
            pages_shift,
            cells,
            bands,
            height: top - BETWEEN,
        }
    }

    /// The same `by` times as large, or as large as it gets: a larger canvas would cost more memory than it tells.
    pub fn zoomed(mut self, by: f32) -> Layout {
        let by = by.clamp(1.0, self.closest());
        self.cell *= by;
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
        }
    }

    /// Width in all.
    pub fn width(&self) -> f32 {
        self.columns as f32 * self.cell
    }

    /// Rows of cells in all, and the space between the zones: what a narrow page needs to know beforehand.
    pub fn rows(&self) -> (u32, f32) {
        let rows = self.bands.iter().map(|band| band.rows).sum();
        (rows, BETWEEN * self.bands.len().saturating_sub(1) as f32)
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
        let column = (x / self.cell).floor();
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
            x: column as f32 * self.cell,
            y: band.top + row as f32 * self.cell,
            w: columns as f32 * self.cell - gap,
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

/// The largest edge of a pixel, `by_width` at the most, with which bands of so many rows fit a height. Labels take their room
/// whatever the edge, so a height that they fill by themselves is no bound.
fn fitting(rows: &[u32], by_width: f32, height: f32) -> f32 {
    let total = |cell: f32| -> f32 {
        let bands = rows
            .iter()
            .map(|&rows| (rows as f32 * cell).max(LABEL) + BETWEEN);
        bands.sum::<f32>() - BETWEEN
    };
    let height = height.max(total(0.0));
    let (mut fits, mut too_much) = (SMALLEST.min(by_width), by_width);
    if total(by_width) <= height {
        return by_width;
    }
    // Ten halvings leave less than a hundredth of a pixel.
    for _ in 0..10 {
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
    /// Pages of dentries and inodes.
    objects: HashSet<u32>,
}

impl<'m> Kinds<'m> {
    fn of(machine: &'m Machine) -> Kinds<'m> {
        let shrinkers = Shrinker::ALL.into_iter();
        Kinds {
            machine,
            objects: shrinkers
                .flat_map(|shrinker| machine.cache_pages(shrinker))
                .collect(),
        }
    }

    #[inline]
    fn kind(&self, block: Block) -> Kind {
        if block.what != Use::Pages || block.order > 0 {
            return Kind::Of(block.what);
        }
        let state = self.machine.page_state(block.pfn);
        if state.has(PageState::LISTED) {
            Kind::World(state.kind())
        } else if self.objects.contains(&block.pfn) {
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
    let height = layout
        .bands
        .last()
        .map_or(0, |band| line(band.top) + band.rows);
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
        assert_eq!(Layout::of(&machine, 512.0, 140.0).cell, 5.0);
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
