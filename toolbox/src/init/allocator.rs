//! What this process tells the C library's allocator.

/// Keeps a few MiB of freed memory for the next buffers. By default each of an upload's is given back to the kernel and
/// comes back page by page, which costs as much as a copy of the upload.
pub(crate) fn keep_buffers() {
    #[cfg(target_env = "gnu")]
    // SAFETY: these two options take any number, and no other thread allocates yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 20);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 4 << 20);
    }
}
