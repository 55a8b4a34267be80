"""pygeoapi's provider over LayerView: one question about a collection, answered as GeoJSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import normalize
from urllib.parse import urlencode

import numpy as np
import shapely
from numpy.typing import NDArray
from pygeoapi.provider.base import BaseProvider, ProviderItemNotFoundError

from service.collections import collections
from service.feature_table import FeatureTable, described, table_of
from service.ogc_filter import Mask, passing
from service.ogc_places import from_degrees

#: Formats of features: the name of each, and its media type.
FORMATS: Final[Mapping[str, str]] = {"json": "application/geo+json", "html": "text/html", "csv": "text/csv"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where the answer stands, for the links in it.

    Attributes
    ----------
    collection
        Address of the collection.
    path
        What stands behind it: ``/items``, or ``/items/23293``.
    query
        Parameters as they were asked for, without the format and without ``offset``.
    fmt
        The format of the answer.
    asked_fmt
        The same where it was asked for by parameter; empty where the client's headers told it.
    posted
        Whether a filter came as the body of the request: no link can lead to such a page.
    """

    collection: str
    path: str
    query: tuple[tuple[str, str], ...]
    fmt: str
    asked_fmt: str
    posted: bool

    @property
    def many(self) -> bool:
        """Whether it is that of a page of features, and not of one."""
        return self.path == "/items"

    def at(self, offset: int, fmt: str) -> str:
        """Return the address of another page, or of another format of this one."""
        more = [*([("f", fmt)] if fmt else []), *([("offset", str(offset))] if offset else [])]
        query = urlencode([*self.query, *more])
        return f"{self.collection}{self.path}" + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What a request asks of the features, read and checked; pygeoapi hands on the rest.

    Attributes
    ----------
    table
        The features of the month asked for.
    address
        Where the answer stands.
    equal
        Value that each of some properties must have.
    tree, tree_crs
        Filter, and address of the coordinate system of its geometries.
    area
        What features must meet, in longitude and latitude; ``None``: nothing.
    offset, limit
        Number of features passed over, and of those given at most.
    """

    table: FeatureTable
    address: Address
    equal: Mapping[str, str]
    tree: object = None
    tree_crs: str = ""
    area: shapely.Geometry | None = None
    offset: int = 0
    limit: int = 1

    def rows(self) -> Mask:
        """Tell which features are asked for; errors as :func:`passing`."""
        mask = passing(self.table, self.tree, self.tree_crs)
        for name, value in self.equal.items():
            mask &= np.array([_equals(row[name], value) for row in self.table.properties], dtype=bool)
        if self.area is not None:
            mask &= np.asarray(shapely.intersects(self.table.geometries, self.area), dtype=bool)
        return mask


#: The question of the request that this thread answers: what pygeoapi would read in another way than we do.
question: ContextVar[Question] = ContextVar("question")


class LayerProvider(BaseProvider):  # type: ignore[misc]  # the library has no annotations
    """A collection as pygeoapi asks for it; ``data`` of its definition is the collection's id."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        """Take the definition; nothing is computed yet."""
        super().__init__(provider_def)
        self.collection = collections()[self.data]
        self.lang = provider_def["lang"]
        self._fields: dict[str, dict[str, Any]] = {}

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Return the properties as JSON Schema fragments with their headings as titles."""
        table = table_of(self.collection, lang=self.lang)
        return {name: _schema(kind) | {"title": table.titles[name]} for name, kind in table.types.items()}

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The same, asked for once."""
        if not self._fields:
            self._fields = self.get_fields()
        return self._fields

    def query(
        self,
        resulttype: str = "results",
        sortby: Sequence[Mapping[str, str]] = (),
        select_properties: Sequence[str] = (),
        skip_geometry: bool = False,  # noqa: FBT001, FBT002 - pygeoapi's signature
        crs_transform_spec: Any = None,  # noqa: ANN401 - pygeoapi's record
        **_unused: object,
    ) -> dict[str, Any]:
        """Return a page of features as GeoJSON, with what the view says of itself; the rest is in :data:`question`."""
        asked = question.get()
        found = _sorted(asked.table, [int(i) for i in np.flatnonzero(asked.rows())], sortby)
        page = [] if resulttype == "hits" else found[asked.offset : asked.offset + asked.limit]
        shapes = _shapes(asked.table, page, crs_transform_spec, skip=skip_geometry)
        features = [_feature(asked.table, i, shape, select_properties) for i, shape in zip(page, shapes, strict=True)]
        return {
            "type": "FeatureCollection",
            "numberMatched": len(found),
            "numberReturned": len(features),
            **described(asked.table.view),
            "features": features,
            "links": _links(asked, len(found) if page else 0),
        }

    def get(self, identifier: str, crs_transform_spec: Any = None, **_unused: object) -> dict[str, Any]:  # noqa: ANN401
        """Return one feature.

        Raises
        ------
        ProviderItemNotFoundError
            The collection has no unit of this code.
        """
        asked = question.get()
        ids = asked.table.ids
        if identifier not in ids:
            raise ProviderItemNotFoundError(identifier)
        row = ids.index(identifier)
        [shape] = _shapes(asked.table, [row], crs_transform_spec, skip=False)
        return _feature(asked.table, row, shape, ()) | {"links": _links(asked, 0)}


class _Links(list[dict[str, str]]):
    """The links of an answer, all of them.

    pygeoapi adds its own, which lose the place in the list, lead to an empty page behind the last one and name
    formats that there are not.
    """

    def extend(self, _more: object) -> None:
        """Add nothing."""

    def append(self, _more: object) -> None:
        """Add nothing."""


def _links(asked: Question, matched: int) -> _Links:
    """Return the links of an answer; ``matched`` features make pages, 0 make one."""
    where, offset, limit = asked.address, asked.offset, asked.limit
    found = []
    if not where.posted:
        pages = {}
        if offset + limit < matched:
            pages["next"] = offset + limit
        if offset and matched:
            pages["prev"] = max(0, offset - limit)
        formats = FORMATS if where.many else ("json", "html")
        found = [_link("self" if fmt == where.fmt else "alternate", where.at(offset, fmt), fmt) for fmt in formats]
        found += [_link(rel, where.at(start, where.asked_fmt), where.fmt) for rel, start in pages.items()]
    return _Links([*found, {"rel": "collection", "type": "application/json", "href": where.collection}])


def _link(rel: str, href: str, fmt: str) -> dict[str, str]:
    return {"rel": rel, "type": FORMATS[fmt], "href": href}


def _schema(kind: str) -> dict[str, Any]:
    return {"type": "string", "format": "date"} if kind == "date" else {"type": kind}


def _equals(cell: object, asked: str) -> bool:
    if isinstance(cell, int | float):
        return cell == float(asked)
    return cell is not None and str(cell) == normalize("NFC", asked)


def _sorted(table: FeatureTable, rows: list[int], sortby: Sequence[Mapping[str, str]]) -> list[int]:
    """Sort rows by properties, the last of them first as sorting is stable; what is unknown comes last."""
    for part in reversed(sortby):
        name = part["property"]
        down = part["order"] == "-"
        known = [i for i in rows if table.properties[i][name] is not None]
        rest = [i for i in rows if table.properties[i][name] is None]
        rows = [*sorted(known, key=lambda i: table.properties[i][name], reverse=down), *rest]
    return rows


def _shapes(table: FeatureTable, rows: Sequence[int], spec: Any, *, skip: bool) -> NDArray[np.object_]:  # noqa: ANN401
    """Return the outlines of some rows in the system asked for; ``spec`` is pygeoapi's, ``None`` for degrees."""
    if skip:
        return np.full(len(rows), None, dtype=object)
    shapes = table.geometries[list(rows)]
    return shapes if spec is None else from_degrees(shapes, spec.target_crs_uri)


def _feature(table: FeatureTable, i: int, shape: shapely.Geometry | None, chosen: Sequence[str]) -> dict[str, Any]:
    properties = table.properties[i]
    return {
        "type": "Feature",
        "id": str(properties["code"]),
        "properties": {name: properties[name] for name in chosen} if chosen else dict(properties),
        "geometry": shapely.geometry.mapping(shape) if shape is not None else None,  # type: ignore[arg-type]  # its stub forgets
    }
