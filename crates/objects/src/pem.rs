//! Certificates as text: until when the first one of a PEM holds.
//!
//! Source: RFC 5280, 4.1: `Certificate { tbsCertificate { [0] version, serialNumber, signature, issuer, validity { notBefore,
//! notAfter } ... } ... }`, in DER.

use base64::Engine as _;

/// The tag of `[0] version`.
const VERSION: u8 = 0xa0;

/// The end of the first certificate's time, as `2026-01-01T00:00:00Z`; None when the text holds no certificate.
pub fn expiry(pem: &str) -> Option<String> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.split_ascii_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(body).ok()?;
    let (_, certificate, _) = part(&bytes)?;
    let (_, mut rest, _) = part(certificate)?;
    if rest.first() == Some(&VERSION) {
        rest = part(rest)?.2;
    }
    for _serial_signature_issuer in 0..3 {
        rest = part(rest)?.2;
    }
    let (_, validity, _) = part(rest)?;
    let (tag, text, _) = part(part(validity)?.2)?;
    date(tag, std::str::from_utf8(text).ok()?)
}

/// Tag and content of the first value, and what follows it.
fn part(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if length >= 0x80 {
        let n_bytes = length - 0x80;
        if n_bytes > 4 {
            return None;
        }
        length = rest.get(..n_bytes)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        rest = rest.get(n_bytes..)?;
    }
    Some((*tag, rest.get(..length)?, rest.get(length..)?))
}

/// `UTCTime` (two digits of the year, from 1950) or `GeneralizedTime`.
fn date(tag: u8, text: &str) -> Option<String> {
    const UTC_TIME: u8 = 0x17;
    let full = match tag {
        UTC_TIME if text.as_bytes().first()? >= &b'5' => format!("19{text}"),
        UTC_TIME => format!("20{text}"),
        _ => text.to_owned(),
    };
    let at = |from: usize, to: usize| full.get(from..to);
    Some(format!("{}-{}-{}T{}:{}:{}Z", at(0, 4)?, at(4, 6)?, at(6, 8)?, at(8, 10)?, at(10, 12)?, at(12, 14)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_both_forms_are_read() {
        for (tag, text, expected) in [
            (0x17, "230314061541Z", Some("2023-03-14T06:15:41Z")),
            (0x17, "990101000000Z", Some("1999-01-01T00:00:00Z")),
            (0x18, "21220218061836Z", Some("2122-02-18T06:18:36Z")),
            (0x18, "2122", None),
        ] {
            assert_eq!(date(tag, text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        for text in ["", "hush", "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"] {
            assert_eq!(expiry(text), None, "{text}");
        }
    }
}
