//! The eight ways a picture can be turned and mirrored, as a group.

/// A transposition followed by mirrors: every turn and mirror of a rectangle is one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Orientation {
    /// Rows become columns, first.
    pub transpose: bool,
    /// Left and right change places, after that.
    pub mirror_x: bool,
    /// Top and bottom change places, after that.
    pub mirror_y: bool,
}

impl Orientation {
    /// Leaves the picture as it is.
    pub const IDENTITY: Orientation = Orientation::new(false, false, false);

    const fn new(transpose: bool, mirror_x: bool, mirror_y: bool) -> Self {
        Orientation { transpose, mirror_x, mirror_y }
    }

    /// What must be done to a picture whose EXIF orientation is `value`; nothing when it is not
    /// 1 to 8.
    pub fn from_exif(value: u8) -> Self {
        match value {
            2 => Self::new(false, true, false),
            3 => Self::new(false, true, true),
            4 => Self::new(false, false, true),
            5 => Self::new(true, false, false),
            6 => Self::new(true, true, false),
            7 => Self::new(true, true, true),
            8 => Self::new(true, false, true),
            _ => Self::IDENTITY,
        }
    }

    /// The EXIF orientation that this undoes, 1 to 8.
    pub fn to_exif(self) -> u8 {
        match (self.transpose, self.mirror_x, self.mirror_y) {
            (false, false, false) => 1,
            (false, true, false) => 2,
            (false, true, true) => 3,
            (false, false, true) => 4,
            (true, false, false) => 5,
            (true, true, false) => 6,
            (true, true, true) => 7,
            (true, false, true) => 8,
        }
    }

    /// Mirrors without a turn.
    pub fn mirror(x: bool, y: bool) -> Self {
        Self::new(false, x, y)
    }

    /// Clockwise quarter turns.
    pub fn quarter_turns(turns: u16) -> Self {
        Self::from_exif([1, 6, 3, 8][usize::from(turns % 4)])
    }

    /// This, and then `next`.
    #[must_use]
    pub fn then(self, next: Orientation) -> Self {
        // A transposition that comes after the mirrors swaps their axes.
        let (x, y) = if next.transpose {
            (self.mirror_y, self.mirror_x)
        } else {
            (self.mirror_x, self.mirror_y)
        };
        Self::new(self.transpose ^ next.transpose, x ^ next.mirror_x, y ^ next.mirror_y)
    }

    /// The size of the result for a picture of `width` by `height`; also the way back.
    pub fn size(self, width: u32, height: u32) -> (u32, u32) {
        if self.transpose {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// Where the rectangle (left, top, width, height) of the result lies in a source of
    /// `source` = (width, height).
    pub fn rectangle_in_source(self, rectangle: [f64; 4], source: (f64, f64)) -> [f64; 4] {
        let [mut left, mut top, width, height] = rectangle;
        let (full_width, full_height) = if self.transpose { (source.1, source.0) } else { source };
        if self.mirror_x {
            left = full_width - left - width;
        }
        if self.mirror_y {
            top = full_height - top - height;
        }
        if self.transpose {
            [top, left, height, width]
        } else {
            [left, top, width, height]
        }
    }

    /// Where the rectangle (left, top, width, height) of a source of `source` = (width, height)
    /// lies in the result.
    pub fn rectangle_in_result(self, rectangle: [f64; 4], source: (f64, f64)) -> [f64; 4] {
        let [left, top, width, height] = rectangle;
        let ([mut left, mut top, width, height], full) = if self.transpose {
            ([top, left, height, width], (source.1, source.0))
        } else {
            (rectangle, source)
        };
        if self.mirror_x {
            left = full.0 - left - width;
        }
        if self.mirror_y {
            top = full.1 - top - height;
        }
        [left, top, width, height]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Orientation> {
        (1..=8).map(Orientation::from_exif)
    }

    /// The slow truth: moves every pixel of a small picture.
    fn turn(o: Orientation, (w, h, px): (usize, usize, Vec<u8>)) -> (usize, usize, Vec<u8>) {
        let (mut w2, mut h2, mut px2) = (w, h, px.clone());
        if o.transpose {
            (w2, h2) = (h, w);
            px2 = (0..w * h).map(|i| px[(i % h) * w + i / h]).collect();
        }
        if o.mirror_x {
            px2 = (0..w2 * h2).map(|i| px2[(i / w2) * w2 + (w2 - 1 - i % w2)]).collect();
        }
        if o.mirror_y {
            px2 = (0..w2 * h2).map(|i| px2[(h2 - 1 - i / w2) * w2 + i % w2]).collect();
        }
        (w2, h2, px2)
    }

    #[test]
    fn two_orientations_in_a_row_are_one() {
        let picture = (3usize, 2usize, (0u8..6).collect::<Vec<_>>());
        for a in all() {
            for b in all() {
                let twice = turn(b, turn(a, picture.clone()));
                assert_eq!(turn(a.then(b), picture.clone()), twice, "{a:?} then {b:?}");
            }
        }
    }

    #[test]
    fn exif_numbers_survive_the_round_trip() {
        for value in 1..=8 {
            assert_eq!(Orientation::from_exif(value).to_exif(), value);
        }
        assert_eq!(Orientation::from_exif(0), Orientation::IDENTITY);
        assert_eq!(Orientation::from_exif(9), Orientation::IDENTITY);
    }

    #[test]
    fn a_quarter_turn_moves_the_left_column_to_the_top() {
        let picture = (2usize, 2usize, vec![1, 2, 3, 4]);
        assert_eq!(turn(Orientation::quarter_turns(1), picture).2, [3, 1, 4, 2]);
    }

    #[test]
    fn a_rectangle_of_the_result_is_found_in_the_source() {
        let (w, h) = (5usize, 3usize);
        let picture = (w, h, (0u8..15).collect::<Vec<_>>());
        for o in all() {
            let (w2, _, px) = turn(o, picture.clone());
            let [left, top, ..] = o.rectangle_in_source([1.0, 2.0, 1.0, 1.0], (w as f64, h as f64));
            let source = (top as usize) * w + left as usize;
            assert_eq!(px[2 * w2 + 1], picture.2[source], "{o:?}");
        }
    }

    #[test]
    fn a_rectangle_goes_to_the_result_and_back() {
        for o in all() {
            let rectangle = [1.0, 2.0, 3.0, 0.5];
            let result = o.rectangle_in_result(rectangle, (5.0, 3.0));
            assert_eq!(o.rectangle_in_source(result, (5.0, 3.0)), rectangle, "{o:?}");
        }
    }
}
