//! Random machines and random callers for the property tests: deterministic, from a seed.

use kmalloc_core::context::Context;
use kmalloc_core::event::Temperature;
use kmalloc_core::gfp::{Gfp, LEVEL_BITS, MODIFIERS};
use kmalloc_core::lab::{Lab, ObjectAnswer, PageAnswer};
use kmalloc_core::profile::{MachineSpec, Reserve};

/// xorshift64*: enough for tests, the same everywhere.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// Below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }
}

/// A machine with at most `scale` pages a zone, sometimes without a zone.
pub fn random_spec(rng: &mut Rng, scale: u32) -> MachineSpec {
    let dma = 32 * (1 + rng.below(u64::from(scale / 32)) as u32);
    let normal = if rng.one_in(4) {
        0
    } else {
        1 + rng.below(u64::from(scale)) as u32
    };
    let highmem = if rng.one_in(3) {
        0
    } else {
        1 + rng.below(u64::from(scale)) as u32
    };
    MachineSpec {
        zone_pages: [dma, normal, highmem],
        reserve: if dma + normal > 600 && rng.one_in(2) {
            Reserve::I386
        } else {
            Reserve::None
        },
        l1_cache_bytes: *rng.pick(&[32, 64, 128]),
        page_size: if rng.one_in(8) { 8192 } else { 4096 },
        debug_slab: rng.one_in(8),
        preempt: rng.one_in(2),
        nodes: *rng.pick(&[1, 1, 1, 2, 3, 4]),
        ..MachineSpec::default()
    }
}

/// Any flags a caller could pass, without the pair that is undefined.
pub fn random_gfp(rng: &mut Rng) -> Gfp {
    let mut gfp = *rng.pick(&[
        Gfp::KERNEL,
        Gfp::ATOMIC,
        Gfp::NONE,
        Gfp::NOFS,
        Gfp::NOIO,
        Gfp::HIGHUSER,
    ]);
    for flag in MODIFIERS.iter().chain(LEVEL_BITS) {
        if rng.one_in(12) {
            gfp |= flag.bits;
        }
    }
    if gfp.has(Gfp::ZONE_MASK) {
        gfp & !Gfp::HIGHMEM
    } else {
        gfp
    }
}

/// Somebody who calls at random and remembers what it was given.
#[derive(Default)]
pub struct Caller {
    objects: Vec<u32>,
    blocks: Vec<(u32, u8)>,
    context: Context,
}

impl Caller {
    /// One random operation. False when the machine stopped.
    pub fn act(&mut self, lab: &mut Lab, rng: &mut Rng) -> bool {
        lab.set_context(self.context);
        match rng.below(100) {
            0..35 => self.kmalloc(lab, rng),
            35..60 => self.kfree(lab, rng),
            60..75 => {
                let order = if rng.one_in(50) {
                    11
                } else {
                    rng.below(11) * rng.below(11) / 10
                };
                if let PageAnswer::Block(pfn) = lab.alloc_pages(random_gfp(rng), order as u32) {
                    self.blocks.push((pfn, order as u8));
                }
            }
            75..90 => {
                if let Some((pfn, order)) = self.take_block(rng) {
                    let list = if order == 0 && rng.one_in(3) {
                        Temperature::Cold
                    } else {
                        Temperature::Hot
                    };
                    lab.free_pages_live(pfn, order, list);
                }
            }
            90..93 => drop(lab.pass_time(rng.below(3000) as u32)),
            93..96 => {
                let flags = [1u8, 2, 4, 8, 16, 32, 64, 128];
                let set = flags
                    .iter()
                    .filter(|_| rng.one_in(6))
                    .fold(0, |all, flag| all | flag);
                self.context = Context(set);
            }
            96 if rng.one_in(2) => {
                if let Some((pfn, order)) = self.take_block(rng) {
                    lab.offer_to_reclaim(pfn, order);
                    lab.plan_reclaim(1 + rng.below(2) as u32);
                }
            }
            96 | 97 => {
                if let Some((pfn, order)) = self.take_block(rng) {
                    lab.offer_to_oom(pfn, order);
                }
            }
            98 => lab.set_patience(1 + rng.below(80) as u32),
            _ => {
                if rng.one_in(2) {
                    lab.set_min_free_kbytes(rng.below(1024) as u32);
                } else {
                    lab.set_lower_zone_protection(rng.below(3) as u32);
                }
            }
        }
        lab.machine().stopped().is_none()
    }

    fn kmalloc(&mut self, lab: &mut Lab, rng: &mut Rng) {
        // Log-uniform, with sizes beyond the largest class now and then.
        let bits = rng.below(19);
        let size = (1u32 << bits) + rng.below(1 << bits) as u32 - 1;
        let mut gfp = random_gfp(rng);
        // A growing cache BUG()s on high memory, which ends the run: seldom enough for long ones.
        if !rng.one_in(3000) {
            gfp = gfp & !Gfp::HIGHMEM;
        }
        if let ObjectAnswer::Object { address, .. } = lab.kmalloc(size, gfp) {
            self.objects.push(address);
        }
    }

    /// Often many at once, so that arrays overflow and slabs die.
    fn kfree(&mut self, lab: &mut Lab, rng: &mut Rng) {
        let many = if rng.one_in(20) {
            1 + rng.below(200)
        } else {
            1
        };
        for _ in 0..many.min(self.objects.len() as u64) {
            let at = rng.below(self.objects.len() as u64) as usize;
            lab.kfree(self.objects.swap_remove(at))
                .expect("a live object");
        }
    }

    fn take_block(&mut self, rng: &mut Rng) -> Option<(u32, u8)> {
        if self.blocks.is_empty() {
            return None;
        }
        let at = rng.below(self.blocks.len() as u64) as usize;
        Some(self.blocks.swap_remove(at))
    }
}

/// A scenario with files, processes, locks, other tasks and devices on a small machine.
pub fn world_text(rng: &mut Rng, lines: usize) -> String {
    let sizes = ["256K", "512K", "1M"];
    let (dma, normal) = (rng.pick(&sizes), rng.pick(&sizes));
    let highmem = rng.pick(&["0", "256K", "512K"]);
    let debug = rng.pick(&["none", "sleep", "slab", "all"]);
    let preempt = rng.pick(&["off", "on"]);
    let nodes = rng.pick(&[1, 1, 2, 4]);
    let mut text = format!(
        "machine dma={dma} normal={normal} highmem={highmem} debug={debug} preempt={preempt} nodes={nodes}\n\
         p0 = NULL; p1 = NULL; p2 = NULL; p3 = NULL; v = NULL; page = alloc_pages(GFP_HIGHUSER, 0); a = kmap(page);\n"
    );
    for number in 0..lines {
        text.push_str(&world_line(rng, number));
        text.push('\n');
    }
    text
}

fn world_line(rng: &mut Rng, number: usize) -> String {
    let p = rng.below(4);
    let size = *rng.pick(&[30, 100, 500, 4000, 9000]);
    let few = rng.below(60);
    match rng.below(44) {
        40 => format!("run_on_node({});", rng.below(4)),
        41 => format!(
            "n{number} = alloc_pages_node({}, GFP_KERNEL | __GFP_NORETRY, 0);",
            rng.below(4)
        ),
        0 => format!("page_cache(clean={few}, dirty={few});"),
        1 => format!("page_cache(mapped={few}, referenced={few}, buffers={few});"),
        2 => "page_cache(busy=3, locked=3, dirty=20);".into(),
        3 | 4 => format!("user_pages({few});"),
        5 => format!("swap({few});"),
        6 => format!("dentries({few});"),
        7 => format!("inodes({few});"),
        8 => format!("disk({});", rng.below(50)),
        9 => "sync();".into(),
        10 => format!("msleep({});", rng.below(300)),
        11 => "schedule();".into(),
        42 => format!(
            "meanwhile {{ x{number} = vmalloc(20000); vfree(x{number}); }} y{number} = vmalloc(30000);"
        ),
        43 => format!(
            "meanwhile {{ for (i = 0; i < 130; i++) c{number}[i] = kmalloc({size}, GFP_KERNEL); for (i = 0; i < 130; i++) kfree(c{number}[i]); }}"
        ),
        12 => format!("meanwhile {{ m{number} = kmalloc({size}, GFP_KERNEL); }}"),
        13 => format!("meanwhile {{ down(&s); msleep({few}); up(&s); }}"),
        14 => "down(&s); msleep(30); up(&s);".into(),
        15 => "writepage { w = kmalloc(64, GFP_NOFS | __GFP_NOWARN); }".into(),
        16 => format!("irq {{ i{number} = kmalloc({size}, GFP_KERNEL | __GFP_NORETRY); }}"),
        17 => format!("tasklet {{ i{number} = kmalloc({size}, GFP_ATOMIC); }}"),
        18 => format!(
            "realtime {{ r{number} = __get_free_pages(GFP_KERNEL, {}); }}",
            rng.below(3)
        ),
        19 => format!(
            "memalloc {{ r{number} = __get_free_pages(GFP_KERNEL, {}); }}",
            rng.below(3)
        ),
        20 => format!(
            "spin_lock_irqsave(&l, flags); i{number} = kmalloc({size}, GFP_ATOMIC); spin_unlock_irqrestore(&l, flags);"
        ),
        21 => "local_irq_disable(); local_irq_enable();".into(),
        22 => "vfree(v); v = vmalloc(20000);".into(),
        23 => format!("if (v) {{ memset(v, {few}, 20000); copy_to_user(v, 9000); }}"),
        24 => "copy_to_user(a, 100); dma_to_device(page, 4096);".into(),
        25 => "dma_from_device(page, 5000); dma_from_device(page, 100, isa);".into(),
        26 => "kunmap(page); a = kmap(page);".into(),
        27 => format!(
            "for (i = 0; i < {few}; i++) b{number}[i] = __get_free_pages(GFP_NOIO | __GFP_NORETRY, 0);"
        ),
        28 => format!(
            "for (i = 0; i < {few}; i++) b{number}[i] = alloc_pages(GFP_HIGHUSER | __GFP_NORETRY, 0);"
        ),
        29 => format!("if (p{p}) {{ copy_to_user(p{p}, {size}); dma_to_device(p{p}, 30, isa); }}"),
        30 => format!("if (p{p}) {{ memset(p{p}, {few}, 30); }}"),
        31..34 => format!("kfree(p{p}); p{p} = NULL;"),
        _ => {
            let gfp = *rng.pick(&[
                "GFP_KERNEL",
                "GFP_NOFS",
                "GFP_NOIO",
                "GFP_KERNEL | __GFP_NORETRY",
                "GFP_ATOMIC",
            ]);
            format!("kfree(p{p}); p{p} = kmalloc({size}, {gfp});")
        }
    }
}
