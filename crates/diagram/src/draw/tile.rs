//! The tile of a kind: its shape tells the lane, the hue only repeats it.

use crate::element::{Element, Px, circle, icon, path, rect};
use crate::metrics::Point;

/// Shape and icon in a square box; `shape` is the class of a lane.
pub(super) fn tile(shape: &str, glyph: &str, corner: Point, side: f64) -> [Element; 2] {
    let inner = side * 0.62;
    let inset = (side - inner) / 2.0;
    let (right, down) = match shape {
        "balancer" => (-1.0, 0.0),
        "gateway" => (0.0, 0.8),
        _ => (0.0, 0.0),
    };
    let place = (corner.0 + inset + right, corner.1 + inset + down);
    [outline(shape, corner, side), icon(glyph, place, inner).with("class", "tile-icon")]
}

fn outline(shape: &str, corner: Point, side: f64) -> Element {
    let half = side / 2.0;
    let centre = (corner.0 + half, corner.1 + half);
    match shape {
        "client" => circle(centre, half).with("class", "tile"),
        "balancer" => path("tile", pentagon(corner, side)),
        "gateway" => path("tile", arch(corner, side)),
        "route" => {
            let inset = side * 0.13;
            let turned = format!("rotate(45 {} {})", Px(centre.0), Px(centre.1));
            let square = rect((corner.0 + inset, corner.1 + inset), (side * 0.74, side * 0.74), 2.5);
            square.with("class", "tile").with("transform", turned)
        }
        "service" => rect(corner, (side, side), 5.0).with("class", "tile"),
        _ => path("tile", hexagon(corner, side)),
    }
}

/// Points to the right, round on the left.
fn pentagon(corner: Point, side: f64) -> String {
    let (left, top) = corner;
    let (bottom, inner, shoulder) = (Px(top + side), Px(left + 2.0), Px(left + side * 0.62));
    let tip = format!("{} {}", Px(left + side), Px(top + side / 2.0));
    let under = format!("Q{} {bottom} {} {}", Px(left), Px(left), Px(top + side - 2.0));
    let over = format!("V{}Q{} {} {inner} {}Z", Px(top + 2.0), Px(left), Px(top), Px(top));
    format!("M{inner} {}H{shoulder}L{tip}L{shoulder} {bottom}H{inner}{under}{over}", Px(top))
}

fn arch(corner: Point, side: f64) -> String {
    let (left, top) = corner;
    let (half, middle, bottom) = (Px(side / 2.0), Px(top + side / 2.0), Px(top + side));
    let (left, right) = (Px(left), Px(left + side));
    format!("M{left} {bottom}V{middle}A{half} {half} 0 0 1 {right} {middle}V{bottom}Z")
}

fn hexagon(corner: Point, side: f64) -> String {
    let (left, top) = corner;
    let (near, far) = (Px(left + 0.8), Px(left + side - 0.8));
    let (upper, lower) = (Px(top + side * 0.24), Px(top + side * 0.76));
    let (middle, above, below) = (Px(left + side / 2.0), Px(top - 0.5), Px(top + side + 0.5));
    format!("M{middle} {above}L{far} {upper}V{lower}L{middle} {below}L{near} {lower}V{upper}Z")
}
