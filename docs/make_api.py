"""Write the API reference ``docs/api.md`` from the OpenAPI document: ``.venv/bin/python docs/make_api.py``.

``tests/service/test_openapi.py`` fails when the file is no longer what this writes.
"""
# ruff: noqa: INP001 - a script beside the texts, not a package

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, the folder of the script is where imports begin

from service.ogc_words import WORDS  # noqa: E402 - the line above comes first
from service.openapi import document  # noqa: E402
from service.openapi_page import Answer, Asked, Operation, Reading  # noqa: E402

FILE: Final = ROOT / "docs" / "api.md"
#: Address of a server in examples, as a fresh installation has it.
BASE: Final = "http://127.0.0.1:8501"
#: As many values of a parameter stand beside it; more have a list of their own.
_FEW: Final = 12
_HEAD: Final = """# Tham chiếu API

Tệp này do `docs/make_api.py` viết từ mô tả OpenAPI của dịch vụ (`/ogc/openapi`); đừng sửa tay.
Cách dùng với QGIS, curl, Python và R: [Kết nối QGIS](qgis.md).
"""


def text() -> str:
    """Return the reference."""
    found = document(BASE, "vi")
    reading = Reading(found, lambda key, **params: WORDS[key].format(**params))
    operations = list(reading.operations())
    lines = [_HEAD, found["info"]["description"], ""]
    lines += ["## Các địa chỉ", "", "| Địa chỉ | Để làm gì |", "|---|---|"]
    lines += [f"| [`{one.method} {one.path}`](#{_anchor(one)}) | {one.summary} |" for one in operations]
    for one in operations:
        lines += ["", *_operation(one)]
    lines += ["", "## Kiểu dữ liệu"]
    for name, (description, members) in reading.schemas().items():
        lines += ["", f"### {name}", "", description, "", "| Tên | Kiểu | Ý nghĩa |", "|---|---|---|"]
        for member in members:
            must = " (bắt buộc)" if member.required else ""
            lines.append(f"| `{member.name}`{must} | {member.kind} | {_cell(member.meaning)} |")
    lines += ["", "## Giá trị của tham số"]
    lines += _long_lists(operations)
    return "\n".join(lines) + "\n"


def _operation(one: Operation) -> Iterator[str]:
    yield f'<a id="{_anchor(one)}"></a>'
    yield ""
    yield f"## `{one.method} {one.path}`"
    yield ""
    yield one.summary
    yield ""
    yield "```sh"
    if one.body:
        yield f"curl '{BASE}{one.address}' -H 'Content-Type: application/json' -d '"
        yield one.body.replace("'", "'\\''") + "'"
    else:
        yield f"curl '{BASE}{one.address}'"
    yield "```"
    if one.parameters:
        yield from ("", "| Tham số | Ý nghĩa | Giá trị |", "|---|---|---|")
        yield from (_parameter(part) for part in one.parameters)
    yield from ("", "| Trả lời | Ý nghĩa | Nội dung |", "|---|---|---|")
    yield from (_answer(part) for part in one.answers)


def _anchor(one: Operation) -> str:
    letters = "".join(letter if letter.isalnum() else "-" for letter in f"{one.method}{one.path}".lower())
    return letters.strip("-")


def _parameter(part: Asked) -> str:
    name = f"`{part.name}`" + (" (bắt buộc)" if part.required else "")
    meaning = _cell(part.meaning) + (f" Ví dụ: `{part.example}`." if part.example else "")
    values = part.kind
    if len(part.values) > _FEW:
        values += f": [một trong {len(part.values)} giá trị](#gia-tri-{part.name.lower()})"
    elif part.values:
        values += ": " + ", ".join(f"`{value}`" for value in part.values)
    return f"| {name} | {meaning} | {values}{f'; mặc định `{part.default}`' if part.default else ''} |"


def _answer(part: Answer) -> str:
    content = ", ".join(f"`{kind}`" + (f" ({schema})" if schema[:1].isupper() else "") for kind, schema in part.content)
    return f"| {part.status} | {_cell(part.meaning)} | {content} |"


def _cell(words: str) -> str:
    """Return a text as a cell of a table may have it."""
    return words.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")


def _long_lists(operations: list[Operation]) -> Iterator[str]:
    seen = set()
    for part in (part for one in operations for part in one.parameters):
        if len(part.values) > _FEW and part.name not in seen:
            seen.add(part.name)
            yield from ("", f'<a id="gia-tri-{part.name.lower()}"></a>', "", f"### `{part.name}`", "")
            yield ", ".join(f"`{value}`" for value in part.values)


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
