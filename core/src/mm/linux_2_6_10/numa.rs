//! Zonelists of machines with one node or several, as arithmetic: no machine is touched here.
//!
//! Source: mm/page_alloc.c `build_zonelists`, `find_next_best_node`, with and without CONFIG_NUMA (2.6.10).

use alloc::vec;
use alloc::vec::Vec;

use crate::machine::Zonelist;
use crate::profile::{MAX_NODES, MachineSpec, ZONES, ZoneId};

/// `MAX_NUMNODES` of i386 NUMA-Q.
const MAX_NUMNODES: u64 = 16;

/// The nodes of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// Pages of DMA, Normal, HighMem of each node; 0 means that the zone is absent.
    pub present: Vec<[u32; ZONES]>,
    /// Whether a node has processors of its own.
    pub has_cpus: Vec<bool>,
    /// `node_distance(from, to)`, in the platform's unit.
    pub distance: Vec<Vec<u32>>,
}

/// A zone of a node.
pub type NodeZone = (usize, ZoneId);

/// The zonelists of one node by zone bits: none, DMA, HIGHMEM.
pub type NodeZonelists = [Vec<NodeZone>; ZONES];

/// The zonelists of a machine of the lab, node by node and by zone bits: every node has processors, and every other node
/// is as far away as the next.
pub fn zonelists(spec: &MachineSpec) -> [[Zonelist; ZONES]; MAX_NODES] {
    let count = usize::from(spec.nodes);
    let nodes = Nodes {
        present: (0..spec.nodes).map(|node| spec.node_pages(node)).collect(),
        has_cpus: vec![true; count],
        distance: (0..count)
            .map(|from| (0..count).map(|to| u32::from(from != to)).collect())
            .collect(),
    };
    let mut all = [[Zonelist::new(&[]); ZONES]; MAX_NODES];
    for (node, lists) in nodes.zonelists().into_iter().enumerate() {
        all[node] = lists.map(|list| {
            let zones = list
                .iter()
                .map(|&(node, kind)| ZoneId::of(node as u8, kind));
            Zonelist::new(&zones.collect::<Vec<_>>())
        });
    }
    all
}

impl Nodes {
    /// CONFIG_NUMA: node by node, nearest first; equally near nodes are spread over those who ask.
    pub fn zonelists(&self) -> Vec<NodeZonelists> {
        let nodes = self.present.len();
        let mut load = vec![0; nodes];
        let mut lists = Vec::new();
        for local in 0..nodes {
            let mut order = vec![local];
            // The node itself is the first to be chosen, so one is off already.
            let mut weight = nodes as u64 - 1;
            let mut previous = local;
            while let Some(next) = self.next_best(local, &order, &load) {
                // A group of equally distant nodes begins: its first gets more load, so that the next node that asks
                // begins with another of them.
                if self.distance[local][next] != self.distance[local][previous] {
                    load[next] += weight;
                }
                previous = next;
                weight -= 1;
                order.push(next);
            }
            lists.push(self.lists(&order));
        }
        lists
    }

    /// Several nodes without CONFIG_NUMA (DISCONTIGMEM): the node itself, those after it, those before it.
    pub fn zonelists_discontig(&self) -> Vec<NodeZonelists> {
        let nodes = self.present.len();
        let order = |local: usize| {
            (0..nodes)
                .map(|step| (local + step) % nodes)
                .collect::<Vec<_>>()
        };
        (0..nodes).map(|local| self.lists(&order(local))).collect()
    }

    /// The unused node with the smallest distance, then load; the first of them in cyclic order.
    fn next_best(&self, local: usize, used: &[usize], load: &[u64]) -> Option<usize> {
        let nodes = self.present.len();
        let cyclic = (0..nodes).map(|step| (local + step) % nodes);
        cyclic
            .filter(|node| !used.contains(node))
            .min_by_key(|&node| {
                let distance =
                    u64::from(self.distance[local][node]) + u64::from(self.has_cpus[node]);
                distance * (nodes as u64 * MAX_NUMNODES) + load[node]
            })
    }

    /// Inside each node from the highest zone of the request down; absent zones are left out.
    fn lists(&self, order: &[usize]) -> NodeZonelists {
        const HIGHEST: [ZoneId; ZONES] = [ZoneId::NORMAL, ZoneId::DMA, ZoneId::HIGHMEM];
        HIGHEST.map(|highest| {
            let zones = order.iter().flat_map(|&node| {
                let down = ZoneId::ALL
                    .into_iter()
                    .rev()
                    .filter(move |&zone| zone <= highest);
                down.map(move |zone| (node, zone))
            });
            zones
                .filter(|&(node, zone)| self.present[node][zone.index()] > 0)
                .collect()
        })
    }
}
