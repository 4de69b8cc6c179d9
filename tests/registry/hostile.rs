//! Errors of a registry whose every part is hostile.

use serde_json::json;

use crate::server::Turn;
use crate::stage::Stage;
use crate::support::hostile::{HOSTILE, scan_output};

/// Hostile characters that a header can carry.
const IN_A_HEADER: &str = "MARK\u{9b}31m\u{202e}\u{200b}\u{e0041}";

#[test]
fn no_error_of_a_registry_passes_foreign_text_on() {
    let bodies = [
        json!({"errors": [{"code": HOSTILE, "message": HOSTILE, "detail": HOSTILE}]}).to_string(),
        json!({"errors": [{"code": HOSTILE, "detail": {"name": HOSTILE}}]}).to_string(),
        json!({"message": HOSTILE}).to_string(),
        HOSTILE.to_owned(),
    ];
    let headers = [
        Vec::new(),
        vec![(
            "www-authenticate",
            format!("Bearer realm=\"http://{IN_A_HEADER}/\",service=\"{IN_A_HEADER}\""),
        )],
        vec![("www-authenticate", format!("{IN_A_HEADER} realm=\"{IN_A_HEADER}\""))],
        vec![("location", format!("http://127.0.0.1:1/{IN_A_HEADER}"))],
    ];
    let stage = Stage::new();
    let (image, blob) = (stage.reference("1"), stage.image.blob(0));
    let mut marked = 0;
    for status in [307, 400, 401, 403, 404] {
        for (body, headers) in bodies.iter().zip(&headers) {
            for path in ["/v2/lab/x/manifests/1", &blob] {
                let turn = Turn::Status(status, headers.clone(), body.clone());
                stage.server.next(path, vec![turn; 2]);
                for command in [&["layers", &image][..], &["layers", "--json", &image]] {
                    let arguments = [&["--no-cache", "--tls-verify=false"], command].concat();
                    let output = scan_output(&stage.run(&arguments), &format!("{status}: {path}"));
                    marked += usize::from(output.contains("MARK"));
                }
            }
        }
    }
    assert!(marked > 5, "{marked} outputs show a mark");
}
