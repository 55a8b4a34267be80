"""The OpenAPI document put in words, for the page ``/ogc/openapi?f=html`` and for ``docs/api.md``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from service.ogc_pages import Frame

Part = Mapping[str, Any]
Word = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A parameter in words: its name, where it stands, what it means, its kind, allowed values, default, example."""

    name: str
    required: bool
    meaning: str
    kind: str
    values: tuple[str, ...]
    default: str
    example: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in words: status, what it means, and its content, each media type with the name of its schema."""

    status: str
    meaning: str
    content: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a path in words; ``body`` is an example of what is sent, ``address`` one of what is asked."""

    path: str
    method: str
    summary: str
    parameters: tuple[Asked, ...]
    answers: tuple[Answer, ...]
    body: str
    address: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a JSON document in words."""

    name: str
    kind: str
    required: bool
    meaning: str


def page(document: Part, frame: Frame) -> bytes:
    """Return the document as a page."""
    reading = Reading(document, frame.say)
    return frame.render("openapi", document=document, operations=list(reading.operations()), schemas=reading.schemas())


class Reading:
    """Reads a document of :mod:`service.openapi` into words."""

    def __init__(self, document: Part, word: Word) -> None:
        self.document = document
        self.word = word

    def operations(self) -> Iterator[Operation]:
        """Yield every operation in order."""
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                asked = tuple(self._parameter(self.resolved(part)) for part in operation["parameters"])
                content = operation.get("requestBody", {}).get("content", {})
                example = next((part["example"] for part in content.values()), None)
                yield Operation(
                    path=path,
                    method=method.upper(),
                    summary=operation["summary"],
                    parameters=asked,
                    answers=tuple(self._answers(operation["responses"])),
                    body=json.dumps(example, ensure_ascii=False, indent=2) if example else "",
                    address=self._address(path, operation),
                )

    def schemas(self) -> dict[str, tuple[str, list[Member]]]:
        """Return the JSON documents by name, each with its description and members."""
        found = {}
        for name, schema in self.document["components"]["schemas"].items():
            required = schema.get("required", ())
            members = [
                Member(key, self.kind(part), key in required, self.resolved(part).get("description", ""))
                for key, part in schema.get("properties", {}).items()
            ]
            if members:
                found[name] = (schema.get("description", ""), members)
        return found

    def resolved(self, part: Part) -> Part:
        """Return a part, or what it refers to."""
        if "$ref" not in part:
            return part
        found = self.document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return found

    def kind(self, schema: Part) -> str:
        """Return what values of a schema are, in a few words."""
        if "$ref" in schema:
            return str(schema["$ref"].rpartition("/")[2])
        if choice := schema.get("oneOf") or schema.get("anyOf"):
            return self.kind(choice[0])
        if schema.get("type") == "array":
            return self.word("type_list", kind=self.kind(schema["items"]))
        words = self.word(f"type_{schema.get('format') or schema.get('type') or 'any'}", true="true", false="false")
        if "minimum" in schema and "maximum" in schema:
            limits = self.word("range", minimum=schema["minimum"], maximum=schema["maximum"])
            return f"{words}, {limits}"
        return words

    def _parameter(self, part: Part) -> Asked:
        schema = part["schema"]
        values = schema.get("enum") or schema.get("items", {}).get("enum") or ()
        listed = schema.get("type") == "array" or "oneOf" in schema
        kind = self.kind(schema)
        return Asked(
            name=part["name"],
            required=part["required"],
            meaning=part["description"],
            kind=f"{kind}, {self.word('each_of_list')}" if listed else kind,
            values=tuple(map(str, values)),
            default=_plain(schema.get("default")),
            example=_plain(part.get("example")),
        )

    def _answers(self, responses: Part) -> Iterator[Answer]:
        for status, part in responses.items():
            found = self.resolved(part)
            content = [(kind, self.kind(one["schema"])) for kind, one in found.get("content", {}).items()]
            yield Answer(status, found["description"], tuple(content))

    def _address(self, path: str, operation: Part) -> str:
        """Return an example of an address: the path with its examples, and one or two parameters."""
        parts = [self.resolved(part) for part in operation["parameters"]]
        for part in parts:
            if part["in"] == "path":
                path = path.replace(f"{{{part['name']}}}", quote(str(part["example"])))
        shown = {
            part["name"]: part["example"] for part in parts if part["name"] in {"datetime", "limit", "period", "paper"}
        }
        return f"{path}?{urlencode(shown)}" if shown else path


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON is anything
    """Return a value as it stands in an address; nothing gives nothing."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return ",".join(map(str, value))
        case dict():
            return "&".join(f"{name}={one}" for name, one in value.items())
    return str(value)
