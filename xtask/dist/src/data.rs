//! Which of a module's data only the second half names.
//!
//! The linker leaves in the module where it wrote the address of which data (`--emit-relocs`). An address is known again by
//! its number: data count as named by code that has one of their addresses among its numbers, whatever the number is for, and
//! by data that are named themselves and have it among their bytes. So more may stay than must, never less. Without what the
//! linker leaves, all data stay in the first half.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    ops::Range,
};

use anyhow::{Result, bail};
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{
    DataKind, DataSectionReader, FunctionBody, KnownCustom, Linking, MemArg, Operator, Parser,
    Payload, RelocationType, SymbolInfo,
};

/// The parts of a module's data, as the linker tells of them.
#[derive(Default)]
pub(crate) struct Symbols {
    /// Where each of them lies in memory.
    places: Vec<Range<u32>>,
    /// Which of them an address means.
    meant: BTreeMap<u32, BTreeSet<usize>>,
}

/// Numbers that may be addresses.
#[derive(Default)]
pub(crate) struct Addresses(BTreeSet<u32>);

impl Addresses {
    /// Adds those of a function.
    pub(crate) fn add(&mut self, body: &FunctionBody<'_>) -> Result<()> {
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            if let Operator::I32Const { value } = operator {
                self.0.insert(value as u32);
            }
            self.instruction(operator)?;
        }
        Ok(())
    }

    pub(crate) fn contains(&self, number: u32) -> bool {
        self.0.contains(&number)
    }

    pub(crate) fn insert(&mut self, address: u32) {
        self.0.insert(address);
    }
}

impl Reencode for Addresses {
    type Error = Infallible;

    /// The numbers that stand in loads and stores.
    fn mem_arg(
        &mut self,
        arg: MemArg,
    ) -> Result<wasm_encoder::MemArg, reencode::Error<Infallible>> {
        self.0.insert(arg.offset as u32);
        reencode::utils::mem_arg(self, arg)
    }
}

impl Symbols {
    /// What the linker left in `module`, whose data are `segments`.
    pub(crate) fn read(module: &[u8], segments: &[Segment<'_>]) -> Result<Symbols> {
        let mut symbols = Symbols::default();
        // The place of each symbol of the linker's that is one of data.
        let mut numbers: Vec<Option<usize>> = Vec::new();
        let mut sections = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            let Payload::CustomSection(section) = payload? else {
                continue;
            };
            match section.as_known() {
                KnownCustom::Linking(linking) => {
                    for part in linking.subsections() {
                        let Linking::SymbolTable(table) = part? else {
                            continue;
                        };
                        for symbol in table {
                            let SymbolInfo::Data {
                                symbol: Some(data), ..
                            } = symbol?
                            else {
                                numbers.push(None);
                                continue;
                            };
                            let Some(segment) = segments.get(data.index as usize) else {
                                // What is zero at first is not in the module.
                                numbers.push(None);
                                continue;
                            };
                            numbers.push(Some(symbols.places.len()));
                            let from = segment.from + data.offset;
                            symbols.places.push(from..from + data.size);
                        }
                    }
                }
                KnownCustom::Reloc(reader) => sections.push(reader),
                _ => {}
            }
        }
        for section in sections {
            for entry in section.entries() {
                let entry = entry?;
                let is_address = matches!(
                    entry.ty,
                    RelocationType::MemoryAddrLeb
                        | RelocationType::MemoryAddrSleb
                        | RelocationType::MemoryAddrI32
                );
                if let (true, Some(Some(symbol))) = (is_address, numbers.get(entry.index as usize))
                {
                    let base = i64::from(symbols.places[*symbol].start);
                    let address = u32::try_from(base + entry.addend)?;
                    symbols.meant.entry(address).or_default().insert(*symbol);
                }
            }
        }
        Ok(symbols)
    }

    /// The bytes that nobody names who names these addresses only: ranges of addresses, in order.
    pub(crate) fn unnamed(
        &self,
        addresses: &Addresses,
        segments: &[Segment<'_>],
    ) -> Vec<Range<u32>> {
        let mut named = BTreeSet::new();
        let mut next: Vec<usize> = Vec::new();
        for address in &addresses.0 {
            next.extend(self.meant.get(address).into_iter().flatten());
        }
        while let Some(symbol) = next.pop() {
            if !named.insert(symbol) {
                continue;
            }
            let place = &self.places[symbol];
            for segment in segments {
                for word in segment.within(place).windows(4) {
                    let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
                    next.extend(self.meant.get(&word).into_iter().flatten());
                }
            }
        }
        // A byte goes if it is part of a symbol, and of no named one.
        let mut edges: BTreeMap<u32, [i32; 2]> = BTreeMap::new();
        for (symbol, place) in self.places.iter().enumerate() {
            let kind = usize::from(named.contains(&symbol));
            edges.entry(place.start).or_default()[kind] += 1;
            edges.entry(place.end).or_default()[kind] -= 1;
        }
        let (mut unnamed, mut from) = (Vec::new(), None);
        let mut open = [0, 0];
        for (address, [others, named]) in edges {
            open[0] += others;
            open[1] += named;
            let goes = open[0] > 0 && open[1] == 0;
            match from {
                None if goes => from = Some(address),
                Some(start) if !goes => {
                    unnamed.push(start..address);
                    from = None;
                }
                _ => {}
            }
        }
        unnamed
    }
}

/// Data as they lie in memory.
pub(crate) struct Segment<'a> {
    pub(crate) from: u32,
    pub(crate) data: &'a [u8],
}

impl<'a> Segment<'a> {
    pub(crate) fn all(section: DataSectionReader<'a>) -> Result<Vec<Segment<'a>>> {
        let mut segments = Vec::new();
        for segment in section {
            let segment = segment?;
            let DataKind::Active { offset_expr, .. } = segment.kind else {
                bail!("data that are not placed at the start");
            };
            let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                bail!("data begin at a place that is not a number");
            };
            segments.push(Segment {
                from: value as u32,
                data: segment.data,
            });
        }
        Ok(segments)
    }

    /// The numbers that stand in it where numbers do.
    pub(crate) fn words(&self) -> impl Iterator<Item = u32> {
        let first = self.from.next_multiple_of(4) - self.from;
        let words = self
            .data
            .get(first as usize..)
            .unwrap_or(&[])
            .chunks_exact(4);
        words.map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
    }

    /// Its part of a range of addresses.
    pub(crate) fn within(&self, place: &Range<u32>) -> &'a [u8] {
        let from = place.start.max(self.from) - self.from;
        let to = place
            .end
            .saturating_sub(self.from)
            .min(self.data.len() as u32);
        self.data.get(from as usize..to as usize).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` at 100 has the address of `c`, `b` at 110 is named by nobody, `c` lies at 120; what lies at 130 is not known.
    fn symbols() -> Symbols {
        let mut meant = BTreeMap::new();
        for (address, symbol) in [(100, 0), (96, 0), (110, 1), (120, 2)] {
            meant.insert(address, BTreeSet::from([symbol]));
        }
        Symbols {
            places: vec![100..110, 110..120, 120..130],
            meant,
        }
    }

    fn unnamed(addresses: &[u32]) -> Vec<(u32, u32)> {
        let mut data = [0; 40];
        // Not at a multiple of four.
        data[3] = 120;
        let segments = [Segment {
            from: 100,
            data: &data,
        }];
        let named = Addresses(addresses.iter().copied().collect());
        let unnamed = symbols().unnamed(&named, &segments);
        unnamed
            .into_iter()
            .map(|range| (range.start, range.end))
            .collect()
    }

    #[test]
    fn what_named_data_name_is_named() {
        assert_eq!(unnamed(&[]), [(100, 130)]);
        assert_eq!(unnamed(&[100]), [(110, 120)]);
        assert_eq!(unnamed(&[110]), [(100, 110), (120, 130)]);
        assert_eq!(unnamed(&[120]), [(100, 120)]);
    }

    /// As in a table whose first entry is its second.
    #[test]
    fn an_address_outside_means_the_data_it_was_made_from() {
        assert_eq!(unnamed(&[96]), [(110, 120)]);
    }
}
