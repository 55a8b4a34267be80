"""OLE compound files (MS-CFB): the container of ``.xls`` workbooks and of locked ones.

It is read here, and written anew for the reader of ``.xls`` files, because that reader follows a
chain that runs in a circle until no memory is left and the process ends.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEADER_SIZE: Final = 512
_ENTRY_SIZE: Final = 128
_MINI_SECTOR: Final = 64
#: Streams shorter than this lie in the mini stream.
_MINI_LIMIT: Final = 4096
#: Sector numbers from here on are marks: free, end of chain, table.
_FIRST_MARK: Final = 0xFFFFFFFA
_END_OF_CHAIN: Final = 0xFFFFFFFE
_TABLE: Final = 0xFFFFFFFD
_FREE: Final = 0xFFFFFFFF
#: Kinds of directory entries.
_STREAM: Final = 2
_ROOT: Final = 5


class OleFile:
    """The streams of a compound file.

    Parameters
    ----------
    content
        The whole file.

    Attributes
    ----------
    names
        Names of the streams and storages at the top. An embedded document has streams of the same
        names further down.
    all_names
        Names of all streams and storages, at the top and below.

    Raises
    ------
    ValueError
        When the file is cut off or its tables contradict themselves.
    """

    def __init__(self, content: bytes) -> None:
        if len(content) < _HEADER_SIZE or not content.startswith(MAGIC):
            msg = "no compound file"
            raise ValueError(msg)
        shift = struct.unpack_from("<H", content, 30)[0]
        if shift not in {9, 12}:
            msg = "unknown sector size"
            raise ValueError(msg)
        self._content = content
        self._sector_size = 1 << shift
        self._table = self._read_table()
        entries = _entries(self._join(_chain(self._word(48), self._table)))
        if not entries:
            msg = "no directory"
            raise ValueError(msg)
        root = entries[0]
        self._top = {entry.name: entry for entry in _siblings(entries, root.child)}
        self.names = frozenset(self._top)
        self.all_names = frozenset(entry.name for entry in entries[1:])
        self._mini_stream = self._join(_chain(root.start, self._table))[: root.size]
        self._mini_table = _words(self._join(_chain(self._word(60), self._table)))

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream at the top; ``KeyError`` if there is none, ``ValueError`` if it is damaged."""
        entry = self._top[name]
        if not entry.size:
            return b""
        if entry.size >= _MINI_LIMIT:
            data = self._join(_chain(entry.start, self._table))
        else:
            chain = _chain(entry.start, self._mini_table)
            data = b"".join(self._mini_stream[at * _MINI_SECTOR : (at + 1) * _MINI_SECTOR] for at in chain)
        if len(data) < entry.size:
            msg = "a stream is cut off"
            raise ValueError(msg)
        return data[: entry.size]

    def _word(self, offset: int) -> int:
        return int(struct.unpack_from("<I", self._content, offset)[0])

    def _sector(self, number: int) -> bytes:
        # The header takes the place of the first sector.
        start = (number + 1) * self._sector_size
        return self._content[start : start + self._sector_size]

    def _join(self, chain: Iterator[int]) -> bytes:
        return b"".join(map(self._sector, chain))

    def _read_table(self) -> Sequence[int]:
        """Return the file allocation table: the sector that follows each sector."""
        places = list(_words(self._content[76:_HEADER_SIZE]))
        extension = self._word(68)
        seen: set[int] = set()
        while extension < _FIRST_MARK:
            if extension in seen:
                msg = "the list of tables runs in a circle"
                raise ValueError(msg)
            seen.add(extension)
            *more, extension = _words(self._sector(extension)) or (_END_OF_CHAIN,)
            places += more
        inside = [place for place in places if place * self._sector_size < len(self._content)]
        return [word for place in dict.fromkeys(inside) for word in _words(self._sector(place))]


def _words(data: bytes) -> tuple[int, ...]:
    count = len(data) // 4
    return struct.unpack(f"<{count}I", data[: count * 4])


def _chain(start: int, table: Sequence[int]) -> Iterator[int]:
    """Yield the sectors of a chain; a chain longer than the table runs in a circle."""
    sector = start
    for _ in table:
        if sector >= _FIRST_MARK:
            return
        if sector >= len(table):
            msg = "a chain leaves the file"
            raise ValueError(msg)
        yield sector
        sector = table[sector]
    if sector < _FIRST_MARK:
        msg = "a chain runs in a circle"
        raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A directory entry: its neighbours and first child by number, its first sector, its size in bytes."""

    name: str
    left: int
    right: int
    child: int
    start: int
    size: int


def _entries(directory: bytes) -> list[_Entry]:
    """Return the directory entries; unused ones are kept, since the others are told by number."""
    entries = []
    for offset in range(0, len(directory) - _ENTRY_SIZE + 1, _ENTRY_SIZE):
        entry = directory[offset : offset + _ENTRY_SIZE]
        length, *neighbours = struct.unpack_from("<HxxIII", entry, 64)
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        entries.append(_Entry(name, *neighbours, *struct.unpack_from("<II", entry, 116)))
    return entries


def _siblings(entries: Sequence[_Entry], first: int) -> Iterator[_Entry]:
    """Yield the entries of one folder, which form a tree."""
    waiting = [first]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number < len(entries) and number not in seen:
            seen.add(number)
            yield entries[number]
            waiting += [entries[number].left, entries[number].right]


def single_stream(name: str, data: bytes) -> bytes:
    """Return a compound file that holds one stream.

    Sectors of 4,096 bytes keep the table of a file of up to 400 MB within the header. The stream
    is filled up with zeros to a whole sector, so that it never falls into the mini stream.
    """
    size = 4096
    sectors = -(-len(data) // size)
    tables = 1
    while tables * (size // 4) < sectors + 1 + tables:
        tables += 1
    # Sectors: the stream, the directory, the tables.
    following = [*range(1, sectors), _END_OF_CHAIN] if sectors else []
    table = [*following, _END_OF_CHAIN, *[_TABLE] * tables]
    table += [_FREE] * (tables * (size // 4) - len(table))
    places = [sectors + 1 + number for number in range(tables)]
    header = struct.pack(
        "<8s16x5H6x9I",
        *(MAGIC, 0x3E, 4, 0xFFFE, 12, 6),
        *(1, tables, sectors, 0, _MINI_LIMIT, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0),
    )
    header += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    root = _entry("Root Entry", _ROOT, 1, 0, 0)
    stream = _entry(name, _STREAM, _FREE, 0, sectors * size)
    return b"".join(
        [
            header.ljust(size, b"\0"),
            data.ljust(sectors * size, b"\0"),
            (root + stream).ljust(size, b"\0"),
            struct.pack(f"<{len(table)}I", *table),
        ]
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return struct.pack("<64sHBBIII36xIQ", text, len(text), kind, 1, _FREE, _FREE, child, start, size)
