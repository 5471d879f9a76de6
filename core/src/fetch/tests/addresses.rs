//! No way leads to an address that is not public.

use super::*;

/// Addresses that must never be connected to.
#[rustfmt::skip]
const SPECIAL: &[&str] = &[
    // this network, this machine
    "0.0.0.0", "0.0.0.1", "0.1.2.3", "0.255.255.255",
    "127.0.0.1", "127.0.0.2", "127.0.1.1", "127.1.2.3", "127.255.255.254", "127.255.255.255",
    // private
    "10.0.0.0", "10.0.0.1", "10.1.2.3", "10.128.0.1", "10.255.255.255",
    "172.16.0.0", "172.16.0.1", "172.17.0.1", "172.20.10.1", "172.24.1.1", "172.31.255.255",
    "192.168.0.0", "192.168.0.1", "192.168.1.1", "192.168.99.100", "192.168.255.255",
    // carriers, and a cloud's metadata among them
    "100.64.0.0", "100.64.0.1", "100.100.100.200", "100.127.255.255",
    // links and clouds' metadata
    "169.254.0.1", "169.254.169.254", "169.254.170.2", "169.254.169.123", "169.254.255.255",
    "168.63.129.16",
    // protocols, documentation, benchmarks, relays
    "192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.0.192", "192.0.0.255",
    "192.0.2.1", "192.0.2.255", "198.51.100.1", "198.51.100.255", "203.0.113.1", "203.0.113.255",
    "198.18.0.1", "198.19.255.255", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1",
    // multicast, reserved, broadcast
    "224.0.0.1", "224.0.0.251", "232.1.1.1", "239.255.255.250", "239.255.255.255",
    "240.0.0.1", "250.1.2.3", "254.255.255.254", "255.255.255.254", "255.255.255.255",
    // IPv6: nothing, this machine, links, sites, private, multicast, discard
    "::", "::1", "fe80::1", "fe80::5efe:0:1", "febf:ffff::1", "fec0::1", "feff::1",
    "fc00::1", "fc12:3456::1", "fd00::1", "fd00:ec2::254", "fd12:3456:789a::1", "fdff:ffff::ffff",
    "ff00::1", "ff01::1", "ff02::1", "ff02::fb", "ff05::2", "ff0e::1", "ffff::1",
    "100::1", "100::ffff", "100:0:0:1::1", "200::1", "400::1", "800::1", "1000::1",
    "4000::1", "5f00::1", "6000::1", "8000::1", "a000::1", "c000::1", "e000::1", "f000::1",
    // documentation, benchmarks, identifiers, AS112, multicast tunnels
    "2001:db8::1", "2001:db8:ffff::1", "3fff::1", "3fff:fff::1",
    "2001:2::1", "2001:10::1", "2001:20::1", "2001:2f::1", "2001:30::1", "2001:1::1",
    "2001:3::1", "2001:4:112::1", "2001:1ff::1", "2620:4f:8000::1",
    // IPv4 in IPv6: compatible, mapped, translated
    "::7f00:1", "::127.0.0.1", "::10.0.0.1", "::169.254.169.254", "::93.184.215.14",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:192.168.0.1",
    "::ffff:0.0.0.0", "::ffff:100.64.0.1", "::ffff:93.184.215.14",
    "::ffff:0:127.0.0.1", "::ffff:0:10.0.0.1", "::ffff:0:169.254.169.254",
    // NAT64, both prefixes
    "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::93.184.215.14",
    "64:ff9b:1::127.0.0.1", "64:ff9b:1:ffff::10.0.0.1",
    // 6to4 and Teredo
    "2002:7f00:1::", "2002:7f00:1::1", "2002:a00:1::1", "2002:a9fe:a9fe::1", "2002:c0a8:1::1",
    "2002:5db8:d70e::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001::f5ff:fffe", "2001:0:1::5601:5601",
    // ISATAP below public prefixes
    "2606:4700::5efe:127.0.0.1", "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:192.168.0.1",
    "2a00:1450:4001:800:0:5efe:169.254.169.254", "2606:4700::5efe:8.8.8.8",
];

const ORDINARY: &[&str] = &[
    PUBLIC,
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2606:4700::1111",
    "2620:4f:8001::1",
    "2a00:1450:4001:800::200e",
    "3ffe::1",
    "2606:4700::5eff:7f00:1",
];

fn is_v6(address: &str) -> bool {
    address.contains(':')
}

fn in_url(address: &str) -> String {
    if is_v6(address) {
        format!("[{address}]")
    } else {
        address.to_owned()
    }
}

fn redirect_to(url: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

/// How an IPv4 address is written by those who want it not to be recognised, as host of a URL.
fn disguises(address: &str) -> Vec<String> {
    let Ok(IpAddr::V4(v4)) = address.parse() else {
        let IpAddr::V6(v6) = address.parse::<IpAddr>().unwrap() else { unreachable!() };
        let long = v6.segments().map(|part| format!("{part:04X}")).join(":");
        return vec![format!("[{long}]"), format!("[{v6}%25eth0]"), format!("[{v6}%eth0]")];
    };
    let (bits, [a, b, c, d]) = (v4.to_bits(), v4.octets());
    let low = u32::from(c) << 8 | u32::from(d);
    vec![
        format!("{bits}"),
        format!("0x{bits:x}"),
        format!("0X{bits:X}"),
        format!("0{bits:o}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("000{a:o}.{b}.{c}.{d}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("{a}.{}", u32::from(b) << 16 | low),
        format!("{a}.{b}.{low}"),
        format!("{a}.{b}.{c}.0x{d:x}"),
        format!("{address}."),
        format!("[::{address}]"),
        format!("[::ffff:{address}]"),
        format!("[64:ff9b::{address}]"),
        format!("[2002:{:x}:{:x}::1]", u16::from(a) << 8 | u16::from(b), low),
        address.replace('.', "%2e"),
        address.replace('.', "。"),
    ]
}

#[test]
fn the_table_is_long_and_every_address_of_it_is_refused() {
    assert!(SPECIAL.len() >= 120, "{}", SPECIAL.len());
    for address in SPECIAL {
        let address: IpAddr = address.parse().unwrap();
        assert!(!may_connect(address, &[]), "{address}");
    }
    for address in ORDINARY {
        assert!(may_connect(address.parse().unwrap(), &[]), "{address}");
    }
}

#[test]
fn a_literal_leads_nowhere() {
    for address in SPECIAL {
        let net = Net::new();
        net.reply(IMAGE);
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{}/a.png", in_url(address));
            assert_eq!(fetch(&net, &url).unwrap_err(), Situation::UrlNotAllowed, "{url}");
        }
        assert_eq!(net.connects(), 0, "{address}");
    }
}

#[test]
fn another_way_to_write_it_leads_nowhere() {
    let mut tried = 0;
    for address in SPECIAL {
        for host in disguises(address) {
            let net = Net::new();
            net.reply(IMAGE);
            let url = format!("http://{host}/a.png");
            fetch(&net, &url).unwrap_err();
            assert_eq!(net.connects(), 0, "{url}");
            tried += 1;
        }
    }
    assert!(tried > 1000, "{tried}");
}

#[test]
fn a_name_with_such_an_address_leads_nowhere() {
    for address in SPECIAL {
        // Alone, before and behind a public one.
        let answers: [&[&str]; 3] = [&[address], &[PUBLIC, address], &[address, PUBLIC]];
        for answer in answers {
            let net = Net::new();
            net.name("inside.test", &[answer]);
            net.reply(IMAGE);
            let failed = fetch(&net, "http://inside.test/a.png").unwrap_err();
            assert_eq!((failed, net.connects()), (Situation::UrlNotAllowed, 0), "{answer:?}");
        }
    }
}

#[test]
fn a_redirect_to_it_is_not_followed() {
    for address in SPECIAL {
        let mut hosts = vec![in_url(address), "inside.test".to_owned()];
        hosts.extend(disguises(address).into_iter().filter(|host| host.is_ascii()));
        for host in hosts {
            let net = Net::new();
            net.name("outside.test", &[&[PUBLIC]]);
            net.name("inside.test", &[&[address]]);
            net.reply(&redirect_to(&format!("http://{host}/")));
            net.reply(IMAGE);
            let failed = fetch(&net, "http://outside.test/a.png").unwrap_err();
            assert_eq!((failed, net.connects()), (Situation::RedirectNotAllowed, 1), "{host}");
        }
    }
}

#[test]
fn a_name_that_changes_its_address_is_looked_up_once() {
    for address in SPECIAL {
        let net = Net::new();
        net.name("rebind.test", &[&[PUBLIC], &[address]]);
        net.reply(IMAGE);
        fetch(&net, "http://rebind.test/a.png").unwrap();
        assert_eq!(net.looked_up.lock().unwrap().len(), 1);
        let only = SocketAddr::new(PUBLIC.parse().unwrap(), 80);
        assert_eq!(*net.connected.lock().unwrap(), [only], "{address}");
        // A second hop looks it up anew, and finds what it has become.
        let net = Net::new();
        net.name("rebind.test", &[&[PUBLIC], &[address]]);
        net.reply(&redirect_to("http://rebind.test/b.png"));
        net.reply(IMAGE);
        let failed = fetch(&net, "http://rebind.test/a.png").unwrap_err();
        assert_eq!((failed, net.connects()), (Situation::RedirectNotAllowed, 1), "{address}");
    }
}

#[test]
fn ten_thousand_rebinding_names_reach_nothing_inside() {
    let mut seed = 1_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for _ in 0..10_000 {
        let net = Net::new();
        let mut pick = || match random(2) {
            0 => SPECIAL[random(SPECIAL.len())],
            _ => ORDINARY[random(ORDINARY.len())],
        };
        let answers: Vec<Vec<&str>> = (0..4).map(|_| vec![pick(), pick()]).collect();
        let answers: Vec<&[&str]> = answers.iter().map(Vec::as_slice).collect();
        net.name("rebind.test", &answers);
        net.reply(&redirect_to("//rebind.test/b.png"));
        net.reply(&redirect_to("/c.png"));
        net.reply(IMAGE);
        let _ = fetch(&net, "http://rebind.test/a.png");
        for address in net.connected.lock().unwrap().iter() {
            assert!(may_connect(address.ip(), &[]), "{address}");
        }
    }
}

#[test]
fn an_added_network_may_be_fetched_from_and_nothing_beside_it() {
    let networks = vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
    let rules = Rules { networks, ports: vec![9000], ..plain() };
    let fine = |address: &str| {
        let net = Net::new();
        net.reply(IMAGE);
        let url = format!("http://{}:9000/", in_url(address));
        ordered(&net, rules.clone(), &Order::new(&url, MOST)).is_ok()
    };
    assert!(fine("127.0.0.1") && fine("127.255.0.1") && fine("fd12::1") && fine(PUBLIC));
    assert!(!fine("10.0.0.1") && !fine("::1") && !fine("::ffff:127.0.0.1"));
    // An address within an added one must be fine as well.
    let nat: Vec<Network> = vec!["64:ff9b::/96".parse().unwrap()];
    let may = |address: &str| may_connect(address.parse().unwrap(), &nat);
    assert!(may("64:ff9b::93.184.215.14") && !may("64:ff9b::10.0.0.1"));
}

#[test]
fn networks_are_read_strictly() {
    let read = |text: &str| text.parse::<Network>();
    assert!(read("10.0.0.0/8").unwrap().holds("10.255.0.1".parse().unwrap()));
    assert!(read("0.0.0.0/0").unwrap().holds("8.8.8.8".parse().unwrap()));
    assert!(!read("::/0").unwrap().holds("8.8.8.8".parse().unwrap()));
    assert!(read("::1").unwrap().holds("::1".parse().unwrap()));
    for wrong in ["", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/-1", "b.com", "10/8"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
