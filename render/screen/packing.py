"""Small messages: scenes are deflated against a dictionary that the browser already has.

Scenes repeat the same names, labels and sources. The setup carries the deflated dictionary; a
scene is deflated as its continuation, so that the browser's own DecompressionStream, fed with both
in turn, gives dictionary plus scene. A message is::

    uint16 BE   length of the setup's address
    address     ASCII
    body        raw deflate, continuing the setup's ``dictionary.prefix``
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

#: Deflate looks back 32 kB at most; older text would be of no use.
WINDOW: Final = 32_000


@dataclass(frozen=True)
class Dictionary:
    """A text both sides know: ``prefix`` is its deflated form, ended at a byte boundary."""

    text: bytes
    prefix: bytes

    @classmethod
    def of(cls, scenes: list[dict[str, Any]]) -> Dictionary:
        """Make a dictionary from typical scenes; the last one compresses best.

        What scenes have in common stands in it once, where it comes last: the window is small.
        """
        parts = [part for scene in scenes for part in _parts(scene)]
        text = b"".join(reversed(dict.fromkeys(reversed(parts))))[-WINDOW:]
        # A cut in the middle of a letter would not be UTF-8 on the other side.
        text = text.decode(errors="ignore").encode()
        packer = _packer()
        return cls(text, packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))

    def for_setup(self) -> dict[str, Any]:
        """Return the form that the setup carries: prefix in base 64, length of the text in bytes."""
        return {"prefix": base64.b64encode(self.prefix).decode(), "length": len(self.text)}

    def pack(self, setup_url: str, scene: dict[str, Any]) -> bytes:
        """Return the message for a scene."""
        packer = _packer()
        packer.compress(self.text)
        packer.flush(zlib.Z_SYNC_FLUSH)
        body = packer.compress(_json(scene)) + packer.flush(zlib.Z_FINISH)
        return struct.pack(">H", len(setup_url)) + setup_url.encode("ascii") + body

    def unpack(self, message: bytes) -> tuple[str, dict[str, Any]]:
        """Return address and scene of a message, as the browser does; for tests and tools."""
        (length,) = struct.unpack_from(">H", message)
        text = zlib.decompress(self.prefix + message[2 + length :], wbits=-15)
        return message[2 : 2 + length].decode(), json.loads(text[len(self.text) :])


def cost(scene: dict[str, Any]) -> int:
    """Return the bytes that a scene takes on its own, without a dictionary."""
    return len(zlib.compress(_json(scene), 9))


def _parts(value: object) -> Iterator[bytes]:
    """Yield the texts that may recur alone: each row of a list of things, however deep, and what holds no such list."""
    if _is_list_of_things(value):
        for row in value:  # type: ignore[attr-defined]
            yield from _parts(row)
    elif isinstance(value, dict) and any(_is_list_of_things(inner) for inner in value.values()):
        for inner in value.values():
            yield from _parts(inner)
    else:
        yield _json(value)


def _is_list_of_things(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], dict)


def _packer() -> zlib._Compress:
    return zlib.compressobj(9, zlib.DEFLATED, -15)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
