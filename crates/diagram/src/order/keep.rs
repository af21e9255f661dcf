//! Rows that stay while a person types: a card that was in the picture before keeps its row, a new one takes a free row
//! near its neighbours, and nothing else moves.

use podpath_order::{OrdMap, OrdSet};
use podpath_protocol::Node;

use super::net::{self, Near};
use super::{Link, line};
use crate::metrics::column;

/// Means are taken in this fraction of a row.
const FINE: i64 = 1 << 20;

/// The row of each card, with those of `kept` where they are still free.
pub(super) fn rows(nodes: &[Node], links: &[Link], kept: &OrdMap<String, i32>) -> Vec<i32> {
    let mut rows = vec![0; nodes.len()];
    let mut taken: OrdSet<(usize, i32)> = OrdSet::new();
    let mut waiting = Vec::new();
    let on_line = line::line(nodes, links);
    let has_line = !on_line.is_empty();
    let near = near(nodes, links);
    for (card, node) in nodes.iter().enumerate() {
        let lane = column(node.lane);
        let known = kept.get(&node.id).copied();
        let wanted = if on_line.contains(&card) { Some(0) } else { known.filter(|it| !(has_line && *it == 0)) };
        match wanted.filter(|it| taken.insert((lane, *it))) {
            Some(row) => set(&mut rows, card, row),
            None => waiting.push((card, lane)),
        }
    }
    for (card, lane) in waiting {
        let means = near.each_ref().map(|it| mean(it.of_item(card), &rows));
        let wish = i32::try_from((means.iter().sum::<i64>() / 2 + FINE / 2).div_euclid(FINE)).unwrap_or_default();
        let row = free(&taken, lane, wish, has_line);
        taken.insert((lane, row));
        set(&mut rows, card, row);
    }
    rows
}

/// The neighbours of all cards, on the left and on the right.
fn near(nodes: &[Node], links: &[Link]) -> [Near; 2] {
    let spans: Vec<(usize, usize)> = links.iter().filter_map(|it| net::ends(nodes, it)).collect();
    [Near::of(nodes.len(), spans.iter().map(|it| (it.1, it.0))), Near::of(nodes.len(), spans.iter().copied())]
}

/// The mean row of these cards; that of the line for none.
fn mean(cards: &[usize], rows: &[i32]) -> i64 {
    let sum: i64 = cards.iter().filter_map(|it| rows.get(*it)).map(|it| i64::from(*it)).sum();
    sum * FINE / i64::try_from(cards.len().max(1)).unwrap_or(i64::MAX)
}

fn set(rows: &mut [i32], card: usize, row: i32) {
    if let Some(it) = rows.get_mut(card) {
        *it = row;
    }
}

/// The free row of a lane that is nearest to the wish, the lower one of two; the line is not free.
fn free(taken: &OrdSet<(usize, i32)>, lane: usize, wish: i32, has_line: bool) -> i32 {
    let is_free = |row: &i32| !(taken.contains(&(lane, *row)) || has_line && *row == 0);
    let rows = (0..).flat_map(|step| [wish.saturating_add(step), wish.saturating_sub(step)]);
    rows.take(2 * taken.len() + 4).find(is_free).unwrap_or(wish)
}

#[cfg(test)]
mod tests {
    use podpath_order::OrdMap;

    use podpath_protocol::{Graph, Size};

    use crate::{fixture, layout};

    fn rows(graph: &Graph) -> OrdMap<String, i32> {
        graph.nodes.iter().map(|it| (it.id.clone(), it.row)).collect()
    }

    fn laid(text: &str, kept: &OrdMap<String, i32>) -> Graph {
        let mut graph = fixture::graph(text);
        layout(&mut graph, Size::Wide, kept);
        graph
    }

    #[test]
    fn what_was_there_before_keeps_its_place_when_cards_come_and_go() {
        let before = laid(fixture::DELIVERED, &OrdMap::new());
        let kept = rows(&before);
        let more = format!("route aaa\nservice bbb\naaa > bbb\naaa > web-svc\n{}", fixture::DELIVERED);
        let after = laid(&more, &kept);
        for (id, row) in &kept {
            assert_eq!(rows(&after).get(id), Some(row), "{id}");
        }
        let less = fixture::DELIVERED
            .replace("route web-vs\n", "")
            .replace("gw > web-vs\n", "")
            .replace("web-vs > web-svc off 80\n", "");
        let after = laid(&less, &kept);
        assert!(after.nodes.iter().all(|it| kept.get(&it.id) == Some(&it.row)));
        assert!(
            after
                .nodes
                .iter()
                .all(|it| before.nodes.iter().any(|old| old.id == it.id && old.y.to_bits() == it.y.to_bits()))
        );
    }

    #[test]
    fn the_path_takes_its_line_back() {
        let kept = rows(&laid(fixture::DELIVERED, &OrdMap::new()));
        let broken = fixture::DELIVERED
            .replace("pod pod on 6", "pod pod\npod ghost needed 6")
            .replace("svc > pod on", "svc > ghost dead no Pod");
        let after = rows(&laid(&broken, &kept));
        assert_eq!((after.get("ghost"), after.get("svc")), (Some(&0), Some(&0)));
        assert_ne!(after.get("pod"), Some(&0));
        assert_eq!(after.get("web-pod"), kept.get("web-pod"));
    }
}
