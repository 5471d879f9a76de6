//! What holds for every option text, tried on generated ones.

use safelight::options::*;
use safelight::Options;

/// A small deterministic generator (a 64-bit linear congruence, high bits used).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.next() % bound
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(4) == 0).then(|| value(self))
    }

    fn number(&mut self, max: f64) -> f64 {
        match self.below(3) {
            0 => f64::from(self.below(max as u32 + 1)),
            1 => (f64::from(self.next()) / f64::from(u32::MAX) * max * 100.0).round() / 100.0,
            _ => f64::from(self.next()) / f64::from(u32::MAX) * max,
        }
    }

    fn pick<T: Copy>(&mut self, words: &[(&str, T)]) -> T {
        words[self.below(words.len() as u32) as usize].1
    }

    fn color(&mut self) -> Color {
        let [red, green, blue, alpha] = self.next().to_be_bytes();
        let alpha = if alpha < 128 { 255 } else { alpha };
        Color { red, green, blue, alpha }
    }

    fn quality(&mut self) -> Quality {
        match self.below(2) {
            0 => Quality::Number(1 + self.below(100) as u8),
            _ => Quality::Word(self.pick(QualityWord::WORDS)),
        }
    }

    fn gravity(&mut self) -> Gravity {
        match self.below(6) {
            0 => Gravity::Center,
            1 => Gravity::Auto,
            2 => Gravity::Face,
            3 => Gravity::Entropy,
            4 => Gravity::Side(self.pick(Side::WORDS)),
            _ => Gravity::Point {
                x: self.number(1.0),
                y: self.number(1.0),
                mode: self.pick(PointMode::WORDS),
            },
        }
    }

    fn trim(&mut self) -> Trim {
        Trim {
            top: self.maybe(|d| d.number(400.0)).filter(|cut| *cut > 0.0),
            right: self.maybe(|d| d.number(1.0)).filter(|cut| *cut > 0.0),
            bottom: self.maybe(|d| d.number(400.0)).filter(|cut| *cut > 0.0),
            left: self.maybe(|d| d.number(400.0)).filter(|cut| *cut > 0.0),
            width: self.maybe(|d| 0.5 + d.number(400.0)),
            height: self.maybe(|d| 0.5 + d.number(400.0)),
            border: self.maybe(|d| TrimBorder {
                color: d.maybe(Dice::color),
                tolerance: d.maybe(|d| d.below(256) as u8),
                keep: d.maybe(|d| d.below(100)),
            }),
        }
    }

    fn border(&mut self) -> Border {
        let color = self.color();
        let [top, right, bottom, left] = [(); 4].map(|()| self.below(3));
        Border { color, top, right, bottom, left }
    }

    fn flip(&mut self) -> Flip {
        let flip = 1 + self.below(3);
        Flip { horizontal: flip & 1 != 0, vertical: flip & 2 != 0 }
    }

    fn name(&mut self) -> String {
        let names = [
            "https://example.com/é.png?a=1,b=(2);c:3",
            "text:a",
            "{}",
            "logo.png",
            "100%25",
            "[1]",
        ];
        names[self.below(names.len() as u32) as usize].into()
    }

    fn text(&mut self) -> Text {
        Text {
            content: Some(format!("{}\n{}", self.name(), self.name())),
            font: self.maybe(|d| Font { url: d.name() }),
            size: self.maybe(|d| 1.0 + d.number(99.0)),
            color: self.maybe(Dice::color),
            align: self.maybe(|d| d.pick(Align::WORDS)),
            line_height: self.maybe(|d| 0.5 + d.number(2.0)),
        }
    }

    /// What overlays share with all pictures.
    fn shared(&mut self) -> Options {
        Options {
            dpr: self.maybe(|d| 0.5 + d.number(3.0)),
            fit: self.maybe(|d| d.pick(Fit::WORDS)),
            gravity: self.maybe(Dice::gravity),
            zoom: self.maybe(|d| d.number(1.0)),
            trim: self.maybe(Dice::trim).filter(|trim| *trim != Trim::default()),
            border: self.maybe(Dice::border),
            background: self.maybe(Dice::color),
            rotate: self.maybe(|d| 90 * d.below(5) as u16),
            flip: self.maybe(Dice::flip),
            brightness: self.maybe(|d| d.number(255.0)),
            contrast: self.maybe(|d| d.number(255.0)),
            gamma: self.maybe(|d| d.number(255.0)),
            saturation: self.maybe(|d| d.number(255.0)),
            blur: self.maybe(|d| d.number(250.0)),
            sharpen: self.maybe(|d| d.number(10.0)),
            segment: self.maybe(|d| d.pick(Segment::WORDS)),
            upscale: self.maybe(|d| d.pick(Upscale::WORDS)),
            ..Options::default()
        }
    }

    fn overlay(&mut self) -> Overlay {
        let is_text = self.below(2) == 0;
        let (near, far) = (self.below(2) == 0, self.below(2) == 0);
        Overlay {
            url: (!is_text).then(|| self.name()),
            text: is_text.then(|| self.text()),
            width: self.maybe(|d| 0.01 + d.number(500.0)),
            height: self.maybe(|d| 0.01 + d.number(500.0)),
            opacity: self.maybe(|d| d.number(1.0)),
            repeat: self.maybe(|d| d.pick(Repeat::WORDS)),
            composite: self.maybe(|d| d.pick(Composite::WORDS)),
            top: self.maybe(|d| d.below(100)).filter(|_| near),
            left: self.maybe(|d| d.below(100)).filter(|_| far),
            bottom: self.maybe(|d| d.below(100)).filter(|_| !near),
            right: self.maybe(|d| d.below(100)).filter(|_| !far),
            options: self.shared(),
        }
    }

    fn draw(&mut self) -> Vec<Overlay> {
        (0..self.below(3)).map(|_| self.overlay()).collect()
    }

    fn options(&mut self) -> Options {
        Options {
            width: self.maybe(|d| match d.below(4) {
                0 => Width::Auto,
                _ => Width::Pixels(1 + d.below(20_000)),
            }),
            height: self.maybe(|d| 1 + d.below(20_000)),
            dpr: self.maybe(|d| 0.5 + d.number(3.0)),
            fit: self.maybe(|d| d.pick(Fit::WORDS)),
            gravity: self.maybe(Dice::gravity),
            zoom: self.maybe(|d| d.number(1.0)),
            trim: self.maybe(Dice::trim).filter(|trim| *trim != Trim::default()),
            border: self.maybe(Dice::border),
            background: self.maybe(Dice::color),
            rotate: self.maybe(|d| 90 * d.below(5) as u16),
            flip: self.maybe(Dice::flip),
            brightness: self.maybe(|d| d.number(255.0)),
            contrast: self.maybe(|d| d.number(255.0)),
            gamma: self.maybe(|d| d.number(255.0)),
            saturation: self.maybe(|d| d.number(255.0)),
            blur: self.maybe(|d| d.number(250.0)),
            sharpen: self.maybe(|d| d.number(10.0)),
            format: self.maybe(|d| d.pick(FormatWord::WORDS)),
            quality: self.maybe(Dice::quality),
            slow_connection_quality: self.maybe(Dice::quality),
            compression: self.maybe(|d| d.pick(Compression::WORDS)),
            anim: self.maybe(|d| d.below(2) == 0),
            metadata: self.maybe(|d| d.pick(Metadata::WORDS)),
            colorspace: self.maybe(|d| d.pick(Colorspace::WORDS)),
            onerror: self.maybe(|d| d.pick(OnError::WORDS)),
            segment: self.maybe(|d| d.pick(Segment::WORDS)),
            upscale: self.maybe(|d| d.pick(Upscale::WORDS)),
            wbreakpoints: self.maybe(|d| (0..=d.below(5)).map(|_| 1 + d.below(20_000)).collect()),
            wmobile: self.maybe(|d| 1 + d.below(20_000)),
            wdesktop: self.maybe(|d| 1 + d.below(20_000)),
            draw: self.maybe(Dice::draw),
            origin_auth: self.maybe(|d| d.pick(OriginAuth::WORDS)),
        }
    }
}

#[test]
fn json_gives_back_the_very_options_it_was_made_from() {
    let mut dice = Dice(1);
    for _ in 0..20_000 {
        let options = dice.options();
        let json = options.to_json().to_string();
        let parsed = Options::parse(&json).unwrap();
        assert_eq!(parsed.options, options, "{json}");
        assert!(parsed.warnings.is_empty(), "{json}");
    }
}

#[test]
fn reading_canonical_text_is_the_inverse_of_printing_it() {
    let mut dice = Dice(2);
    for _ in 0..20_000 {
        let text = dice.options().to_string();
        let canonical = Options::parse_canonical(&text).unwrap();
        assert_eq!(canonical.to_string(), text);
        assert_eq!(Options::parse_canonical(&canonical.to_string()).unwrap(), canonical);
    }
}

#[test]
fn canonical_text_keeps_every_option_that_changes_something() {
    let mut dice = Dice(3);
    for _ in 0..20_000 {
        let options = dice.options();
        let mut json = options.to_json();
        let printed = Options::parse_canonical(&options.to_string()).unwrap().to_json();
        let members = json.as_object_mut().unwrap();
        for (name, value) in printed.as_object().unwrap() {
            if name != "trim" && name != "draw" {
                assert_eq!(Some(value), members.get(name), "{name}");
            }
            members.remove(name);
        }
        for (name, value) in members.iter() {
            let row = Row::find(name).unwrap();
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_string);
            assert!(
                row.neutral.contains(&value.as_str()) || name == "trim" || name == "wbreakpoints",
                "{name}={value}"
            );
        }
    }
}

#[test]
fn url_text_accepts_what_it_prints_unless_only_json_can_say_it() {
    let mut dice = Dice(4);
    for _ in 0..20_000 {
        let options = Options { origin_auth: None, ..dice.options() };
        let text = options.to_string();
        if !text.is_empty() && !text.contains("%7B") {
            assert_eq!(Options::parse(&text).unwrap().options.to_string(), text);
        }
    }
}

#[test]
fn the_order_of_options_does_not_matter() {
    let mut dice = Dice(5);
    for _ in 0..2_000 {
        let mut options = dice.options();
        // Overlays are painted in their order.
        if let Some(overlays) = options.draw.as_mut() {
            overlays.truncate(1);
        }
        let text = options.to_string();
        let mut parts: Vec<&str> = text.split(',').collect();
        parts.reverse();
        let reversed = Options::parse_canonical(&parts.join(",")).unwrap();
        assert_eq!(reversed.to_string(), text);
    }
}

#[test]
fn random_bytes_never_panic_and_errors_are_one_printable_line() {
    let alphabet: Vec<char> =
        "=,;.%()#{}[]\":-_ 0123456789abcdefghilmnopqrstuvwxyz\u{0}\n\u{e9}\u{1f600}"
            .chars()
            .collect();
    let names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
    let mut dice = Dice(6);
    for _ in 0..50_000 {
        let mut text = String::new();
        for _ in 0..dice.below(6) {
            if dice.below(2) == 0 {
                text.push_str(names[dice.below(names.len() as u32) as usize]);
                text.push('=');
            }
            for _ in 0..dice.below(12) {
                text.push(alphabet[dice.below(alphabet.len() as u32) as usize]);
            }
            text.push(',');
        }
        let results = [
            Options::parse(&text),
            Options::parse_with(&text, true),
            Options::parse(&format!("{{{text}}}")),
            Options::parse_canonical(&text).map(|options| Parsed { options, warnings: vec![] }),
        ];
        for result in results {
            let lines = match result {
                Ok(parsed) => parsed.warnings,
                Err(error) => vec![error.message().to_string()],
            };
            for line in lines {
                assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line:?}");
                assert!(line.len() < 400, "{line}");
            }
        }
    }
}

#[test]
fn json_of_any_shape_never_panics() {
    let values = [
        "null",
        "true",
        "false",
        "0",
        "-0.0",
        "1e999",
        "-1",
        "1.5",
        "18446744073709551616",
        "\"\"",
        "\"\\u0000\"",
        "[]",
        "[[]]",
        "{}",
        "[{}]",
        "{\"x\":null}",
        "{\"width\":{}}",
        "\"NaN\"",
        "1e2",
    ];
    for row in ROWS {
        for value in values {
            for text in [
                format!("{{\"{}\":{value}}}", row.name),
                format!("{{\"trim\":{{\"{}\":{value}}}}}", row.name),
            ] {
                if let Ok(parsed) = Options::parse(&text) {
                    let printed = parsed.options.to_string();
                    assert_eq!(
                        Options::parse_canonical(&printed).unwrap().to_string(),
                        printed,
                        "{text}"
                    );
                }
            }
        }
    }
}

#[test]
fn hostile_length_and_depth_are_refused_in_order() {
    let long = "w=1,".repeat(3_000);
    assert_eq!(Options::parse(&long).unwrap_err().kind(), safelight::Kind::TooLarge);
    let deep = format!("{{\"draw\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(Options::parse(&deep).unwrap_err().kind(), safelight::Kind::Invalid);
    let big = format!("{{\"draw\":[{{\"url\":\"{}\"}}]}}", "a".repeat(70_000));
    assert_eq!(Options::parse(&big).unwrap_err().kind(), safelight::Kind::TooLarge);
    let many = "x=,".repeat(2_000) + "w=1";
    let parsed = Options::parse(&many).unwrap();
    assert_eq!(parsed.warnings.len(), 21);
    assert_eq!(parsed.warnings[20], "1980 more unknown options were ignored");
}

#[test]
fn every_field_has_a_row_and_every_row_a_field() {
    let debug = format!("{:#?}", Options::default());
    let mut fields: Vec<String> = debug
        .lines()
        .filter_map(|line| line.strip_suffix(": None,"))
        .map(|field| field.trim().replace('_', "-"))
        .collect();
    let mut rows: Vec<String> =
        ROWS.iter().filter(|row| row.depth() == 0).map(|row| row.name.to_string()).collect();
    fields.sort();
    rows.sort();
    assert_eq!(fields, rows);
}

#[test]
fn no_two_rows_share_a_name() {
    let mut names: Vec<&str> =
        ROWS.iter().flat_map(|row| row.aliases.iter().copied().chain([row.name])).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
