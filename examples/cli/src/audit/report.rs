//! What was found, as a few lines for the terminal and as one HTML file with everything in it.

use base64::engine::{general_purpose::STANDARD, Engine as _};
use serde_json::Value;

use super::pictures::Pair;
use super::Measured;

const PAGE: &str = include_str!("report.html");

/// A few lines for the terminal.
pub(super) fn text(json: &Value) -> String {
    let pair = |name: &str| (number(&json["before"][name]), number(&json["after"][name]));
    let (lcp, cls, bytes) = (pair("lcp_ms"), pair("cls"), pair("image_bytes"));
    let summary = &json["audit"]["summary"];
    let saved = &json["saved"];
    let lighthouse = match &json["lighthouse"] {
        Value::String(text) => text.clone(),
        figures => format!(
            "LCP {} to {}, CLS {} to {}",
            seconds(number(&figures["before"]["lcp_ms"])),
            seconds(number(&figures["after"]["lcp_ms"])),
            fraction(number(&figures["before"]["cls"])),
            fraction(number(&figures["after"]["cls"])),
        ),
    };
    [
        json["url"].as_str().unwrap_or_default().to_owned(),
        format!("  largest paint   {:>9}  to {:>9}", seconds(lcp.0), seconds(lcp.1)),
        format!("  layout shift    {:>9}  to {:>9}", fraction(cls.0), fraction(cls.1)),
        format!("  image bytes     {:>9}  to {:>9}", size(bytes.0), size(bytes.1)),
        format!(
            "  saved           {:>9}  predicted, {} measured",
            size(number(&saved["predicted"])),
            size(number(&saved["measured"]))
        ),
        format!("  findings        {:>9}  on {} images", summary["findings"], summary["images"]),
        format!("  lighthouse      {lighthouse}"),
    ]
    .join("\n")
}

/// The report as one file.
pub(super) fn html(measured: &Measured) -> String {
    let json = &measured.json;
    let view = &json["viewport"];
    let network = &json["network"];
    let conditions = format!(
        "{}, {} × {} at {} device pixels each; line: {}; medians of {}, in turn",
        json["browser"].as_str().unwrap_or_default(),
        view["width"],
        view["height"],
        view["dpr"],
        line(network),
        runs(json["before"]["runs"].as_array().map_or(0, Vec::len)),
    );
    let [before, after] = &measured.screenshots;
    PAGE.replace("{{url}}", &escape(json["url"].as_str().unwrap_or_default()))
        .replace("{{conditions}}", &escape(&conditions))
        .replace("{{cards}}", &cards(json))
        .replace("{{before}}", &data_uri("image/jpeg", before))
        .replace("{{after}}", &data_uri("image/jpeg", after))
        .replace("{{lighthouse}}", &lighthouse(&json["lighthouse"]))
        .replace("{{images}}", &images(json, &measured.pictures))
        .replace("{{warnings}}", &warnings(&json["audit"]["warnings"]))
        .replace("{{version}}", safelight::VERSION)
}

fn runs(count: usize) -> String {
    match count {
        1 => "one run each".to_owned(),
        count => format!("{count} runs each"),
    }
}

fn line(network: &Value) -> String {
    match network["down_kbit_s"].as_f64() {
        Some(down) => format!(
            "{} ({} Mbit/s down, {} ms before each answer)",
            network["name"].as_str().unwrap_or_default(),
            down / 1000.0,
            network["latency_ms"]
        ),
        None => "as fast as it comes".to_owned(),
    }
}

fn cards(json: &Value) -> String {
    let pair = |name: &str| (number(&json["before"][name]), number(&json["after"][name]));
    let lcp = pair("lcp_ms");
    let cls = pair("cls");
    let bytes = pair("image_bytes");
    let saved = &json["saved"];
    let note = format!(
        "{} saved; predicted {}",
        size(number(&saved["measured"])),
        size(number(&saved["predicted"]))
    );
    let limits = |good: &str| format!("good is {good}");
    [
        card("Largest contentful paint", lcp, seconds, &limits("up to 2.5 s")),
        card("Cumulative layout shift", cls, fraction, &limits("up to 0.1")),
        card("Bytes of images", bytes, size, &note),
    ]
    .concat()
}

fn card(title: &str, pair: (f64, f64), show: fn(f64) -> String, note: &str) -> String {
    let most = pair.0.max(pair.1).max(1e-9);
    let bar = |class: &str, name: &str, value: f64| {
        let share = (value / most * 100.0).clamp(0.0, 100.0);
        format!(
            "<div class=\"row\"><span>{name}</span><div class=\"track\"><div class=\"bar {class}\" \
             style=\"width:{share:.1}%\"></div></div><b>{}</b></div>",
            show(value)
        )
    };
    format!(
        "<section class=\"card\"><h3>{title}</h3>{}{}<p class=\"note\">{note}</p></section>",
        bar("old", "now", pair.0),
        bar("new", "changed", pair.1)
    )
}

fn lighthouse(figures: &Value) -> String {
    if let Value::String(text) = figures {
        return format!("<p class=\"note\">Lighthouse: {}.</p>", escape(text));
    }
    let row = |name: &str, side: &Value| {
        format!(
            "<tr><th>{name}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            seconds(number(&side["lcp_ms"])),
            fraction(number(&side["cls"])),
            size(number(&side["wasted_bytes"])),
            side["unsized_images"]
        )
    };
    format!(
        "<h2>Lighthouse {}</h2><table><tr><th></th><th>LCP</th><th>CLS</th><th>bytes it would \
         save</th><th>images without size</th></tr>{}{}</table>",
        escape(figures["before"]["version"].as_str().unwrap_or_default()),
        row("now", &figures["before"]),
        row("changed", &figures["after"])
    )
}

fn images(json: &Value, pairs: &[Pair]) -> String {
    let images = json["audit"]["images"].as_array().map_or(&[][..], Vec::as_slice);
    let mut order: Vec<usize> = (0..images.len()).collect();
    let weight = |at: &usize| {
        let findings = images[*at]["findings"].as_array().map_or(0, Vec::len);
        std::cmp::Reverse((images[*at]["saved"].as_u64().unwrap_or(0), findings))
    };
    order.sort_by_key(weight);
    let one = |at: usize| image(&images[at], pairs.iter().find(|pair| pair.at == at));
    order.into_iter().map(one).collect()
}

fn image(image: &Value, pair: Option<&Pair>) -> String {
    let findings = image["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let url = image["url"].as_str().unwrap_or_default();
    let name = url.rsplit('/').find(|part| !part.is_empty()).unwrap_or(url);
    let good = if findings.is_empty() { " good" } else { "" };
    let main = if image["main"] == true { "<span class=\"tag\">main picture</span>" } else { "" };
    format!(
        "<article class=\"image{good}\"><h3>{}{main}</h3><p class=\"note\">{} · {}</p>{}{}{}{}</article>",
        escape(name),
        escape(image["kind"].as_str().unwrap_or_default()),
        escape(url),
        pair.map_or_else(String::new, |pair| side_by_side(image, pair)),
        facts(image, pair.is_some()),
        list(findings),
        fix(image)
    )
}

fn side_by_side(image: &Value, pair: &Pair) -> String {
    let best = &image["best"];
    let figure = |(mime, bytes): &(&str, Vec<u8>), caption: String| {
        let alt = escape(&caption);
        format!(
            "<figure><img src=\"{}\" alt=\"{alt}\"><figcaption>{caption}</figcaption></figure>",
            data_uri(mime, bytes)
        )
    };
    let now = described("now", image);
    let then = described("changed", best);
    format!("<div class=\"pair\">{}{}</div>", figure(&pair.before, now), figure(&pair.after, then))
}

/// What a file is, in words.
fn described(name: &str, file: &Value) -> String {
    format!(
        "{name}: {}, {} × {}, <b>{}</b>",
        escape(file["format"].as_str().unwrap_or("unknown")),
        file["width"],
        file["height"],
        size(number(&file["bytes"]))
    )
}

fn facts(image: &Value, with_pair: bool) -> String {
    let mut facts = Vec::new();
    if !with_pair && image["bytes"].is_u64() {
        facts.push(described("now", image));
    }
    if image["shown"].is_object() {
        let (shown, from) = (&image["shown"], image["shown"]["from"].as_str().unwrap_or_default());
        let side = |name: &str| number(&shown[name]).round();
        facts.push(format!("shown at {} × {} ({from})", side("width"), side("height")));
    }
    if image["above_fold"] == true {
        facts.push("in the first view".to_owned());
    }
    match facts.is_empty() {
        true => String::new(),
        false => format!("<p class=\"facts\">{}</p>", facts.join(" · ")),
    }
}

fn list(findings: &[Value]) -> String {
    if findings.is_empty() {
        return "<p class=\"fine\">Nothing to change.</p>".to_owned();
    }
    let item = |finding: &Value| {
        let saved = match finding["saved"].as_u64() {
            Some(bytes) => format!(" <b>−{}</b>", size(bytes as f64)),
            None => String::new(),
        };
        let text = |name: &str| escape(finding[name].as_str().unwrap_or_default());
        format!("<li><code>{}</code> {}{saved}</li>", text("rule"), text("text"))
    };
    format!("<ul>{}</ul>", findings.iter().map(item).collect::<String>())
}

fn fix(image: &Value) -> String {
    let Some(fix) = image["fix"].as_str() else { return String::new() };
    let place = match (image["document"].as_str(), image["line"].as_u64()) {
        (Some(sheet), _) => format!("in {}", escape(sheet)),
        (None, Some(line)) => format!("in line {line} of the page"),
        (None, None) => "where a script names it".to_owned(),
    };
    let old =
        image["markup"].as_str().map(|old| format!("<pre class=\"was\">{}</pre>", escape(old)));
    format!(
        "<details><summary>The change, {place}</summary>{}<pre>{}</pre></details>",
        old.unwrap_or_default(),
        escape(fix)
    )
}

fn warnings(warnings: &Value) -> String {
    let warnings = warnings.as_array().map_or(&[][..], Vec::as_slice);
    if warnings.is_empty() {
        return String::new();
    }
    let item = |text: &Value| format!("<li>{}</li>", escape(text.as_str().unwrap_or_default()));
    format!("<h2>Not looked at</h2><ul>{}</ul>", warnings.iter().map(item).collect::<String>())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

fn seconds(ms: f64) -> String {
    format!("{:.2} s", ms / 1000.0)
}

fn fraction(value: f64) -> String {
    format!("{value:.3}")
}

fn size(bytes: f64) -> String {
    match bytes {
        bytes if bytes >= 1e6 => format!("{:.2} MB", bytes / 1e6),
        bytes if bytes >= 1e3 => format!("{:.1} kB", bytes / 1e3),
        bytes => format!("{bytes:.0} B"),
    }
}

fn data_uri(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", STANDARD.encode(bytes))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_of_a_page_becomes_markup_of_the_report() {
        let evil = "<script>alert(\"1\")</script>";
        let json = json!({
            "url": evil,
            "audit": {"images": [{
                "kind": "image", "url": evil, "findings": [{"rule": evil, "text": evil}],
                "markup": evil, "fix": evil, "line": 1,
            }], "warnings": [evil]},
            "lighthouse": "not installed",
        });
        let measured = Measured { json, screenshots: Default::default(), pictures: Vec::new() };
        assert!(!html(&measured).contains("<script>alert"));
    }

    #[test]
    fn sizes_are_shown_as_people_read_them() {
        assert_eq!(
            (size(999.0), size(1500.0), size(2_340_000.0)),
            ("999 B".into(), "1.5 kB".into(), "2.34 MB".into())
        );
    }
}
