//! A frame as an SVG: text as text, in whatever monospaced font there is; frames, bars and marks as shapes, so that they meet
//! whatever the font's height.

use std::fmt::Write as _;

use layertui::text::markup::html;
use layertui::text::visible;
use layertui::text::width::width;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// A cell in pixels.
const WIDE: u32 = 8;
const HIGH: u32 = 17;
/// Round the frame.
const MARGIN: u32 = 10;
/// Colours of a terminal.
#[derive(Clone, Copy)]
pub struct Palette {
    paper: &'static str,
    ink: &'static str,
    light: bool,
}

pub const DARK: Palette = Palette { paper: "#16181d", ink: "#c8ccd4", light: false };
pub const LIGHT: Palette = Palette { paper: "#fbfbf8", ink: "#24272e", light: true };

/// How a run of cells looks.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    colour: &'static str,
    modifier: Modifier,
}

pub fn draw(buffer: &Buffer, palette: Palette) -> String {
    let (width, height) = (u32::from(buffer.area.width), u32::from(buffer.area.height));
    let (w, h) = (width * WIDE + 2 * MARGIN, height * HIGH + 2 * MARGIN);
    let paper = palette.paper;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" font-size=\"13.3\" \
         font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\">\n\
         <rect width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{paper}\"/>"
    );
    for y in 0..buffer.area.height {
        line(&mut out, buffer, y, palette);
    }
    out.push_str("</svg>\n");
    out
}

/// Frames one after another, `seconds` each, again and again; where nothing moves, the first.
pub fn animate(frames: &[String], seconds: usize) -> String {
    let (head, _) = frames[0].split_once('\n').unwrap();
    let (all, share) = (frames.len() * seconds, 100.0 / frames.len() as f64);
    let mut out = format!(
        "{head}\n<style>.f{{opacity:0}}.f:first-of-type{{opacity:1}}\
         @media (prefers-reduced-motion:no-preference){{.f{{animation:f {all}s step-end infinite both}}}}\
         @keyframes f{{0%{{opacity:1}}{share}%,100%{{opacity:0}}}}</style>\n"
    );
    for (number, frame) in frames.iter().enumerate() {
        let (_, drawn) = frame.split_once('\n').unwrap();
        let drawn = drawn.strip_suffix("</svg>\n").unwrap();
        // A negative delay: frame 1 begins as if it had run for all the others.
        let delay = (frames.len() - number) % frames.len() * seconds;
        let _ = writeln!(out, "<g class=\"f\" style=\"animation-delay:-{delay}s\">\n{drawn}</g>");
    }
    out.push_str("</svg>\n");
    out
}

fn line(out: &mut String, buffer: &Buffer, y: u16, palette: Palette) {
    let mut x = 0;
    let cells = buffer.area.width;
    while x < cells {
        let look = look(&buffer[(x, y)], palette);
        let start = x;
        let mut text = String::new();
        while x < cells && self::look(&buffer[(x, y)], palette) == look {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(width(&visible(symbol)).max(1)).unwrap_or(1);
        }
        run(out, (start, y), x.min(cells) - start, &text, look, palette);
    }
}

fn look(cell: &Cell, palette: Palette) -> Look {
    let colour = match (cell.fg, palette.light) {
        (Color::Reset, _) => palette.ink,
        (Color::Cyan, false) => "#4aa5b0",
        (Color::LightCyan, false) => "#6fd3e0",
        (Color::LightBlue, false) => "#61afef",
        (Color::LightYellow, false) => "#e5c07b",
        (Color::LightMagenta, false) => "#d58bea",
        (Color::LightRed, false) => "#ef7a6f",
        (Color::Blue, true) => "#1f46c4",
        (Color::LightBlue, true) => "#4a63e0",
        (Color::Magenta, true) => "#9a2a9a",
        (Color::Red, true) => "#c0281f",
        (Color::Cyan, true) => "#0b7f8c",
        (Color::DarkGray, true) => "#60646c",
        (other, _) => panic!("{other:?} has no colour in the pictures"),
    };
    Look { colour, modifier: cell.modifier }
}

/// Cells of one look: their background, their shapes, their text word by word, each put where it begins.
fn run(out: &mut String, (x, y): (u16, u16), cells: u16, text: &str, look: Look, palette: Palette) {
    let (left, top) = (MARGIN + u32::from(x) * WIDE, MARGIN + u32::from(y) * HIGH);
    let reversed = look.modifier.contains(Modifier::REVERSED);
    if reversed {
        let wide = u32::from(cells) * WIDE;
        let colour = look.colour;
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{HIGH}\" fill=\"{colour}\"/>"
        );
    }
    let colour = if reversed { palette.paper } else { look.colour };
    let dim = look.modifier.contains(Modifier::DIM) && !reversed;
    let mut shapes = String::new();
    let mut word = String::new();
    let (mut at, mut word_at) = (0, 0);
    let mut words = Vec::new();
    for c in text.chars() {
        let wide = width(&visible(&c)) as u32;
        let shape = shape(c, left + at * WIDE, top);
        if c == ' ' || shape.is_some() {
            if !word.is_empty() {
                words.push((word_at, std::mem::take(&mut word)));
            }
            shapes.extend(shape);
        } else {
            if word.is_empty() {
                word_at = at;
            }
            word.push(c);
        }
        at += wide;
    }
    if !word.is_empty() {
        words.push((word_at, word));
    }
    let opacity = if dim { " opacity=\"0.62\"" } else { "" };
    if !shapes.is_empty() {
        let _ = writeln!(out, "<path d=\"{shapes}\" fill=\"{colour}\"{opacity}/>");
    }
    for (at, word) in words {
        let style = style(look.modifier);
        let length = width(&visible(&word)) as u32 * WIDE;
        let word = html(&word);
        let (x, y) = (left + at * WIDE, top + HIGH - 4);
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" fill=\"{colour}\"{style}{opacity}>{word}</text>"
        );
    }
}

fn style(modifier: Modifier) -> String {
    let mut style = String::new();
    if modifier.contains(Modifier::BOLD) {
        style.push_str(" font-weight=\"bold\"");
    }
    if modifier.contains(Modifier::UNDERLINED) {
        style.push_str(" text-decoration=\"underline\"");
    }
    if modifier.contains(Modifier::CROSSED_OUT) {
        style.push_str(" text-decoration=\"line-through\"");
    }
    style
}

/// A box drawing or block character as a path that fills its part of the cell; `None` for what is text.
fn shape(c: char, x: u32, y: u32) -> Option<String> {
    let (middle, centre) = (x + WIDE / 2, y + HIGH / 2);
    let (right, bottom) = (x + WIDE, y + HIGH);
    let rect = |x: u32, y: u32, w: u32, h: u32| format!("M{x} {y}h{w}v{h}h-{w}z");
    let eighths = |n: u32| rect(x, y, n * WIDE / 8, HIGH);
    // Lines are a pixel wide; corners are a line and a line.
    let across = |from: u32, to: u32| rect(from, centre, to - from, 1);
    let down = |from: u32, to: u32| rect(middle, from, 1, to - from);
    Some(match c {
        '─' => across(x, right),
        '│' => down(y, bottom),
        '╭' => across(middle, right) + &down(centre, bottom),
        '╮' => across(x, middle + 1) + &down(centre, bottom),
        '╰' => across(middle, right) + &down(y, centre + 1),
        '╯' => across(x, middle + 1) + &down(y, centre + 1),
        '▁'..='▇' => {
            let high = (u32::from(c) - u32::from('▁') + 1) * HIGH / 8;
            rect(x, bottom - high, WIDE, high)
        }
        '█' => eighths(8),
        '▉' => eighths(7),
        '▊' => eighths(6),
        '▋' => eighths(5),
        '▌' => eighths(4),
        '▍' => eighths(3),
        '▎' => eighths(2),
        '▏' => eighths(1),
        '▐' => rect(middle, y, WIDE / 2, HIGH),
        '░' => (0..HIGH / 4)
            .flat_map(|row| (0..2).map(move |dot| (row, dot)))
            .map(|(row, dot)| rect(x + 1 + dot * 4, y + 1 + row * 4, 1, 1))
            .collect(),
        _ => return None,
    })
}
