"""Boundary files on their way in: kept in a private folder until they are imported or forgotten.

They are up to 300 MB large, so they are written to the disk as they come and never held in memory here. A shapefile
may come as its parts, chosen together; they are put into one archive, which then is the file that was handed in.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path, PureWindowsPath
from typing import Final

from base.errors import NtmError
from intake.boundary_archive import MAX_BYTES, SHAPEFILE_PARTS
from intake.container import MEBIBYTE

#: Bytes that the files of one upload may have together.
LIMIT: Final = MAX_BYTES
#: Files of one upload: a shapefile's parts with their indexes and metadata.
MOST_FILES: Final = 16
#: The time that every part of an archive of ours bears, so that equal parts give equal bytes.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


class Upload:
    """Files that were chosen together. Its folder goes with it.

    Attributes
    ----------
    names
        Names of the files as the browser gave them, without folders.
    size
        Bytes of all of them.
    """

    def __init__(self) -> None:
        """Make an empty folder for it."""
        self.names: list[str] = []
        self.size = 0
        self._folder = Path(tempfile.mkdtemp(prefix="ntm-upload-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    async def add(self, name: str, chunks: AsyncIterator[bytes]) -> None:
        """Keep one file, read from the browser piece by piece.

        Raises
        ------
        NtmError
            A file of the name is here already, or there are too many, or they are too large together. The file
            is not kept then, nor when the connection breaks.
        """
        if name in self.names:
            raise NtmError("Tệp “{name}” được chọn hai lần. Hãy chọn lại các tệp.", name=name)
        if len(self.names) == MOST_FILES:
            raise NtmError("Quá nhiều tệp. Hãy chỉ chọn các tệp của một lớp ranh giới, hoặc nén chúng thành .zip.")
        path, size = self._path(len(self.names)), 0
        try:
            with path.open("wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    file.write(chunk)
                    if self.size + size > LIMIT:
                        break
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if self.size + size > LIMIT:
            path.unlink()
            raise too_large()
        self.names.append(name)
        self.size += size

    def file(self) -> tuple[str, Path]:
        """Return name and place of the file that was handed in; parts of a shapefile become one archive.

        Raises
        ------
        NtmError
            There is no file, or there are several that are not the parts of one shapefile.
        """
        if len(self.names) == 1:
            return self.names[0], self._path(0)
        paths = [PureWindowsPath(name) for name in self.names]
        main = [path for path in paths if path.suffix.lower() == ".shp"]
        stems = {path.name.split(".")[0].casefold() for path in paths}
        if len(main) != 1 or len(stems) != 1:
            raise NtmError(
                "Mỗi lần chỉ kiểm tra một lớp ranh giới. Hãy chọn một tệp, hoặc các tệp cùng tên của một shapefile "
                "({parts}).",
                parts=", ".join(SHAPEFILE_PARTS),
            )
        target = self._folder / "archive.zip"
        if not target.exists():
            with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
                for index, name in sorted(enumerate(self.names), key=lambda part: part[1]):
                    with (
                        archive.open(zipfile.ZipInfo(name, _NO_TIME), "w") as part,
                        self._path(index).open("rb") as file,
                    ):
                        shutil.copyfileobj(file, part)
        return f"{main[0].stem}.zip", target

    def _path(self, index: int) -> Path:
        return self._folder / str(index)


def too_large() -> NtmError:
    """Return the error for files that are larger than what is taken."""
    return NtmError(
        "Tệp lớn hơn {limit} MB. Hãy chỉ xuất lớp ranh giới của một tỉnh rồi nạp lại.", limit=LIMIT // MEBIBYTE
    )
