//! The icons of the picture: lines on a square of 16, in the colour of the text around.

/// Name and shapes, in the order of drawing up; a picture holds only those that it shows.
pub(super) const ICONS: [(&str, &str); 14] = [
    ("client", r#"<rect x="2.5" y="3" width="11" height="7.5" rx="1.2"/><path d="M1.5 13h13"/>"#),
    (
        "balancer",
        r#"<path d="M1.5 8h4M5.5 8c3 0 2.5-4.5 5.5-4.5h2M5.5 8h7.5M5.5 8c3 0 2.5 4.5 5.5 4.5h2"/><path d="m12 2 1.6 1.5L12 5M12 6.5 13.6 8 12 9.5M12 11l1.6 1.5L12 14"/>"#,
    ),
    (
        "gateway",
        r#"<path d="M2.5 13.5V8a5.5 5.5 0 0 1 11 0v5.5"/><path d="M6 13.5V8.5a2 2 0 0 1 4 0v5"/><path d="M1.5 13.5h13"/>"#,
    ),
    (
        "route",
        r#"<circle cx="3.5" cy="12.5" r="1.5"/><circle cx="12.5" cy="3.5" r="1.5"/><path d="M5 12.5h3.5a2.25 2.25 0 0 0 0-4.5h-1a2.25 2.25 0 0 1 0-4.5H11"/>"#,
    ),
    (
        "service",
        r#"<circle cx="8" cy="8" r="2.25"/><path d="M8 5.75V2.5M9.95 9.12l2.8 1.63M6.05 9.12l-2.8 1.63"/><circle cx="8" cy="2.2" r="1.2" fill="currentColor" stroke="none"/><circle cx="13" cy="10.9" r="1.2" fill="currentColor" stroke="none"/><circle cx="3" cy="10.9" r="1.2" fill="currentColor" stroke="none"/>"#,
    ),
    ("pod", r#"<path d="m8 1.8 5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9z"/><path d="M2.8 5 8 8l5.2-3M8 8v6"/>"#),
    ("workload", r#"<path d="M8 2 14 5 8 8 2 5z"/><path d="m2 8 6 3 6-3M2 11l6 3 6-3"/>"#),
    (
        "ghost",
        r#"<path d="M3 13.8V7.2a5 5 0 0 1 10 0v6.6l-1.7-1.3-1.6 1.3L8 12.5l-1.7 1.3-1.6-1.3z"/><circle cx="6.2" cy="7.2" r="1" fill="currentColor" stroke="none"/><circle cx="9.8" cy="7.2" r="1" fill="currentColor" stroke="none"/>"#,
    ),
    (
        "wand",
        r#"<path d="M2.2 13.8 9 7M10.5 5.5l1.3-1.3"/><path d="M11.5 8.5v3M10 10h3M5 2v2.6M3.7 3.3h2.6M13 1.5v2M12 2.5h2"/>"#,
    ),
    ("chevron", r#"<path d="m4.5 6.2 3.5 3.5 3.5-3.5"/>"#),
    ("block", r#"<circle cx="8" cy="8" r="6.2"/><path d="m3.7 3.7 8.6 8.6"/>"#),
    ("redirect", r#"<path d="M13.5 6.5h-7a3.5 3.5 0 0 0 0 7H10"/><path d="m10.7 3.5 3 3-3 3"/>"#),
    (
        "warning",
        r#"<path d="M8 2.2 14.3 13H1.7z"/><path d="M8 6.5v3"/><circle cx="8" cy="11.2" r="0.9" fill="currentColor" stroke="none"/>"#,
    ),
    (
        "error",
        r#"<path d="M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2z"/><path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4"/>"#,
    ),
];
