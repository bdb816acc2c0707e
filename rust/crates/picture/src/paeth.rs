//! PNG's Paeth filter, which stores a pixel as its difference from its left, upper and upper left neighbors.
//!
//! Every scanline gets it, whatever filter the file used: a glitched byte then spreads to the right and down.

use std::mem;

/// Filters the scanlines of a picture in place, <https://www.w3.org/TR/png-3/#9Filter-type-4-Paeth>.
pub fn filter(scanlines: &mut [u8], length: usize, pixel_length: usize) {
    // Each row, after a black pixel that stands for the missing neighbors of the first one.
    let mut above = vec![0; pixel_length + length];
    let mut line = above.clone();
    for scanline in scanlines.chunks_exact_mut(length) {
        let (_, pixels) = line.split_at_mut(pixel_length);
        pixels.copy_from_slice(scanline);
        subtract_predictions(scanline, &line, &above, pixel_length);
        mem::swap(&mut line, &mut above);
    }
}

fn subtract_predictions(scanline: &mut [u8], left: &[u8], upper_left: &[u8], pixel_length: usize) {
    let (_, up) = upper_left.split_at(pixel_length);
    for (byte, ((&left, &up), &upper_left)) in scanline.iter_mut().zip(left.iter().zip(up).zip(upper_left)) {
        *byte = byte.wrapping_sub(predictor(left, up, upper_left));
    }
}

/// Returns the neighbor nearest to left + up − upper left.
fn predictor(left: u8, up: u8, upper_left: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(upper_left);
    let distance = |neighbor: u8| (estimate - i16::from(neighbor)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(upper_left) {
        left
    } else if distance(up) <= distance(upper_left) {
        up
    } else {
        upper_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_neighbor_predicts_and_ties_go_left_then_up() {
        assert_eq!(predictor(10, 20, 10), 20);
        assert_eq!(predictor(20, 10, 10), 20);
        assert_eq!(predictor(10, 30, 20), 20);
        assert_eq!(predictor(5, 5, 5), 5);
        assert_eq!(predictor(0, 255, 255), 0);
    }

    #[test]
    fn pixels_become_their_differences() {
        let mut scanlines = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];
        filter(&mut scanlines, 6, 3);
        assert_eq!(scanlines, [1, 2, 3, 3, 3, 3, 10, 10, 10, 3, 3, 3]);
    }
}
