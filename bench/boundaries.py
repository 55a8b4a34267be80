"""How long does it take to take boundaries in? Check, repair, simplify and build the asset: province and country.

    .venv/bin/python bench/boundaries.py [--nation FILE.gpkg] [--units 11000]

Every file in a process of its own, so that its peak of memory is its own. Seconds are those of the processor, which
other work on the machine does not lengthen; the time on the clock stands beside their sum. "Plain" is what one would
write without any of this: read, ``buffer(0)``, ``simplify`` unit by unit, which leaves gaps and overlaps.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent))

import geopandas as gpd
import shapely

from bench.nation_file import faulty_units
from geo.asset import build
from geo.boundaries import BoundaryVersion, catalogue
from geo.coverage import find_faults
from geo.detail import simplified, tolerance_m
from geo.repair import repair

T = TypeVar("T")
STEPS = ("read", "check", "repair", "simplify", "asset")
SHIPPED = Path(__file__).parent.parent / "data" / "boundaries" / "kontum-2015" / "units.geojson"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nation", type=Path, help="all communes of the country, with ward_code")
    parser.add_argument("--units", type=int, default=11_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.gpkg"
        faulty_units(options.units).reset_index().to_file(made)
        files = [(SHIPPED, "EPSG:9216"), *([(options.nation, "EPSG:3405")] if options.nation else [])]
        heads = ["units", "vertices", "faults", *(f"{step}, s" for step in STEPS), "together, s", "on the clock, s",
                 "peak, MB", "plain, s", "ours : plain", "plain fits"]  # fmt: skip
        print(f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", sep="\n")
        for path, crs in [*files, (made, "EPSG:3405")]:
            whole, cells = alone(ours, path, crs)
            seconds, fits = alone(plain, path, crs)
            print(f"| {' | '.join([*cells, f'{seconds:.1f}', f'{whole / seconds:.1f}', fits])} |", flush=True)


def alone(function: Callable[[Path, str], T], path: Path, crs: str) -> T:
    """Run in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(function, path, crs).result()


def units_of(path: Path) -> gpd.GeoDataFrame:
    frame = gpd.read_file(path).rename(columns={"ward_code": "code", "ward_name": "name"})
    return frame.set_index("code").sort_index()[["name", "geometry"]]


def ours(path: Path, crs: str) -> tuple[float, list[str]]:
    begun, marks = time.perf_counter(), [time.process_time()]

    def mark() -> None:
        marks.append(time.process_time())

    frame = units_of(path)
    mark()
    faults = find_faults(frame, crs)
    mark()
    repaired = repair(frame, crs).frame
    mark()
    light = simplified(repaired, crs)
    mark()
    entry = catalogue()["kontum-2015"].model_copy(update={"id": "bench", "units": len(light)})
    border = gpd.GeoDataFrame({"neighbour": []}, geometry=[], crs="EPSG:4326")
    build(BoundaryVersion(entry, light.assign(district_code=None), border))
    mark()
    steps = [later - earlier for earlier, later in pairwise(marks)]
    vertices = shapely.get_num_coordinates(frame.geometry.to_numpy()).sum()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = [f"{step:.1f}" for step in [*steps, sum(steps), time.perf_counter() - begun]]
    return sum(steps), [f"{len(frame):,}", f"{vertices:,}", f"{len(faults):,}", *seconds, f"{peak:,.0f}"]


def plain(path: Path, crs: str) -> tuple[float, str]:
    begun = time.process_time()
    frame = gpd.read_file(path)
    tolerance = tolerance_m(frame, crs)
    light = frame.to_crs(crs).buffer(0).simplify(tolerance).to_crs("EPSG:4326")
    seconds = time.process_time() - begun
    return seconds, "yes" if light.is_valid_coverage() else "no"


if __name__ == "__main__":
    main()
