//! `Files`: the files of a sandbox. What moves in pieces is in `transfer.rs`.

use crate::args::{Js, Permissions};
use crate::call::{CancelToken, promise, whole};
use crate::transfer::{DownloadStream, UploadBatch, UploadSink};
use bytes::Bytes;
use daytona_core::Upload;
use napi::Env;
use napi::bindgen_prelude::{Buffer, PromiseRaw};
use napi_derive::napi;
use std::path::PathBuf;

/// Works on the files of one sandbox.
#[napi]
pub struct Files {
    core: daytona_core::FileSystem,
}

impl From<daytona_core::FileSystem> for Files {
    fn from(core: daytona_core::FileSystem) -> Self {
        Self { core }
    }
}

#[napi]
impl Files {
    /// Writes a file from memory. The bytes are sent from where they are: they must not change until then.
    #[napi]
    pub fn upload<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        content: Buffer,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        let content = Upload::Bytes(Bytes::from_owner(content));
        promise(env, cancel, async move { core.upload(&path.0, content).await })
    }

    /// Writes a file from a local file.
    #[napi]
    pub fn upload_file<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        local: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        let content = Upload::File(PathBuf::from(local.0));
        promise(env, cancel, async move { core.upload(&path.0, content).await })
    }

    /// Writes a file from what is written into `sink`.
    #[napi]
    pub fn upload_stream<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        sink: &UploadSink,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        let content = Upload::Stream(sink.chunks()?);
        promise(env, cancel, async move { core.upload(&path.0, content).await })
    }

    /// Reads a whole file.
    #[napi]
    pub fn download<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Buffer>> {
        let core = self.core.clone();
        // A `Vec` made from the only handle on the bytes takes them over: no second copy.
        promise(env, cancel, async move { Ok(Vec::from(core.download(&path.0).await?).into()) })
    }

    /// Opens a file for reading in pieces.
    #[napi]
    pub fn download_stream<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, DownloadStream>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.download_stream(&path.0).await.map(DownloadStream::from) })
    }

    /// Writes several files. Those that fail are named in one error; the others stay.
    #[napi]
    pub fn upload_many<'env>(
        &self,
        env: &'env Env,
        batch: &UploadBatch,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let (core, files) = (self.core.clone(), batch.take());
        promise(env, cancel, async move { core.upload_many(files).await })
    }

    /// What a folder holds.
    #[napi]
    pub fn list<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<FileInfo>>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            Ok(core.list_files(&path.0).await?.into_iter().map(FileInfo::from).collect())
        })
    }

    /// Makes a folder.
    #[napi]
    pub fn create_folder<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        mode: Js<Option<String>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.create_folder(&path.0, mode.0.as_deref()).await })
    }

    /// Deletes a file, or a folder with all that is in it.
    #[napi]
    pub fn delete<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        recursive: Js<Option<bool>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.delete_file(&path.0, recursive.0.unwrap_or_default()).await })
    }

    /// Moves or renames a file or folder.
    #[napi(js_name = "move")]
    pub fn move_files<'env>(
        &self,
        env: &'env Env,
        source: Js<String>,
        destination: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.move_files(&source.0, &destination.0).await })
    }

    /// The lines that hold a text.
    #[napi]
    pub fn find<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        pattern: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<Match>>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            Ok(core.find_files(&path.0, &pattern.0).await?.into_iter().map(Match::from).collect())
        })
    }

    /// The files whose names match.
    #[napi]
    pub fn search<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        pattern: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<String>>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.search_files(&path.0, &pattern.0).await })
    }

    /// Replaces a text in files; answers how it went for each.
    #[napi]
    pub fn replace<'env>(
        &self,
        env: &'env Env,
        files: Js<Vec<String>>,
        pattern: Js<String>,
        new_value: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<ReplaceResult>>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            let results = core.replace_in_files(files.0, &pattern.0, &new_value.0).await?;
            Ok(results.into_iter().map(ReplaceResult::from).collect())
        })
    }

    /// What is known of a file or folder.
    #[napi]
    pub fn info<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, FileInfo>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.get_file_info(&path.0).await.map(FileInfo::from) })
    }

    /// Sets who may do what with a file or folder.
    #[napi]
    pub fn set_permissions<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        permissions: Js<Permissions>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.set_file_permissions(&path.0, permissions.0.into()).await })
    }
}

/// A file or folder.
#[napi(object, object_from_js = false)]
pub struct FileInfo {
    /// Its name in its folder.
    pub name: String,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Bytes.
    pub size: f64,
    /// When it was last changed.
    pub mod_time: String,
    /// Kind and permissions in letters.
    pub mode: String,
    /// Permissions as an octal number.
    pub permissions: String,
    /// Who owns it.
    pub owner: String,
    /// Its group.
    pub group: String,
}

impl From<daytona_core::FileInfo> for FileInfo {
    fn from(file: daytona_core::FileInfo) -> Self {
        Self {
            name: file.name,
            is_dir: file.is_dir,
            size: whole(file.size),
            mod_time: file.mod_time,
            mode: file.mode,
            permissions: file.permissions,
            owner: file.owner,
            group: file.group,
        }
    }
}

/// A line that holds a text.
#[napi(object, object_from_js = false)]
pub struct Match {
    /// The file.
    pub file: String,
    /// The line's number.
    pub line: f64,
    /// The line.
    pub content: String,
}

impl From<daytona_core::Match> for Match {
    fn from(found: daytona_core::Match) -> Self {
        Self { file: found.file, line: whole(found.line), content: found.content }
    }
}

/// How replacing went in one file.
#[napi(object, object_from_js = false)]
pub struct ReplaceResult {
    /// The file.
    pub file: String,
    /// Whether it could be done.
    pub success: bool,
    /// Why not.
    pub error: Option<String>,
}

impl From<daytona_core::ReplaceResult> for ReplaceResult {
    fn from(result: daytona_core::ReplaceResult) -> Self {
        Self { file: result.file, success: result.success, error: result.error }
    }
}
