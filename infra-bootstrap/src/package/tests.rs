#![allow(clippy::unwrap_used)]

use tempfile::TempDir;

use super::*;

const CONFIG: &str = "version = 1\n[[service]]\nname = \"web\"\ncluster = \"main\"\n";

/// A fresh folder with a valid configuration and no binaries; it goes with the guard.
fn workspace() -> (TempDir, PackageRequest) {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name);
    fs::create_dir(path("bin")).unwrap();
    fs::write(path("paramedic.toml"), CONFIG).unwrap();
    let request = PackageRequest { config: path("paramedic.toml"), bin_dir: path("bin"), dist: path("dist") };
    (root, request)
}

/// The beginning of an ELF file for a machine, then something that tells binaries apart.
fn elf(machine: u8, content: &str) -> Vec<u8> {
    let mut header = vec![0; 20];
    header.splice(0..4, *b"\x7fELF");
    header.splice(18..20, [machine, 0]);
    header.extend(content.as_bytes());
    header
}

#[test]
fn both_layouts_of_built_binaries_are_taken() {
    let (_folder, request) = workspace();
    fs::create_dir(request.bin_dir.join("remediator")).unwrap();
    fs::write(request.bin_dir.join("remediator/bootstrap"), "of cargo lambda").unwrap();
    fs::write(request.bin_dir.join("alert-enricher"), "of cargo").unwrap();
    fs::write(request.bin_dir.join("escalation-router"), "of cargo").unwrap();
    fs::write(request.bin_dir.join("slack-actions"), "of cargo").unwrap();

    let package = package(&request).unwrap();

    assert_eq!(package.functions.iter().map(|function| function.name).collect::<Vec<_>>(), FUNCTIONS);
    assert_eq!(fs::read_to_string(request.dist.join("remediator/bootstrap")).unwrap(), "of cargo lambda");
    assert_eq!(fs::read_to_string(request.dist.join("alert-enricher/bootstrap")).unwrap(), "of cargo");
    for function in FUNCTIONS {
        assert_eq!(fs::read_to_string(request.dist.join(function).join("paramedic.toml")).unwrap(), CONFIG);
    }
}

#[test]
fn what_an_earlier_release_left_in_a_function_is_gone() {
    let (_folder, request) = workspace();
    for function in FUNCTIONS {
        fs::write(request.bin_dir.join(function), "new").unwrap();
    }
    fs::create_dir_all(request.dist.join("remediator")).unwrap();
    fs::write(request.dist.join("remediator/forgotten"), "old").unwrap();
    package(&request).unwrap();
    assert!(!request.dist.join("remediator/forgotten").exists());
}

#[test]
fn a_missing_binary_names_the_function_and_the_command_that_builds_it() {
    let (_folder, request) = workspace();
    fs::write(request.bin_dir.join("escalation-router"), "").unwrap();
    let error = package(&request).unwrap_err().to_string();
    assert!(error.starts_with("alert-enricher is not built"), "{error}");
    assert!(error.contains("hint: run `cargo lambda build --release`"), "{error}");
    assert!(!request.dist.exists(), "nothing may be written when anything is missing");
}

#[test]
fn a_bad_configuration_is_refused_with_its_line_before_anything_is_written() {
    let (_folder, request) = workspace();
    for function in FUNCTIONS {
        fs::write(request.bin_dir.join(function), "").unwrap();
    }
    fs::write(&request.config, CONFIG.replace("cluster", "clutser")).unwrap();
    let error = package(&request).unwrap_err().to_string();
    assert!(error.contains("paramedic.toml:4:") && error.contains("clutser"), "{error}");
    assert!(!request.dist.exists());
}

#[test]
fn the_processor_is_read_from_the_binaries() {
    let (_folder, request) = workspace();
    for function in FUNCTIONS {
        fs::write(request.bin_dir.join(function), elf(0xb7, function)).unwrap();
    }
    assert_eq!(package(&request).unwrap().architecture, Some(Architecture::Arm64));
}

#[test]
fn binaries_for_different_processors_are_refused() {
    let (_folder, request) = workspace();
    for (function, machine) in FUNCTIONS.into_iter().zip([0x3e, 0x3e, 0xb7, 0xb7]) {
        fs::write(request.bin_dir.join(function), elf(machine, function)).unwrap();
    }
    let error = package(&request).unwrap_err().to_string();
    assert!(error.contains("remediator for arm64, those before it for x86_64"), "{error}");
}

#[test]
fn a_script_has_no_processor() {
    assert_eq!(Architecture::of_elf(b"#!/bin/sh\nexit 0\n..."), None);
}
