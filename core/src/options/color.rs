//! CSS colours (level 4): hex, names, `rgb()`, `rgba()`, `hsl()`, `hsla()`, with commas or spaces.

use std::fmt;

use super::color_names::NAMES;
use super::convert::decimal;
use super::values::Color;

/// Longer text is no colour; the bound keeps hostile input cheap.
const MAX_TEXT: usize = 128;

impl Color {
    /// Opaque white.
    pub const WHITE: Color = Color { red: 255, green: 255, blue: 255, alpha: 255 };

    /// The colour that `text` names in CSS, in any case of its letters.
    pub fn parse(text: &str) -> Option<Color> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let text = text.to_ascii_lowercase();
        match text.strip_prefix('#') {
            Some(digits) => hex(digits),
            None => named(&text).or_else(|| function(&text)),
        }
    }
}

impl fmt::Display for Color {
    /// `#rrggbb`, or `#rrggbbaa` when it is not opaque.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)?;
        if self.alpha < 255 {
            write!(f, "{:02x}", self.alpha)?;
        }
        Ok(())
    }
}

fn hex(digits: &str) -> Option<Color> {
    let digits: Vec<u8> =
        digits.chars().map(|digit| digit.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    let bytes: Vec<u8> = match digits.len() {
        3 | 4 => digits.iter().map(|digit| digit * 17).collect(),
        6 | 8 => digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect(),
        _ => return None,
    };
    let alpha = bytes.get(3).copied().unwrap_or(255);
    Some(Color { red: bytes[0], green: bytes[1], blue: bytes[2], alpha })
}

fn named(name: &str) -> Option<Color> {
    if name == "transparent" {
        return Some(Color { red: 0, green: 0, blue: 0, alpha: 0 });
    }
    let index = NAMES.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    let [_, red, green, blue] = NAMES[index].1.to_be_bytes();
    Some(Color { red, green, blue, alpha: 255 })
}

fn function(text: &str) -> Option<Color> {
    let (name, rest) = text.split_once('(')?;
    let arguments = arguments(rest.strip_suffix(')')?)?;
    let [first, second, third] = arguments.channels;
    let [red, green, blue] = match name {
        "rgb" | "rgba" => [channel(first)?, channel(second)?, channel(third)?],
        "hsl" | "hsla" => hsl_to_rgb(hue(first)?, percent(second)?, percent(third)?),
        _ => return None,
    };
    let alpha = match arguments.alpha {
        Some(alpha) => share(alpha)?,
        None => 1.0,
    };
    let byte = |part: f64| (part * 255.0).round() as u8;
    Some(Color { red: byte(red), green: byte(green), blue: byte(blue), alpha: byte(alpha) })
}

struct Arguments<'a> {
    channels: [&'a str; 3],
    alpha: Option<&'a str>,
}

/// `a, b, c`, `a, b, c, alpha`, `a b c` or `a b c / alpha`.
fn arguments(text: &str) -> Option<Arguments<'_>> {
    let (body, slashed) = match text.split_once('/') {
        Some((body, alpha)) => (body, Some(alpha.trim())),
        None => (text, None),
    };
    let commas = body.contains(',');
    if commas && slashed.is_some() {
        return None;
    }
    let parts: Vec<&str> = if commas {
        body.split(',').map(str::trim).collect()
    } else {
        body.split_ascii_whitespace().collect()
    };
    match parts[..] {
        [a, b, c] => Some(Arguments { channels: [a, b, c], alpha: slashed }),
        [a, b, c, alpha] if commas => Some(Arguments { channels: [a, b, c], alpha: Some(alpha) }),
        _ => None,
    }
}

/// A channel of `rgb()` as a share: 0 to 255, or 0% to 100%.
fn channel(text: &str) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(_) => percent(text),
        None => up_to(decimal(text)?, 255.0).map(|value| value / 255.0),
    }
}

fn percent(text: &str) -> Option<f64> {
    up_to(decimal(text.strip_suffix('%')?)?, 100.0).map(|value| value / 100.0)
}

/// Opacity: 0 to 1, or 0% to 100%.
fn share(text: &str) -> Option<f64> {
    if text.ends_with('%') {
        return percent(text);
    }
    up_to(decimal(text)?, 1.0)
}

fn up_to(value: f64, max: f64) -> Option<f64> {
    (value <= max).then_some(value)
}

/// Degrees, with or without `deg`, up to a full turn.
fn hue(text: &str) -> Option<f64> {
    up_to(decimal(text.strip_suffix("deg").unwrap_or(text))?, 360.0)
}

fn hsl_to_rgb(hue: f64, saturation: f64, lightness: f64) -> [f64; 3] {
    let reach = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|offset| {
        let k = (offset + hue / 30.0) % 12.0;
        lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(NAMES.len(), 148);
    }

    #[test]
    fn hsl_agrees_with_the_primaries() {
        for (text, hex) in [
            ("hsl(0,100%,50%)", "#ff0000"),
            ("hsl(120,100%,25%)", "#008000"),
            ("hsl(240deg 100% 50% / 50%)", "#0000ff80"),
            ("hsl(360,0%,100%)", "#ffffff"),
        ] {
            assert_eq!(Color::parse(text).unwrap().to_string(), hex);
        }
    }
}
