//! The same graph as a flow chart of Mermaid.
//!
//! Invariant: names are the numbers of the cards and every other text is quoted, so no title ends its label.

use std::fmt::Write;

use podpath_order::OrdMap;
use podpath_protocol::{Edge, EdgeState, Graph, Node};

use crate::metrics::{FACES, column};
use crate::share::percent;

/// The graph as `flowchart LR`, one subgraph for each lane in use.
pub fn mermaid(graph: &Graph) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (lane, face) in FACES.iter().enumerate() {
        let cards: Vec<(usize, &Node)> =
            graph.nodes.iter().enumerate().filter(|(_, node)| column(node.lane) == lane).collect();
        if cards.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  subgraph lane{lane}[\"{}\"]", face.english);
        for (idx, node) in cards {
            let _ = writeln!(text, "    n{idx}[\"{}\"]", words(node));
        }
        text.push_str("  end\n");
    }
    edges(graph, &mut text);
    text
}

fn edges(graph: &Graph, text: &mut String) {
    let mut numbers: OrdMap<&str, usize> = OrdMap::new();
    for (idx, node) in graph.nodes.iter().enumerate() {
        numbers.entry(&node.id).or_insert(idx);
    }
    for edge in &graph.edges {
        let (from, to) = (numbers.get(edge.from.as_str()), numbers.get(edge.to.as_str()));
        let (Some(from), Some(to)) = (from, to) else { continue };
        let label = label(edge);
        let label = if label.is_empty() { label } else { format!("|\"{label}\"|") };
        let _ = writeln!(text, "  n{from} {}{label} n{to}", arrow(edge.state));
    }
}

fn words(node: &Node) -> String {
    let parts = [&node.kind, &node.title].map(|it| escape(it));
    let [kind, title] = &parts;
    if kind.is_empty() || title.is_empty() { parts.concat() } else { format!("{kind}<br/>{title}") }
}

fn arrow(state: EdgeState) -> &'static str {
    match state {
        EdgeState::Off => "-->",
        EdgeState::On => "==>",
        EdgeState::Dead => "-.-x",
        EdgeState::Redirect | EdgeState::Unknown | EdgeState::Mirror => "-.->",
    }
}

/// Port or reason, and the share.
fn label(edge: &Edge) -> String {
    let unknown = if edge.state == EdgeState::Unknown { "?" } else { "" };
    let share = percent(edge).unwrap_or_default();
    let parts = [escape(&edge.label), escape(&share), unknown.to_owned()];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Everything that means something to Mermaid or to HTML as an entity; control characters are dropped.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.trim().chars().filter(|it| !it.is_control()) {
        match letter {
            '"' => escaped.push_str("#quot;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '#' | ';' | '`' | '\\' | '{' | '}' => {
                let _ = write!(escaped, "#{};", u32::from(letter));
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn lanes_in_use_are_subgraphs_and_the_path_is_thick() {
        let text = "
            route vs on
            service stable on
            service old
            pod ghost needed
            vs > stable on 80 9/10
            stable > ghost dead no such Pod
            old > nowhere
        ";
        let expected = "flowchart LR
  subgraph lane3[\"Route\"]
    n0[\"vs\"]
  end
  subgraph lane4[\"Service\"]
    n1[\"stable\"]
    n2[\"old\"]
  end
  subgraph lane5[\"Pod\"]
    n3[\"ghost\"]
  end
  n0 ==>|\"80 · 90%\"| n1
  n1 -.-x|\"no such Pod\"| n3
";
        assert_eq!(mermaid(&fixture::graph(text)), expected);
    }

    #[test]
    fn hostile_titles_stay_in_their_labels() {
        let mut graph = fixture::graph("pod a");
        for node in &mut graph.nodes {
            node.kind = "Pod".to_owned();
            node.title = "a\"]\nclick n0 <b>%%{init: #quot;}%%`\\".to_owned();
        }
        let label = "Pod<br/>a#quot;]click n0 #lt;b#gt;%%#123;init: #35;quot#59;#125;%%#96;#92;";
        let expected = format!("flowchart LR\n  subgraph lane5[\"Pod\"]\n    n0[\"{label}\"]\n  end\n");
        assert_eq!(mermaid(&graph), expected);
    }

    #[test]
    fn other_ends_are_dotted() {
        let graph = fixture::graph("client c\ngateway g\nc > g unknown\ng > c redirect 301");
        let text = mermaid(&graph);
        assert!(text.ends_with("  n0 -.->|\"?\"| n1\n  n1 -.->|\"301\"| n0\n"), "{text}");
    }
}
