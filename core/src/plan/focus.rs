//! The point of a picture that is most worth seeing.

use super::Interest;

impl Interest {
    /// The point that is most worth seeing, as shares of width and height: the middle of what is
    /// heavy about the heaviest place. The middle of the picture where nothing stands out.
    pub fn focus(&self) -> (f64, f64) {
        let (columns, rows) = (self.columns as usize, self.rows as usize);
        let reach = columns.max(rows).div_ceil(10);
        let mut best = Spot::default();
        for cell in 0..columns * rows {
            let spot = self.around(cell % columns, cell / columns, reach);
            if spot.weight > best.weight {
                best = spot;
            }
        }
        if best.weight == 0.0 {
            return (0.5, 0.5);
        }
        ((best.x + 0.5) / columns as f64, (best.y + 0.5) / rows as f64)
    }

    fn around(&self, x: usize, y: usize, reach: usize) -> Spot {
        let (columns, rows) = (self.columns as usize, self.rows as usize);
        let mut spot = Spot::default();
        for row in y.saturating_sub(reach)..(y + reach + 1).min(rows) {
            for column in x.saturating_sub(reach)..(x + reach + 1).min(columns) {
                let weight = f64::from(self.weights[row * columns + column]);
                spot.weight += weight;
                spot.x += weight * column as f64;
                spot.y += weight * row as f64;
            }
        }
        if spot.weight > 0.0 {
            spot.x /= spot.weight;
            spot.y /= spot.weight;
        }
        spot
    }
}

/// A weight and the middle of it, in cells.
#[derive(Default)]
struct Spot {
    weight: f64,
    x: f64,
    y: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_focus_is_the_middle_of_the_heaviest_place() {
        let mut map = Interest { columns: 64, rows: 32, weights: vec![0.0; 64 * 32] };
        assert_eq!(map.focus(), (0.5, 0.5));
        map.weights[3 * 64 + 5] = 1.0;
        for y in 20..24 {
            for x in 40..44 {
                map.weights[y * 64 + x] = 1.0;
            }
        }
        let (x, y) = map.focus();
        assert!((x - 42.0 / 64.0).abs() < 0.01 && (y - 22.0 / 32.0).abs() < 0.01, "{x} {y}");
    }
}
