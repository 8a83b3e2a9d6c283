//! A reproducible zip of one folder: the same files give the same bytes, wherever and whenever it is made.

use std::fs;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A zip and what names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archive {
    pub(crate) bytes: Vec<u8>,
    /// SHA-256 of the bytes, in hex: two archives with the same digest are the same artefact.
    pub(crate) digest: String,
}

/// How hard to squeeze.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Squeeze {
    /// For an upload that travels: a smaller artefact also starts faster.
    Deflate,
    /// For this machine, where copying is cheaper than compressing.
    Store,
}

/// Why a folder was not archived.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file of the folder cannot be read.
    #[error("cannot read {}: {source}\nhint: run `infra-bootstrap package` first, it writes this folder", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The zip cannot be written.
    #[error("cannot zip {}: {source}\nhint: a single file must stay below 4 GiB", path.display())]
    Zip {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: zip::result::ZipError,
    },
}

/// Zips the files directly inside `folder`: names sorted, times fixed, mode 755 (Lambda runs `bootstrap` as another user).
pub(crate) fn archive(folder: &Path, squeeze: Squeeze) -> Result<Archive, ArchiveError> {
    let read = |path: &Path| {
        let path = path.to_owned();
        move |source| ArchiveError::Read { path, source }
    };
    let mut files = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>())
        .map_err(read(folder))?;
    files.retain(|path| path.is_file());
    files.sort();

    let method = match squeeze {
        Squeeze::Deflate => CompressionMethod::Deflated,
        Squeeze::Store => CompressionMethod::Stored,
    };
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let zip = |source: zip::result::ZipError| ArchiveError::Zip { path: folder.to_owned(), source };
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let content = fs::read(path).map_err(read(path))?;
        writer.start_file(name, options).map_err(zip)?;
        writer.write_all(&content).map_err(|source| zip(source.into()))?;
    }
    let bytes = writer.finish().map_err(zip)?.into_inner();
    let digest = digest(&SHA256, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Archive { bytes, digest })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::{Duration, SystemTime};

    use super::*;

    fn folder(order: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in order {
            fs::write(folder.path().join(file), format!("content of {file}")).unwrap();
        }
        folder
    }

    #[test]
    fn the_same_files_give_the_same_bytes_however_and_whenever_they_were_written() {
        let first = archive(folder(&["bootstrap", "paramedic.toml"]).path(), Squeeze::Deflate).unwrap();
        let later = folder(&["paramedic.toml", "bootstrap"]);
        let file = fs::File::options().append(true).open(later.path().join("bootstrap")).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(3600)).unwrap();
        assert_eq!(first, archive(later.path(), Squeeze::Deflate).unwrap());
    }

    #[test]
    fn another_content_is_another_artefact() {
        let folder = folder(&["bootstrap"]);
        let before = archive(folder.path(), Squeeze::Store).unwrap();
        fs::write(folder.path().join("bootstrap"), "another").unwrap();
        assert_ne!(before.digest, archive(folder.path(), Squeeze::Store).unwrap().digest);
    }

    #[test]
    fn lambda_may_execute_what_was_zipped() {
        let archive = archive(folder(&["bootstrap"]).path(), Squeeze::Deflate).unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(archive.bytes)).unwrap();
        assert_eq!(zip.by_name("bootstrap").unwrap().unix_mode().unwrap() & 0o777, 0o755);
    }

    #[test]
    fn a_folder_that_is_not_there_says_which_command_makes_it() {
        let error = archive(Path::new("no-such-dist/remediator"), Squeeze::Store).unwrap_err().to_string();
        assert!(error.contains("no-such-dist/remediator") && error.contains("infra-bootstrap package"), "{error}");
    }
}
