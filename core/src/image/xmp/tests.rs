use super::*;

const SAMPLE: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- a > comment -->
 <r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <r:Description r:about="" xmlns:ps='http://ns.adobe.com/photoshop/1.0/'
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
    xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"
    xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,31N"
    ps:Credit="A &amp; B" tiff:Orientation="6">
   <dc:rights><r:Alt><r:li xml:lang="x-default">© Alice</r:li></r:Alt></dc:rights>
   <dc:title><r:Alt><r:li xml:lang="x-default">A title</r:li></r:Alt></dc:title>
   <tiff:Orientation>6</tiff:Orientation>
  </r:Description>
  <r:Description r:about="" xmlns:m="http://ns.adobe.com/xap/1.0/rights/" m:Marked="True"/>
 </r:RDF>
</x:xmpmeta>
<?xpacket end="w"?>   "#;

fn rights(text: &str) -> Option<String> {
    rights_only(text.as_bytes()).map(|packet| String::from_utf8(packet).unwrap())
}

#[test]
fn only_rights_and_credit_survive() {
    let packet = rights(SAMPLE).unwrap();
    for kept in ["© Alice", "ps:Credit=\"A &amp; B\"", "m:Marked=\"True\"", "xmlns:r=", "<r:Alt>"]
    {
        assert!(packet.contains(kept), "{kept}: {packet}");
    }
    for gone in ["title", "Orientation", "GPS", "hdrgm", "tiff"] {
        assert!(!packet.contains(gone), "{gone}: {packet}");
    }
    // What was made is read again, and nothing changes any more.
    assert_eq!(rights(&packet).as_deref(), Some(&packet[..]));
}

#[test]
fn what_is_kept_says_nothing_of_the_old_file() {
    let packet = String::from_utf8(untied(SAMPLE.as_bytes()).unwrap()).unwrap();
    for kept in ["© Alice", "A title", "GPSLatitude", "m:Marked"] {
        assert!(packet.contains(kept), "{kept}: {packet}");
    }
    for gone in ["Orientation", "hdrgm", "tiff"] {
        assert!(!packet.contains(gone), "{gone}: {packet}");
    }
}

#[test]
fn a_packet_without_rights_gives_none() {
    assert_eq!(rights(&SAMPLE.replace("rights", "wrongs").replace("Credit", "City")), None);
    assert_eq!(rights(""), None);
}

#[test]
fn entities_and_broken_xml_are_refused() {
    let doctype = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{SAMPLE}");
    assert_eq!(rights(&doctype), None);
    assert_eq!(rights(&SAMPLE.replace("</dc:rights>", "")), None);
    assert_eq!(rights(&SAMPLE.replace("=\"True\"", "=True")), None);
    assert_eq!(rights_only(&[0xff; 100]), None);
}

#[test]
fn depth_and_namespaces_are_bounded() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert_eq!(rights(&deep), None);
    let names: String = (0..50_000).map(|n| format!(" xmlns:n{n}=\"u\"")).collect();
    assert_eq!(rights(&format!("<a{names}></a>")), None);
}

#[test]
fn a_packet_cut_or_damaged_anywhere_does_no_harm() {
    let whole = SAMPLE.as_bytes();
    for at in 0..whole.len() {
        let mut damaged = whole.to_vec();
        damaged[at] = b'<';
        for packet in [&whole[..at], &damaged] {
            let _ = (rights_only(packet), untied(packet));
        }
    }
}

#[test]
fn gain_maps_and_provenance_are_seen() {
    assert!(has_gain_map(SAMPLE.as_bytes()) && !has_provenance(SAMPLE.as_bytes()));
    let link = r#"<a xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="self#jumbf"/>"#;
    assert!(has_provenance(link.as_bytes()));
}
