//! Times as RFC 3339 text in UTC, and back.

use crate::{Error, Result};

const DAY: u64 = 86_400;

/// Unix milliseconds as `2026-11-28T12:00:00.000Z`.
pub(crate) fn print(milliseconds: u64) -> String {
    let (seconds, thousandths) = (milliseconds / 1000, milliseconds % 1000);
    let (year, month, day) = civil(seconds / DAY);
    let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{thousandths:03}Z")
}

/// Unix milliseconds of an RFC 3339 text, with any offset from UTC; times before 1970 are refused.
pub(crate) fn read(name: &str, text: &str) -> Result<u64> {
    read_text(text).ok_or_else(|| Error::invalid(name, "a time such as 2026-11-28T12:00:00Z", text))
}

/// The same, without a word on what is wrong.
pub(crate) fn read_text(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let form = b"dddd-dd-ddTdd:dd:dd";
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'd' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't' | b' '),
        other => byte == other,
    };
    if bytes.len() <= form.len() || !bytes.iter().zip(form).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let days = days(number(0, 4)?, number(5, 7)?, number(8, 10)?)?;
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // A leap second counts as the one before it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (thousandths, zone) = fraction(&text[form.len()..])?;
    let seconds = days * DAY as i64 + hour * 3600 + minute * 60 + second.min(59) - offset(zone)?;
    u64::try_from(seconds).ok().map(|seconds| seconds * 1000 + thousandths)
}

/// Milliseconds behind the point, and the rest.
fn fraction(text: &str) -> Option<(u64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let thousandths = format!("{:0<3}", &rest[..digits.min(3)]).parse().ok();
    thousandths.filter(|_| digits > 0).map(|found| (found, &rest[digits..]))
}

/// Seconds that local time is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone {
        "Z" | "z" => return Some(0),
        _ => match zone.as_bytes().first()? {
            b'+' => (1, &zone[1..]),
            b'-' => (-1, &zone[1..]),
            _ => return None,
        },
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|_| digits)
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Year, month and day of a day since 1970. Years are counted from March, so that the leap day
/// is the last one.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + later, month, day)
}

/// Days since 1970 of a date that exists.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
            - 719_468,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_printed_with_milliseconds_and_read_back() {
        let known = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_609_459_199_999, "2020-12-31T23:59:59.999Z"),
            (4_107_542_400_007, "2100-03-01T00:00:00.007Z"),
        ];
        for (milliseconds, text) in known {
            assert_eq!(print(milliseconds), text);
            assert_eq!(read("expiry", text).unwrap(), milliseconds);
        }
        for day in 0..80_000 {
            let time = day * DAY * 1000 + 43_200_123;
            assert_eq!(read_text(&print(time)), Some(time));
        }
    }

    #[test]
    fn offsets_and_fractions_of_any_length_are_read() {
        let noon = read_text("2026-11-28T12:00:00Z");
        assert!(noon.is_some());
        for text in [
            "2026-11-28t12:00:00z",
            "2026-11-28 12:00:00.0Z",
            "2026-11-28T13:30:00+01:30",
            "2026-11-28T05:00:00.000000000-07:00",
            "2026-11-28T11:59:60.999Z",
        ] {
            let expected = if text.contains(":60") { noon.map(|time| time - 1) } else { noon };
            assert_eq!(read_text(text), expected, "{text}");
        }
        assert_eq!(read_text("2026-11-28T12:00:00.12Z"), noon.map(|time| time + 120));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-11-28",
            "2026-11-28T12:00:00",
            "2026-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-11-28T24:00:00Z",
            "2026-11-28T12:00:00.Z",
            "2026-11-28T12:00:00+1:00",
            "2026-11-28T12:00:00+é",
            "1969-12-31T23:59:59Z",
            "tomorrow at noon, or é",
        ] {
            assert!(read("expiry", text).is_err(), "{text}");
        }
    }
}
