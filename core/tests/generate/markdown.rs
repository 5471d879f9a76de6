//! The option reference.

use safelight::options::{Flip, Gravity, Kind, Live, QualityWord, Row, ROWS};

use super::plain;

const HEAD: &str = "<!-- Generated from the option table by `UPDATE=1 cargo test`; do not edit. -->
# Options

One row an option. Everything that reads or writes options, in every language, follows this table.

**Status** says whether an option has its effect in this version. What is known but not available is
refused with an `Unsupported` error; it is never silently ignored.

**Seen in** leads to the picture that the test of the option compares with, named after the behaviour; where
no pixel changes, to the test.

| Option | Short | Values | Default | Forms | Status | What it does | Seen in |
|---|---|---|---|---|---|---|---|
";

const SECTIONS: &[(&str, &str)] = &[
    (
        "How options are written",
        "Two forms say the same things:

- **URL text**: `width=400,fit=cover,format=auto`. Commas separate options; a comma inside parentheses
  belongs to its value (`background=rgb(240,40,145)`). No spaces. A value may be percent-encoded and is
  decoded once, so `#` is written `%23` in a URL. At least one option; at most 8 KiB.
- **JSON**, when the text starts with `{`: `{\"width\": 400, \"fit\": \"cover\"}`. Names may have `_` in place
  of `-`. Numbers may be written as strings. `null` means \"not given\". At most 64 KiB.

The order of options does not matter. Where an option comes twice, by its full or its short name, the
last one holds. A name that is not known is ignored, with the warning
`unknown option \"crop\" was ignored`.

Numbers are plain decimals: digits, and at most one point with digits on both sides; no sign and no
exponent. A malformed value is an `Invalid` error that names the option, what was expected and what
came: `width: expected 1 to 20000, got 0`. The lenient mode of the URL form ignores a malformed value
with a warning instead; numbers out of range and unknown `format` words stay errors in it.

Options that mean the same have one **canonical text**: full names in the order of the table, values
that change nothing left out, numbers in their shortest form, colours as `%23rrggbb` or `%23rrggbbaa`.
It is the key under which results are kept. It is empty when nothing is asked for. What only JSON can
say stands in it as percent-encoded JSON, which the URL form does not accept.",
    ),
    (
        "Sizes",
        "`width` and `height` are whole CSS pixels; multiplied by `dpr` they make the box that `fit` works with.
One of them alone keeps the shape of the picture.

`width=auto` takes the width from the client's hints. `Sec-CH-Width` is how wide the picture is shown, in
pixels of the device; without it, `Sec-CH-Viewport-Width` times `Sec-CH-DPR` is how wide it can be at
most. The smallest of `wbreakpoints` that is not below is taken, or the largest one. An explicit `dpr`
stands in for the device's and multiplies the breakpoint. Without a hint, a user agent that says
`iPhone` or `Android` gets `wmobile`, any other `wdesktop`. Hints that are no number, or an absurd
one, are as if absent.

A browser sends these hints when the page asked for them with the header
`Accept-CH: Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR`; with `Critical-CH` of the same names even for
the first request. For pictures on another host the page also has to pass them on:
`Permissions-Policy: ch-width=(\"https://img.example\"), ch-viewport-width=(\"https://img.example\"),
ch-dpr=(\"https://img.example\")`, or a `<meta http-equiv=\"Delegate-CH\">` element.",
    ),
    ("Fit", "How the picture meets the box of `width` by `height`."),
    (
        "Gravity",
        "Used by the modes of `fit` that crop. Besides the words there is a point `XxY`, two numbers from 0
to 1: `0x0` is the top left corner, `1x1` the bottom right one. The same relative point of picture and
crop window fall together. In JSON a point may also be `{\"x\": 0.2, \"y\": 0.5, \"mode\": \"box-center\"}`;
with that mode the crop window is centred on the point instead, as far as the picture reaches.

`auto`, `entropy` and `face` look at the pixels: a small decode, upright and in sRGB, is measured, and
the window of the target's shape is put where it frames most. `auto` weighs what stands out from its
surroundings, edges and the colours of skin; `entropy` weighs detail. `face` puts the window on all
faces that fit, the largest first; `zoom` narrows it, from the largest window (0) to the smallest one
that holds these faces (1), and where nothing may be enlarged no further than to the size asked for.
Without a face the crop is that of `auto`, with the warning
`no face was found; the crop is that of gravity=auto`. `explain` shows the window, the best three
places with the share of the weight they hold, and every face with its score, all in pixels of the
source as seen: after its EXIF orientation, before trim, mirror and turn.",
    ),
    (
        "Trim",
        "`trim=T;R;B;L` cuts that much off the top, right, bottom and left. The parts have names of their own
(`trim.left=20`); together with `trim` they refine it. A value between 0 and 1 is a share of the
side: 0.25 is a quarter. Values from 1 are pixels and are multiplied by `dpr`. `trim.width` and
`trim.height` say how much is kept after that.

In JSON `trim` is the same text, or an object of the parts: `{\"left\": 20, \"width\": 0.5}`.

`trim=border` finds a uniform border on the pixels, at full size, and cuts it off to the pixel. A pixel
is border when it is fully transparent, or when no channel is further than `trim.border.tolerance` from
`trim.border.color`: 0 is only that colour, 255 every colour. Without a colour, that of the outermost
lines is taken, of which at least one must be uniform. Without a tolerance it is 10 for sources whose
pixels are exact and 20 for those compressed with loss, and a side that begins a gradient is left
alone. `trim.border.keep` pixels, times `dpr`, stay. A picture that is nothing but border is left
alone, with a warning. The border goes first; sides and shares then count from what is left.",
    ),
    (
        "Border",
        "`border=WIDTH;COLOUR` or `border=TOP;RIGHT;BOTTOM;LEFT;COLOUR`, as in `border=4;black`. In JSON the same
text, or `{\"color\": \"#000\", \"width\": 4}` with `top`, `right`, `bottom`, `left` in place of `width`
or beside it. Widths are pixels times `dpr`. The border is drawn last and the result grows by it.",
    ),
    (
        "Colours",
        "CSS colours: `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa` (`#` is `%23` in a URL), the named colours and
`transparent`, `rgb()` and `rgba()` with 0 to 255 or percent, `hsl()` and `hsla()`, with commas or with spaces
(`%20` in a URL) and `/` before the opacity. A comma inside the parentheses need not be encoded.",
    ),
    (
        "Formats",
        "Without `format` the result is a JPEG or a PNG. A format that cannot hold the result falls back to
another one, with a warning.

An SVG source is sent on as SVG without `format`, with `auto` and with `svg`: cleaned of scripts, event
handlers, links and references to other places, and otherwise untouched; other options then have no
effect, which a warning says. A format of pixels that is asked for by name draws it, at the very size of
the result: nothing is enlarged, so `scale-down` is `contain` for it, and `crop` and `aspect-crop` are
`cover`. Texts in it are drawn with the bundled fonts. A photograph inside it is not drawn: that is an
`Unsupported` error, as `format=svg` is for any other source.",
    ),
    (
        "Quality",
        "A number from 1 to 100, or a word for how the result shall look. Below 100, PNG may get a palette:
as few colours and as little dithering as the quality allows, never more bytes than in true colour.
Without it, or with 100, every pixel of a PNG is exact. `png-force` and GIF do not heed it.

A word is a SSIMULACRA2 score against the picture before it was encoded. JPEG, WebP and AVIF are encoded
at a number that is guessed from the picture, scored, and encoded once more where that is more than 2 off.
Of 63 pictures, 97 of 100 results came within 2 of 75 and 94 of 100 of any word; `low` is the least sure,
with 85 (`cargo run --release --example quality_curves report FOLDER`).

`slow-connection-quality` takes the place of `quality` for a client whose hints tell of a slow connection:
`Save-Data` is `on`, `ECT` is `slow-2g`, `2g` or `3g`, `RTT` is above 150 milliseconds, or `Downlink` is below
5 megabits a second. A page asks for them with `Accept-CH: ECT, RTT, Downlink`; browsers send `Save-Data`
unasked.",
    ),
    (
        "Animation",
        "GIF, WebP, PNG and AVIF sources that move stay so in GIF, WebP, PNG and AVIF results: same frames, times
and number of plays. `format=auto` is then WebP for clients that accept it, else GIF, or PNG for a PNG
source; AVIF is written when it is asked for by name. Without `format` an animation keeps its format,
except that AVIF becomes WebP. JPEG keeps the first frame, with a warning. `format=json` counts the
`frames` unless `anim=false`.

Every frame is composited on the whole canvas before anything else is done to it. A GIF delay of 0 or 1
hundredths means a tenth of a second, as in browsers. An animation of more than 100 million pixels in
all frames is refused, and one of more than 50 million is sent as it is, with a warning, where the client
can play it; its metadata goes, save with `metadata=keep`. When a file is broken behind its first frame, the frames before the damage are the
animation, with a warning.",
    ),
    (
        "Metadata",
        "Orientation and colour profile are not metadata here: they are always applied to the pixels.
Thumbnails, Content Credentials, gain maps and links to other parts of the source never reach a
result. What `copyright` keeps goes from JPEG to JPEG alone; what `keep` keeps of EXIF and XMP is read
from JPEG, PNG, WebP and AVIF and written to all four, IPTC to JPEG.",
    ),
    (
        "Profiles",
        "`keep` is not possible for CMYK, high dynamic range and GIF: these are converted to sRGB all the
same, with a warning. Colours that the options name, as `background` does, are then painted by their
numbers.",
    ),
    (
        "Overlays",
        "`draw` paints pictures and texts on the result: after blur and sharpening, before the border. The
result keeps its size; what hangs over is cut. At most 20 overlays; the first frame of an animated one.

In JSON `draw` is an array of objects with the members `draw.…` of the table:
`{\"draw\": [{\"url\": \"logo.png\", \"width\": 0.2, \"right\": 10, \"bottom\": 10}, {\"text\": \"Hello\"}]}`.

In URL text each `draw=` is one overlay, in the order of painting. It starts with the picture or with
`text:` and a text; members follow, each after a semicolon and with a colon before its value:
`draw=logo.png;width:0.2;right:10;bottom:10,draw=text:Hello%20world;size:32;color:white`. Parts are
told apart before they are decoded, so in names, texts and values encode `;`, `:`, `,`, `/` and `%`:
`draw=https%3A%2F%2Fexample.com%2Flogo.png`. The members of `draw.text` have no prefix (`font:a.ttf`).

Pictures and fonts are **assets**: bytes that the host gives together with the options, under the very
name that the options use. Nothing is fetched and no font of the system is looked up: the host decides
what a URL can reach, and a name without bytes is a `NotFound` error.

Each overlay goes through the options of its own first, with `fit=scale-down` where nothing else is
said, and is then placed: by `top` or `bottom` and `left` or `right`, centred on an axis without either.
Pixel values are multiplied by `dpr`. With `repeat` copies of it continue from that place to the edges.

Modes of `composite`, as Porter and Duff define them; outside the overlay's box nothing changes:",
    ),
];

pub fn file() -> String {
    let mut file = HEAD.to_string();
    ROWS.iter().for_each(|row| file.push_str(&line(row)));
    for (title, prose) in SECTIONS {
        file.push_str(&format!("\n## {title}\n\n{prose}\n"));
        let words = ROWS.iter().filter(|row| row.section == *title).find_map(words);
        if let Some(words) = words {
            file.push('\n');
            for (word, doc) in words {
                file.push_str(&format!("- `{word}`: {}\n", doc.trim()));
            }
        }
    }
    file
}

fn line(row: &Row) -> String {
    let name = format!("`{}`", row.name);
    let short = codes(row.aliases);
    let forms = if row.url { "URL, JSON" } else { "JSON" };
    let status = match row.live {
        Live::Yes => "available".into(),
        Live::Hook([]) => "with a hook of the host".into(),
        Live::Hook(values) => format!("available; {} with a hook of the host", codes(values)),
        Live::No => "**not available**".into(),
        Live::Except(values) => format!("available, but not {}", codes(values)),
    };
    let doc = if row.section.is_empty() {
        row.doc.to_string()
    } else {
        format!("{} [{}](#{})", row.doc, row.section, row.section.to_lowercase())
    };
    let (values, default) = (values(&row.kind), row.default);
    let golden = golden(row.name);
    format!("| {name} | {short} | {values} | {default} | {forms} | {status} | {doc} | {golden} |\n")
}

fn codes(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn values(kind: &Kind) -> String {
    match kind {
        Kind::Width => "1 to 20000, `auto`".into(),
        Kind::Words { words, .. } => {
            codes(&words.iter().map(|(word, _)| *word).collect::<Vec<_>>())
        }
        Kind::Bool => "`true`, `false`".into(),
        Kind::Gravity => "a word or a point".into(),
        Kind::Trim => "`T;R;B;L`, `border`".into(),
        Kind::Length => "0 to 1: share; from 1: pixels".into(),
        Kind::TrimBorder => "`true`".into(),
        Kind::Breakpoints => "widths between `;`".into(),
        Kind::Flip => codes(&plain(Flip::WORDS).iter().map(|(word, _)| *word).collect::<Vec<_>>()),
        Kind::Line { max: 2048 } => "a name".into(),
        _ => kind.expected(),
    }
}

fn words(row: &Row) -> Option<Vec<(&'static str, &'static str)>> {
    match row.kind {
        Kind::Words { words, .. } => Some(words.to_vec()),
        Kind::Quality => Some(QualityWord::DOCS.to_vec()),
        Kind::Gravity => Some(plain(Gravity::WORDS)),
        _ => None,
    }
}

/// A link to what the test of an option compares with.
fn golden(option: &str) -> String {
    let cases = include_str!("../goldens/options.json");
    let cases: serde_json::Value = serde_json::from_str(cases).unwrap();
    let case = cases["cases"].as_array().unwrap().iter().find(|case| case["option"] == option);
    let case = case.unwrap_or_else(|| panic!("{option} has no case in goldens/options.json"));
    let behaviour = case["behaviour"].as_str().unwrap();
    match case["see"].as_str() {
        Some("pixels") => format!("[{behaviour}](tests/goldens/options/{behaviour}.png)"),
        _ => format!("[{behaviour}](tests/every_option.rs)"),
    }
}
