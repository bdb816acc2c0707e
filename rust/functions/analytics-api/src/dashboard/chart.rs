//! The chart of a report as scalable SVG: views and visitors of each bucket, in front of those of the previous period.
//!
//! It has no ids, no script and no `style` attributes. Its colors are those of a light page; `analytics.css` replaces them
//! on a dark one.

use std::iter::{once, repeat_n};

use plotters::element::EmptyElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use reply::Error;

use super::text::grouped;

/// The numbers of one bucket.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Label below the axis.
    pub label: String,
    /// Views by people.
    pub views: i64,
    /// Visitors.
    pub visitors: i64,
    /// Views in the same bucket of the previous period.
    pub previous: Option<i64>,
}

/// Size of a chart in pixels at which its text has the size of the page's text.
#[derive(Debug, Clone, Copy)]
pub struct Size(pub u32, pub u32);

/// Sizes for wide and for narrow screens.
pub const SIZES: [(&str, Size); 2] = [("wide", Size(900, 250)), ("narrow", Size(360, 240))];

/// Units per pixel: coordinates are whole numbers, and bars may be narrower than a pixel.
const UNITS: i32 = 4;

/// Correction of the font size: plotters draws fonts about a fifth too small.
const TEXT: i32 = 16 * UNITS;

/// Approximate width of a character.
const CHARACTER: i32 = 8 * UNITS;

/// Width of a line: one pixel.
const LINE: u32 = UNITS.unsigned_abs();

/// Free part of a bucket's width on either side of its bars.
const GAP: f64 = 0.16;

/// Maximum number of buckets with separate bars; more of them are drawn as lines.
const MOST_BARS: usize = 62;

/// Minimum number of bars that the width is divided by, so that a few bars are not too wide.
const LEAST_SLOTS: usize = 7;

/// Maximum value that is drawn: the axis has room for its digits.
const MOST: i64 = 999_999_999_999;

const VIEWS: RGBColor = RGBColor(0x5B, 0x8F, 0xE0);
const VISITORS: RGBColor = RGBColor(0x0B, 0x3F, 0x94);
const PREVIOUS: RGBColor = RGBColor(0xE2, 0xE5, 0xEB);
const PREVIOUS_EDGE: RGBColor = RGBColor(0x85, 0x8D, 0x9B);
const GRID: RGBColor = RGBColor(0xC9, 0xCD, 0xD6);
const LABEL: RGBColor = RGBColor(0x56, 0x5C, 0x69);

/// Draws the chart.
///
/// # Errors
/// The error of the drawing library.
pub fn svg(bars: &[Bar], Size(width, height): Size) -> Result<String, Error> {
    let mut svg = String::new();
    draw(bars, &SVGBackend::with_string(&mut svg, (units(width), units(height))).into_drawing_area())
        .map_err(|error| Error::internal(error.to_string()))?;
    Ok(svg)
}

fn units(pixels: u32) -> u32 {
    pixels.saturating_mul(UNITS.unsigned_abs())
}

type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

fn draw<'a>(bars: &[Bar], area: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>) -> Result<(), Failure<'a>> {
    let values = |value: fn(&Bar) -> i64| bars.iter().map(|bar| value(bar).clamp(0, MOST)).collect::<Vec<_>>();
    let (views, visitors) = (values(|bar| bar.views), values(|bar| bar.visitors));
    let previous = values(|bar| bar.previous.unwrap_or_default());
    let top = views.iter().chain(&previous).copied().max().unwrap_or_default().max(1);
    let digits = i32::try_from(grouped(top).len()).unwrap_or_default();
    let margin = count(LEAST_SLOTS.saturating_sub(bars.len())) / 2.0;
    let mut chart = ChartBuilder::on(area)
        .margin_top(TEXT)
        .margin_right(4 * CHARACTER)
        .set_label_area_size(LabelAreaPosition::Left, (digits + 1) * CHARACTER)
        .set_label_area_size(LabelAreaPosition::Bottom, 2 * TEXT)
        .build_cartesian_2d(-margin..count(bars.len()) + margin, 0..top)?;
    let style = ("sans-serif", TEXT).into_font().color(&LABEL);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .y_labels(4)
        .y_label_formatter(&|value| grouped(*value))
        .label_style(style.clone())
        .bold_line_style(GRID.stroke_width(LINE / 2))
        .light_line_style(TRANSPARENT)
        .axis_style(TRANSPARENT)
        .draw()?;

    chart.draw_series(once(Polygon::new(outline(&previous, 0.0), PREVIOUS.filled())))?;
    chart.draw_series(once(PathElement::new(outline(&previous, 0.0), PREVIOUS_EDGE.stroke_width(LINE))))?;
    for (values, color) in [(&views, VIEWS), (&visitors, VISITORS)] {
        if bars.len() > MOST_BARS {
            chart.draw_series(once(PathElement::new(outline(values, 0.0), color.stroke_width(2 * LINE))))?;
        } else {
            chart.draw_series(once(Polygon::new(outline(values, GAP), color.filled())))?;
        }
    }

    let step = label_step(bars, area.dim_in_pixel().0);
    let centered = style.pos(Pos::new(HPos::Center, VPos::Top));
    let labelled = bars.iter().enumerate().rev().step_by(step);
    chart.draw_series(labelled.map(|(index, bar)| {
        EmptyElement::at((count(index) + 0.5, 0)) + Text::new(bar.label.clone(), (0, TEXT * 2 / 3), centered.clone())
    }))?;
    area.present()
}

/// Returns the number of bars from one label to the next, so that labels do not overlap.
fn label_step(bars: &[Bar], width: u32) -> usize {
    let longest = bars.iter().map(|bar| bar.label.len()).max().unwrap_or_default();
    let room = usize::try_from(width / CHARACTER.unsigned_abs()).unwrap_or_default() / (longest + 1);
    bars.len().div_ceil(room.max(1)).max(1)
}

/// Returns the upper edges of bars, which go down to the axis between separate bars.
fn outline(values: &[i64], gap: f64) -> Vec<(f64, i64)> {
    let (last, feet) = (count(values.len()), if gap > 0.0 { 1 } else { 0 });
    let foot = |x| repeat_n((x, 0), feet);
    let bars = values.iter().enumerate().flat_map(|(index, &value)| {
        let (left, right) = (count(index) + gap, count(index + 1) - gap);
        foot(left).chain([(left, value), (right, value)]).chain(foot(right))
    });
    once((0.0, 0)).chain(bars).chain(once((last, 0))).collect()
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(count: i64, value: impl Fn(i64) -> i64) -> Vec<Bar> {
        let bar = |index| Bar {
            label: format!("Nov {index}"),
            views: value(index),
            visitors: value(index) / 2,
            previous: Some(value(count - index)),
        };
        (1..=count).map(bar).collect()
    }

    #[test]
    fn any_numbers_are_drawn() {
        for (count, value) in [(0, 0), (1, 0), (1, 1), (1, i64::MAX), (2, i64::MIN), (30, 7), (400, 999_999)] {
            for (_, size) in SIZES {
                let svg = svg(&bars(count, |_| value), size).unwrap();
                assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg}");
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
    }

    #[test]
    fn a_chart_has_no_script_style_id_or_link() {
        let svg = svg(&bars(30, |index| index), SIZES[0].1).unwrap();
        for attribute in [" style=", " id=", " href=", " on", "<style", "<script"] {
            assert!(!svg.contains(attribute), "{attribute}");
        }
    }

    #[test]
    fn every_color_has_one_for_dark_pages() {
        let svg = [30, 100].map(|count| svg(&bars(count, |index| index), SIZES[0].1).unwrap()).concat();
        let style = include_str!("../html/analytics.css");
        for attribute in ["fill", "stroke"] {
            for part in svg.split(&format!(" {attribute}=\"#")).skip(1) {
                let color = part.split('"').next().unwrap();
                let rule = format!(".chart [{attribute}=\"#{color}\"]");
                assert!(style.contains(&rule) || color == "565C69", "{rule}");
            }
        }
    }

    #[test]
    fn bars_stand_apart_unless_there_are_many() {
        assert_eq!(outline(&[3], 0.0), [(0.0, 0), (0.0, 3), (1.0, 3), (1.0, 0)]);
        assert_eq!(outline(&[3], 0.25), [(0.0, 0), (0.25, 0), (0.25, 3), (0.75, 3), (0.75, 0), (1.0, 0)]);
        let elements = |count| svg(&bars(count, |_| 1), SIZES[0].1).unwrap().matches("<polygon").count();
        assert_eq!((elements(62), elements(63)), (3, 1));
    }
}
