"""Git LFS pointers: a few lines of text that lie where a large file will be, until `git lfs pull` brings it."""

LFS_POINTER = "a Git LFS pointer to one: the file itself was not fetched; run `git lfs pull` where it was cloned"


def is_lfs_pointer(data: bytes | bytearray | memoryview) -> bool:
    """Whether these bytes are a pointer instead of the file.

    >>> is_lfs_pointer(b"version https://git-lfs.github.com/spec/v1"), is_lfs_pointer(b"something else")
    (True, False)
    """
    return bytes(data[:40]).startswith(b"version https://git-lfs")
