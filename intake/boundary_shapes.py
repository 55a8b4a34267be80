"""The shapes of a map file: plane polygons or points, or a sentence for each reason why not.

Rings that cross themselves, overlaps and gaps are not judged here: they can be repaired, and are reported with their
place by the check of the coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from base.errors import DataError, Fault

#: What the features of a file must be: communes are polygons, settlements are points.
Shape = Literal["polygon", "point"]
#: Most vertices of a file. The national layer at full detail has about 4 million.
MAX_VERTICES: Final = 5_000_000
#: Larger coordinates are neither degrees nor metres on earth.
LARGEST_COORDINATE: Final = 1e8
#: Most features that one sentence names.
_NAMED: Final = 10

_POLYGONS: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_POINTS: Final = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)
_LINES: Final = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)
_CURVED: Final = ("CURVE", "CIRCULAR", "SURFACE")

_ALL_POINTS: Final = (
    "Tệp chứa điểm, không phải vùng, nên không vẽ được địa giới. Hãy xuất lớp vùng (polygon) địa giới xã rồi nạp lại."
)
_ALL_LINES: Final = (
    "Tệp chứa đường, không phải vùng. Hãy dựng vùng (polygon) từ các đường địa giới trong phần mềm bản đồ rồi nạp lại."
)
_NOT_POLYGONS: Final = (
    "{count} đối tượng không phải là vùng mà là điểm, đường hoặc hình hỗn hợp: số {features}. "
    "Hãy sửa thành vùng (polygon) rồi nạp lại."
)
_NOT_POINTS: Final = (
    "{count} đối tượng không phải là một điểm mà là vùng, đường hoặc nhiều điểm: số {features}. "
    "Hãy xuất lớp điểm, mỗi đối tượng một điểm, rồi nạp lại."
)
_NO_SHAPE: Final = (
    "{count} đối tượng không có hình (rỗng): số {features}. Hãy vẽ bổ sung hoặc bỏ các dòng ấy rồi nạp lại."
)
_BROKEN: Final = (
    "{count} đối tượng có hình bị hỏng hoặc thuộc loại không dùng được: số {features}. Hãy sửa hình rồi nạp lại."
)
_ABSURD: Final = (
    "{count} đối tượng có tọa độ vô lý (vô cực, không phải số hoặc quá lớn): số {features}. Hãy sửa hình rồi nạp lại."
)
_TOO_DETAILED: Final = (
    "Tệp có {count} đỉnh, quá giới hạn {limit}. Hãy đơn giản hóa lớp ranh giới (giữ cạnh chung) rồi nạp lại."
)
_HEIGHTS: Final = (
    "{count} đối tượng có cao độ (Z) hoặc số đo (M): số {features}. Chúng không dùng cho địa giới nên đã bỏ."
)
_CLOSED: Final = (
    "{count} đối tượng có vòng chưa khép kín hoặc thiếu đỉnh: số {features}. Đã khép lại; hãy xem kỹ các hình này."
)
_STRAIGHTENED: Final = "{count} đối tượng có cung tròn: số {features}. Cung đã được thay bằng các đoạn thẳng ngắn."


def polygons(
    written: Sequence[bytes | None], kinds: Sequence[str], file: str
) -> tuple[NDArray[np.object_], tuple[Fault, ...]]:
    """Return the shapes of a file, and notes on what was changed in them.

    Parameters
    ----------
    written
        Every feature's shape in WKB, ``None`` where it has none.
    kinds
        How the file calls every shape, in capitals, where the format has curves; empty where it has none.
    file
        Name of the file, for the faults.

    Returns
    -------
    The shapes, one for each feature: polygons and multipolygons in the plane, which may still be invalid.
    And the notes, each with the numbers of its features, counted from 1.

    Raises
    ------
    DataError
        With one sentence for each kind of fault, and the numbers of the features.
    """
    shapes, broken, unclosed = _parsed(written)
    _refuse(shapes, broken, file)
    notes = (
        _fault(_CLOSED, unclosed, file),
        _fault(_HEIGHTS, shapely.has_z(shapes) | shapely.has_m(shapes), file),
        _fault(_STRAIGHTENED, np.array([any(word in kind for word in _CURVED) for kind in kinds], dtype=bool), file),
    )
    return shapely.force_2d(shapes), tuple(note for note in notes if note)


def points(
    written: Sequence[bytes | None], _kinds: Sequence[str], file: str
) -> tuple[NDArray[np.object_], tuple[Fault, ...]]:
    """Return the points of a file, in the plane; arguments and errors as of :func:`polygons`, and no notes.

    A multipoint of one point, which is what many programs write, is that point.
    """
    shapes, broken, _ = _parsed(written)
    shapes = shapely.force_2d(shapes)
    none = ~broken & (shapely.is_missing(shapes) | shapely.is_empty(shapes))
    single = np.isin(shapely.get_type_id(shapes), _POINTS) & (shapely.get_num_geometries(shapes) == 1)
    faults = (
        _fault(_BROKEN, broken, file),
        _fault(_NO_SHAPE, none, file),
        _fault(_NOT_POINTS, ~broken & ~none & ~single, file),
        _fault(_ABSURD, _absurd(shapes), file),
    )
    if found := [fault for fault in faults if fault]:
        raise DataError(found)
    return np.asarray(shapely.points(shapely.get_coordinates(shapes))), ()


def _parsed(written: Sequence[bytes | None]) -> tuple[NDArray[np.object_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the shapes of WKB, which of them cannot be read, and which had to be closed."""
    raw = np.array(written, dtype=object)
    given = np.array([one is not None for one in written], dtype=bool)
    with np.errstate(invalid="ignore"):  # of coordinates that are no numbers; they are told later
        shapes = shapely.from_wkb(raw, on_invalid="ignore")
        unclosed = given & shapely.is_missing(shapes)
        if unclosed.any():
            shapes[unclosed] = shapely.from_wkb(raw[unclosed], on_invalid="fix")
    return shapes, given & shapely.is_missing(shapes), unclosed


def _absurd(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which shapes have a coordinate that is nowhere on earth."""
    vertices, owners = shapely.get_coordinates(shapes, return_index=True)
    found = np.zeros(len(shapes), dtype=bool)
    found[owners[~(np.abs(vertices) <= LARGEST_COORDINATE).all(axis=1)]] = True
    return found


def _refuse(shapes: NDArray[np.object_], broken: NDArray[np.bool_], file: str) -> None:
    """Raise every reason why the shapes cannot be used."""
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    if vertices > MAX_VERTICES:
        params = (("count", vertices), ("limit", MAX_VERTICES))
        raise DataError([Fault(file, None, None, _TOO_DETAILED, params)])
    none = ~broken & (shapely.is_missing(shapes) | shapely.is_empty(shapes))
    types = shapely.get_type_id(shapes)
    drawn = ~broken & ~none
    for message, wrong in ((_ALL_POINTS, _POINTS), (_ALL_LINES, _LINES)):
        if drawn.any() and np.isin(types[drawn], wrong).all():
            raise DataError([Fault(file, None, None, message)])
    found = (
        _fault(_BROKEN, broken, file),
        _fault(_NO_SHAPE, none, file),
        _fault(_NOT_POLYGONS, drawn & ~np.isin(types, _POLYGONS), file),
        _fault(_ABSURD, _absurd(shapes), file),
    )
    faults = [fault for fault in found if fault]
    if faults:
        raise DataError(faults)


def _fault(message: str, which: NDArray[np.bool_], file: str) -> Fault | None:
    """Return a sentence on the features of ``which``; ``None`` when there are none."""
    numbers = (np.flatnonzero(which) + 1).tolist()
    if not numbers:
        return None
    named = ", ".join(map(str, numbers[:_NAMED])) + (", …" if len(numbers) > _NAMED else "")
    return Fault(file, None, None, message, (("count", len(numbers)), ("features", named)))
