//! Sets `cfg(interop)` under `LAYERTUI_INTEROP=1`, so that tests that need engines, root or data beside the project count
//! as ignored in a plain `cargo test` and run when the variable asks for them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LAYERTUI_INTEROP");
    println!("cargo::rustc-check-cfg=cfg(interop)");
    if std::env::var_os("LAYERTUI_INTEROP").is_some_and(|value| value == "1") {
        println!("cargo::rustc-cfg=interop");
    }
}
