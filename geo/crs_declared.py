"""What a file says of its coordinate reference system, and whether that can be believed.

Only VN-2000 and WGS 84 are believed. PROJ alone is no judge: where it does not know the datum of a file it
leaves the shift out without a word (225 m), and it recognises a zone by its numbers even when the file
says that the datum is unknown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import ProjError

#: Where a declaration comes from: a ``.prj`` file, the file itself, the rule of RFC 7946 that GeoJSON is in
#: WGS 84, a person's choice; ``none`` when there is no declaration.
How = Literal["prj", "file", "rfc7946", "none", "chosen"]

WGS84: Final = 4326
VN2000_GEOGRAPHIC: Final = 4756
#: "VN-2000 to WGS 84 (2)". Operation 6959 is deprecated (its offsets are swapped), 5194 is older.
_OFFICIAL_SHIFT: Final = "urn:ogc:def:coordinateOperation:EPSG::6960"

_SCALE_6_DEGREES: Final = 0.9996

_NO_CRS: Final = (
    "Tệp không khai báo hệ tọa độ (shapefile: thiếu tệp .prj). Hãy hỏi đơn vị đo đạc hoặc chọn hệ tọa độ đúng "
    "theo các gợi ý dưới đây (dòng lệnh: --crs) rồi nạp lại."
)
_UNREADABLE: Final = (
    "Không hiểu được khai báo hệ tọa độ. Hãy chọn hệ tọa độ đúng theo các gợi ý dưới đây "
    "(dòng lệnh: --crs, ví dụ --crs EPSG:9216) rồi nạp lại."
)
_UNKNOWN_DATUM: Final = (
    "Hệ tọa độ “{name}” có gốc tọa độ “{datum}” không phải là VN-2000 hay WGS 84; đọc thẳng thì vị trí có thể lệch "
    "225 m hoặc hơn. Hãy chọn hệ tọa độ đúng theo các gợi ý dưới đây (dòng lệnh: --crs) rồi nạp lại."
)
_OWN_SHIFT: Final = (
    "Hệ tọa độ “{name}” khai báo tham số chuyển đổi (towgs84) lệch {metres} m so với tham số chính thức của VN-2000. "
    "Hãy chọn hệ tọa độ đúng theo các gợi ý dưới đây (dòng lệnh: --crs) rồi nạp lại."
)
_OWN_ZONE: Final = (
    "Hệ tọa độ “{name}” có kinh tuyến trục, hệ số tỷ lệ hoặc gốc không thuộc múi chiếu nào đã công bố của {datum}. "
    "Hãy chọn hệ tọa độ đúng theo các gợi ý dưới đây (dòng lệnh: --crs) rồi nạp lại."
)


@dataclass(frozen=True, slots=True)
class Zone:
    """A plane system of VN-2000: transverse Mercator, false easting 500,000 m.

    Attributes
    ----------
    epsg
        EPSG code.
    meridian
        Central meridian, degrees east.
    scale
        Scale factor on it: 0.9999 in the 3° zones, 0.9996 in the 6° zones.
    """

    epsg: int
    meridian: float
    scale: float = 0.9999

    @property
    def name(self) -> str:
        """The registry's name, with the meridian also in the three zones that the registry only numbers."""
        degrees, part = divmod(self.meridian, 1)
        if self.scale == _SCALE_6_DEGREES:
            return f"VN-2000 / UTM zone {int(degrees) // 6 + 31}N"
        return f"VN-2000 / TM-3 {int(degrees)}-{round(part * 60):02}"

    @property
    def reach(self) -> float:
        """How far from its meridian the zone is used, in degrees: half its width and half a degree more."""
        return 3.5 if self.scale == _SCALE_6_DEGREES else 2.0


#: Every plane system of VN-2000 by its EPSG code.
VN2000_ZONES: Final[Mapping[int, Zone]] = MappingProxyType(
    {
        zone.epsg: zone
        for zone in (
            Zone(9216, 107.5),
            Zone(5899, 107.75),
            Zone(5898, 108.0),
            Zone(9217, 108.25),
            Zone(9218, 108.5),
            Zone(9215, 107.25),
            Zone(9214, 107.0),
            Zone(9213, 106.5),
            Zone(9212, 106.25),
            Zone(9211, 106.0),
            Zone(9210, 105.75),
            Zone(9209, 105.5),
            Zone(5897, 105.0),
            Zone(9208, 104.75),
            Zone(9207, 104.5),
            Zone(9206, 104.0),
            Zone(9205, 103.0),
            Zone(5896, 102.0),
            Zone(3405, 105.0, _SCALE_6_DEGREES),
            Zone(3406, 111.0, _SCALE_6_DEGREES),
        )
    }
)

#: How names of the two datums are written, letters and digits only.
_VN2000_NAMES: Final = re.compile(r"d?(vn|vietnam)2000")
_WGS84_NAMES: Final = re.compile(r"d?(wgs(19)?84|worldgeodeticsystem1984)(ensemble|g\d+)?")
#: GDAL's words for a GeoPackage that says the system is not known.
_UNDEFINED: Final = re.compile(r"undefined (cartesian|geographic) (srs|coordinate reference system)", re.IGNORECASE)
#: A reference to a registry, never to a file or an address that PROJ would open.
_REFERENCE: Final = re.compile(
    r"epsg:\d{4,6}|ogc:crs84|urn:(x-)?ogc:def:crs:(epsg|ogc):[\d.]*:(\d{4,6}|crs84)"
    r"|https?://www\.opengis\.net/def/crs/(epsg|ogc)/[\d.]+/(\d{4,6}|crs84)",
    re.IGNORECASE,
)
_ALMOST: Final = 1e-7
#: Two shifts that differ by less are the same: older parameters and the other sign of the rotations.
_SAME_SHIFT_M: Final = 2.0
#: A point in the middle of the country where shifts are compared: longitude, latitude.
_MIDDLE: Final = (108.0, 15.0)


@dataclass(frozen=True, slots=True)
class CrsFinding:
    """What is known of a file's coordinate reference system.

    Attributes
    ----------
    epsg
        EPSG code of the system; ``None`` when the declaration is missing or cannot be believed.
    how
        Where it comes from.
    name
        Name of the system, as the registry has it when ``epsg`` is known, else the file's own; empty
        when there is none.
    known_datum
        The datum is VN-2000 or WGS 84.
    swapped
        The file has northing before easting; only ever a person's choice.
    problem, params
        Why it cannot be believed: a Vietnamese template and its values; empty when ``epsg`` is known.
    """

    epsg: int | None
    how: How
    name: str = ""
    known_datum: bool = False
    swapped: bool = False
    problem: str = ""
    params: tuple[tuple[str, object], ...] = ()


@cache
def official_shift() -> Transformer:
    """Return the official operation from VN-2000 to WGS 84; it takes and gives latitude before longitude, degrees."""
    return Transformer.from_pipeline(_OFFICIAL_SHIFT)


def declared(text: str | None, how: How) -> CrsFinding:
    """Return what a declaration is worth.

    Parameters
    ----------
    text
        WKT of any kind (also of a ``.prj`` file) or a reference such as ``EPSG:9216``; ``None`` or blank
        gives a finding that says there is none.
    how
        Where it stands.
    """
    if not text or not text.strip() or _UNDEFINED.search(text):
        return CrsFinding(None, "none", problem=_NO_CRS)
    text = text.strip().removeprefix("\ufeff")
    try:
        crs = CRS.from_user_input(text) if _REFERENCE.fullmatch(text) else CRS.from_wkt(text)
        return _judged(_plain(crs), how)
    except (ProjError, ValueError, OverflowError):
        return CrsFinding(None, how, problem=_UNREADABLE)


def _plain(crs: CRS) -> CRS:
    """Return the horizontal part of a system that also has heights."""
    return crs.sub_crs_list[0] if crs.is_compound else crs


def _judged(crs: CRS, how: How) -> CrsFinding:
    base = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    name, datum = base.name, base.datum.name if base.datum else ""
    params: tuple[tuple[str, object], ...] = (("name", name), ("datum", datum))
    folded = re.sub(r"[^a-z0-9]", "", datum.lower())
    wgs84 = _WGS84_NAMES.fullmatch(folded) is not None
    vn2000 = _VN2000_NAMES.fullmatch(folded) is not None
    if crs.is_bound:
        # The file brings its own shift to WGS 84. It counts for more than the name of the datum, but only as proof
        # that the datum is VN-2000: what is applied is always the official shift.
        shift = list(crs.coordinate_operation.towgs84) if crs.coordinate_operation else []
        metres = _off_official(shift)
        vn2000 = metres < _SAME_SHIFT_M
        wgs84 = wgs84 and not any(shift)
        if not (vn2000 or wgs84):
            return CrsFinding(None, how, name, problem=_OWN_SHIFT, params=(*params, ("metres", round(metres))))
    if not (wgs84 or vn2000) or not _is_plain_earth(base):
        return CrsFinding(None, how, name, problem=_UNKNOWN_DATUM, params=params)
    epsg = _vn2000_code(base) if vn2000 else _wgs84_code(base)
    if epsg is None:
        return CrsFinding(None, how, name, known_datum=True, problem=_OWN_ZONE, params=params)
    return CrsFinding(epsg, how, name_of(epsg), known_datum=True)


@cache
def name_of(epsg: int) -> str:
    """Return the name of a system in the registry."""
    zone = VN2000_ZONES.get(epsg)
    return zone.name if zone else str(CRS.from_epsg(epsg).name)


def _is_plain_earth(crs: CRS) -> bool:
    """Tell whether ellipsoid and prime meridian are those that both datums have."""
    earth, prime = crs.ellipsoid, crs.prime_meridian
    return (
        earth is not None
        and math.isclose(earth.semi_major_metre, 6378137, abs_tol=0.01)
        and math.isclose(earth.inverse_flattening, 298.257223563, abs_tol=1e-5)
        and (prime is None or abs(prime.longitude) < _ALMOST)
    )


def _vn2000_code(crs: CRS) -> int | None:
    if crs.is_geographic:
        return VN2000_GEOGRAPHIC if _has_unit(crs, math.pi / 180) else None
    operation = crs.coordinate_operation
    if operation is None or operation.method_name.lower() != "transverse mercator" or not _has_unit(crs, 1.0):
        return None
    values = {param.name.lower(): param.value for param in operation.params}
    for zone in VN2000_ZONES.values():
        wanted = {
            "latitude of natural origin": 0.0,
            "longitude of natural origin": zone.meridian,
            "scale factor at natural origin": zone.scale,
            "false easting": 500_000.0,
            "false northing": 0.0,
        }
        if values.keys() == wanted.keys() and all(abs(float(values[key]) - wanted[key]) < _ALMOST for key in wanted):
            return zone.epsg
    return None


def _wgs84_code(crs: CRS) -> int | None:
    """Return the code of a registered system; a zone of VN-2000 given the datum of WGS 84 has none."""
    if crs.is_geographic:
        return WGS84 if _has_unit(crs, math.pi / 180) else None
    found: int | None = crs.to_epsg(min_confidence=70)
    return found


def _has_unit(crs: CRS, factor: float) -> bool:
    axes = crs.axis_info[:2]
    return bool(axes) and all(math.isclose(axis.unit_conversion_factor, factor, rel_tol=1e-6) for axis in axes)


def _off_official(towgs84: list[float]) -> float:
    """Return how far a file's own shift (3 or 7 parameters of ``towgs84``) lies from the official one, in metres."""
    keys = ("x", "y", "z", "rx", "ry", "rz", "s")
    parameters = [*towgs84, *[0.0] * len(keys)][: len(keys)]
    helmert = " ".join(f"+{key}={value!r}" for key, value in zip(keys, parameters, strict=True))
    own = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
        f"+step +proj=helmert {helmert} +convention=position_vector "
        "+step +inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    lon, lat = _MIDDLE
    own_lon, own_lat = own.transform(lon, lat)
    official_lat, official_lon = official_shift().transform(lat, lon)
    return float(Geod(ellps="WGS84").inv(own_lon, own_lat, official_lon, official_lat)[2])
