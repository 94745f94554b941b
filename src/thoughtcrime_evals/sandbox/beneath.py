"""Read a file beneath a folder whose owner wants us to read another one."""

from __future__ import annotations

import os
import stat

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def read_beneath(root: int, path: str, limit: int) -> bytes | None:
    """Read a plain file without following a link or leaving the folder.

    Args:
        root: The folder, as a file descriptor.
        path: The file's path within it; a slash at its beginning means the folder.
        limit: Greatest size in bytes.

    Returns:
        What the file holds; None if that is more than the limit.

    Raises:
        FileNotFoundError: There is no such file.
        IsADirectoryError: It is a folder.
        PermissionError: It is a link, a pipe or a device, or lies behind a link or `..`, or may not
            be read.
    """
    # By hand: `pathlib` makes a part of two leading slashes, and that leads to the host's root.
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts or "\0" in path or parts[:1] == ["proc"]:  # what is in there is no plain file
        raise PermissionError(f"{path!r}: neither a way up nor /proc is followed")
    folder = os.open(".", _FOLDER, dir_fd=root)
    try:
        for part in parts[:-1]:
            below = _open(part, _FOLDER, folder, path)
            os.close(folder)
            folder = below
        return _read(_open(parts[-1] if parts else ".", os.O_PATH, folder, path), path, limit)
    finally:
        os.close(folder)


def _open(name: str, flags: int, folder: int, path: str) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except NotADirectoryError:  # what O_DIRECTORY says of a link, too
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise PermissionError(f"{path!r}: no link is followed") from None
        raise FileNotFoundError(path) from None
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise PermissionError(f"{path!r}: {error.strerror}") from None


def _read(place: int, path: str, limit: int) -> bytes | None:
    """Read what an `O_PATH` descriptor stands for; opening a pipe or device would act on it."""
    try:
        found = os.fstat(place)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(path)
        if not stat.S_ISREG(found.st_mode):
            raise PermissionError(f"{path!r}: it is no plain file")
        if found.st_size > limit:
            return None
        with open(f"/proc/self/fd/{place}", "rb", buffering=0) as file:  # noqa: PTH123
            data = bytearray()
            while len(data) <= limit and (chunk := file.read(limit + 1 - len(data))):
                data += chunk
            return bytes(data) if len(data) <= limit else None
    finally:
        os.close(place)
