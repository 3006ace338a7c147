"""Thins boundaries of neighbourhoods to outlines of districts: ``python -m tools.district_boundaries FILE.geojson``.

The file has the neighbourhoods (LSOAs) of England and Wales of 2011. What is written are lines ``code,outline`` of the
districts of 2021: rings apart by ``;``, points by ``,``, each east and north in hectometres of a transverse Mercator
projection about 2 degrees west. A border is thinned once, so that both its districts have the same.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from tools.district_mergers import MERGERS, RENAMED
from wellbeva.local.tables import rows

Point = tuple[float, float]
Edges = dict[tuple[Point, Point], str]
RADIUS = 63_710 * 0.9996
"""Of the Earth in hectometres, in the scale of the grid."""
TOLERANCE = 7.0
"""How far a thinned border may be from its points [hm]."""
LEAST = 100.0
"""Of a ring, in hectares, unless it is the largest of its district."""


def project(point: Point) -> Point:
    """Return east and north of longitude and latitude."""
    east, north = math.radians(point[0] + 2), math.radians(point[1])
    return RADIUS * math.atanh(math.cos(north) * math.sin(east)), RADIUS * math.atan2(math.tan(north), math.cos(east))


def edges_of_districts(features: list[dict[str, dict[str, str]]], codes: dict[str, str]) -> Edges:
    """Return the edges, each with its district on the same side, that have another district or the sea beyond."""
    every: Edges = {}
    for feature in features:
        code = codes[re.sub(r"^The | \d{3}[A-Z]$", "", feature["properties"]["LSOA11NM"])]
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        for ring in (ring for polygon in polygons for ring in polygon):
            points = [tuple(point) for point in ring]
            every |= dict.fromkeys(itertools.pairwise(points), code)
    return {edge: code for edge, code in every.items() if every.get(edge[::-1]) != code}


def kept(edges: Edges) -> set[Point]:
    """Return the points that are left of every border."""
    beside: dict[Point, set[Point]] = defaultdict(set)
    for start, end in edges:
        beside[start].add(end)
        beside[end].add(start)
    stays = {point for point, others in beside.items() if len(others) != 2}
    left: set[Point] = set(stays)
    seen: set[Point] = set()
    # Borders that start where three meet come first; what is then left is closed, and starts anywhere.
    for start in [*sorted(stays), *sorted(beside)]:
        for step in sorted(beside[start]):
            if start in seen or (step in seen and step not in stays):
                continue
            line = [start, step]
            while line[-1] not in stays and line[-1] != start:
                seen.add(line[-1])
                line.append(next(one for one in sorted(beside[line[-1]]) if one != line[-2]))
            left |= {line[place] for place in thinned(np.array([project(point) for point in line]))}
            if start not in stays:
                seen.add(start)
    return left


def thinned(line: np.ndarray) -> list[int]:
    """Return the places of what Douglas and Peucker (1973) keep, doi:10.3138/FM57-6770-U75U-7727."""
    keep, parts = {0, len(line) - 1}, [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        along, away = line[last] - line[first], line[first + 1 : last] - line[first]
        length = float(np.hypot(*along))
        across = np.abs(along[0] * away[:, 1] - along[1] * away[:, 0]) / length if length else np.hypot(*away.T)
        place = first + 1 + int(np.argmax(across))
        if across.max() > TOLERANCE:
            keep.add(place)
            parts += [(first, place), (place, last)]
    return sorted(keep)


def rings(edges: Edges, left: set[Point]) -> dict[str, list[list[tuple[int, int]]]]:
    """Return the outline of each district, its larger rings first."""
    onward: dict[str, dict[Point, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for (start, end), code in sorted(edges.items()):
        onward[code][start].append(end)
    outlines: dict[str, list[list[tuple[int, int]]]] = {}
    for code, steps in sorted(onward.items()):
        found: list[tuple[float, list[tuple[int, int]]]] = []
        while steps:
            start = min(steps)
            ring = [start]
            while len(ring) == 1 or ring[-1] != start:
                ends = steps[ring[-1]]
                step = ends.pop()
                if not ends:
                    del steps[ring[-1]]
                ring.append(step)
            points = [tuple(round(one) for one in project(point)) for point in ring[1:] if point in left]
            points.append(points[0])
            x, y = np.array(points).T
            found.append((abs(float(x[:-1] @ y[1:] - x[1:] @ y[:-1])) / 2, points))
        found.sort(key=lambda one: -one[0])
        outlines[code] = [points for place, (area, points) in enumerate(found) if place == 0 or area >= LEAST]
    return outlines


def main(path: Path) -> None:
    """Print the table."""
    drawn = {row["code"] for row in rows("hexes")}
    codes = {row["name"]: row["code"] for row in rows("areas") if row["code"] in drawn or row["replaced_by"]}
    codes |= {name: codes[now] for name, now in RENAMED.items()}
    codes |= {name: code for code, parts in MERGERS.items() for name in parts.values()}
    edges = edges_of_districts(json.loads(path.read_text(encoding="utf-8"))["features"], codes)
    sys.stdout.write("code,outline\n")
    for code, outline in rings(edges, kept(edges)).items():
        said = ";".join(",".join(f"{x} {y}" for x, y in ring) for ring in outline)
        sys.stdout.write(f'{code},"{said}"\n')


if __name__ == "__main__":
    main(Path(sys.argv[1]))
