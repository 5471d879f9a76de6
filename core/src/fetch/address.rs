//! Which addresses may be connected to: those of the public internet, and what the configuration
//! adds.
//!
//! An address that carries another one, such as IPv4 within IPv6, is special by itself, and where
//! it is added the inner one must be fine as well.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::{Error, Result};

/// Addresses that share their first bits: `10.0.0.0/8`, `::1/128`, or one address alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether `address` is one of them.
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                same(first.to_bits().into(), address.to_bits().into(), 32, self.bits)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                same(first.to_bits(), address.to_bits(), 128, self.bits)
            }
            _ => false,
        }
    }
}

fn same(first: u128, other: u128, width: u8, bits: u8) -> bool {
    // A shift by all 128 bits leaves nothing to differ.
    (first ^ other).checked_shr(u32::from(width - bits)).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::invalid("network", "an address, or one with /bits", text);
        let (address, bits) = text.split_once('/').unwrap_or((text, ""));
        let first: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if first.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            "" if text.contains('/') => return Err(wrong()),
            "" => width,
            digits => digits.parse().ok().filter(|bits| *bits <= width).ok_or_else(wrong)?,
        };
        Ok(Network { first, bits })
    }
}

/// Whether a connection to `address` may be made, where `added` networks may be used although
/// they are special.
pub fn may_connect(address: IpAddr, added: &[Network]) -> bool {
    let is_added = added.iter().any(|network| network.holds(address));
    (is_added || !is_special(address))
        && inner(address).is_none_or(|inner| may_connect(inner.into(), added))
}

/// Whether `address` is anything but an ordinary one of the public internet.
pub fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => V4.iter().any(|(first, bits)| {
            same(u32::from_be_bytes(*first).into(), address.to_bits().into(), 32, *bits)
        }),
        IpAddr::V6(address) => is_special_v6(address),
    }
}

/// Networks of IPv4 that are not the public internet (IANA's registry of special addresses), and
/// the one public address behind which a cloud keeps its machines' secrets.
#[rustfmt::skip]
const V4: &[([u8; 4], u8)] = &[
    ([0, 0, 0, 0], 8),         // this network
    ([10, 0, 0, 0], 8),        // private
    ([100, 64, 0, 0], 10),     // shared by the customers of a carrier
    ([127, 0, 0, 0], 8),       // this machine
    ([168, 63, 129, 16], 32),  // Azure's machine agent
    ([169, 254, 0, 0], 16),    // this link, and clouds' metadata
    ([172, 16, 0, 0], 12),     // private
    ([192, 0, 0, 0], 24),      // protocols
    ([192, 0, 2, 0], 24),      // documentation
    ([192, 31, 196, 0], 24),   // AS112
    ([192, 52, 193, 0], 24),   // multicast tunnels
    ([192, 88, 99, 0], 24),    // 6to4 relays
    ([192, 168, 0, 0], 16),    // private
    ([192, 175, 48, 0], 24),   // AS112
    ([198, 18, 0, 0], 15),     // benchmarks
    ([198, 51, 100, 0], 24),   // documentation
    ([203, 0, 113, 0], 24),    // documentation
    ([224, 0, 0, 0], 4),       // multicast
    ([240, 0, 0, 0], 4),       // reserved, and broadcast
];

/// Public addresses of IPv6 are those of 2000::/3 less a few.
fn is_special_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    let special = match a {
        // Protocols, Teredo and benchmarks among them, up to 2001:1ff; documentation.
        0x2001 => b < 0x200 || b == 0xdb8,
        // 6to4.
        0x2002 => true,
        // AS112.
        0x2620 => (b, c) == (0x4f, 0x8000),
        // Documentation.
        0x3fff => b < 0x1000,
        _ => !(0x2000..0x4000).contains(&a),
    };
    special || is_isatap(address)
}

/// An interface whose number is an IPv4 address.
fn is_isatap(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[4] & !0x0200 == 0 && segments[5] == 0x5efe
}

/// The IPv4 address within one of IPv6, in each of the ways there are.
fn inner(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    let s = address.segments();
    let pair = |high: u16, low: u16| Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match s {
        // Loopback and nothing at all are no IPv4.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        // Compatible, mapped, translated.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => pair(s[6], s[7]),
        // NAT64, the well-known prefix and the local ones.
        [0x64, 0xff9b, ..] => pair(s[6], s[7]),
        // 6to4.
        [0x2002, high, low, ..] => pair(high, low),
        // Teredo keeps it inverted.
        [0x2001, 0, ..] => pair(!s[6], !s[7]),
        _ if is_isatap(address) => pair(s[6], s[7]),
        _ => None,
    }
}
