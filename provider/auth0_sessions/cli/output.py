"""Files that commands write: noticed early if they cannot be written, and never left half written."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from auth0_sessions.cli.app import FAILURE, USAGE, fail
from auth0_sessions.errors import InputError


def check(output: Path | None) -> None:
    """Exit before any tenant is read if a file could not be written or replaced."""
    if output is None:
        return
    if not output.parent.is_dir():
        fail(f"{output} cannot be written: there is no folder {output.parent}.", USAGE)
    try:
        if output.exists():
            output.open("ab").close()
        if not _is_device(output):
            tempfile.TemporaryFile(dir=output.resolve().parent).close()
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.", USAGE)


def write(output: Path, text: str, check_written: Callable[[Path], None] = lambda _: None) -> None:
    """Write a file beside the output, check what was written, and give it the output's name; or exit with the reason.

    Until then, the output stays as it is: a full disk does not truncate it.
    """
    target = output.resolve()
    try:
        if _is_device(output):
            output.write_text(text, encoding="utf-8")
            return
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".auth0-sessions-") as folder:
            beside = Path(folder, target.name)
            with beside.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, beside)
            check_written(beside)
            beside.replace(target)
    except OSError as error:
        fail(f"{output} cannot be written, and stays as it was: {error.strerror}.", FAILURE)
    except InputError as error:
        fail(f"{output} stays as it was, because what would be written is not read as it is meant. {error}", FAILURE)


def _is_device(path: Path) -> bool:
    """Return whether a path is something like `/dev/stdout`, which is written to and not replaced.

    That may be a link to a pipe, which has no path of its own.
    """
    return path.exists() and not path.is_file()
