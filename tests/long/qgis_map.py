"""Run by QGIS's own Python: load a layer of the service, draw it with our style, tell what was found as JSON.

qgis_map.py http://127.0.0.1:8501 ntm-levels-kontum-2015 style.qml EPSG:9216 folder-for-pictures
"""

from __future__ import annotations

import json
import os
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

SIZE = QSize(1000, 1200)


def layer_of(address: str, name: str, month: str = "") -> QgsVectorLayer:
    """Return the layer as the data source manager makes it, filtered by the last day of a month."""
    source = f"pagingEnabled='true' restrictToRequestBBOX='1' typename='{name}' url='{address}/ogc?lang=vi'"
    layer = QgsVectorLayer(source, name, "OAPIF")
    if month and not layer.setSubsetString(f"\"as_of\" = '{month}'"):
        raise SystemExit("QGIS refuses the filter")
    return layer


def rows(layer: QgsVectorLayer) -> dict[str, dict[str, object]]:
    """Return the attributes of each feature, and whether its outline is valid."""
    found = {}
    for feature in layer.getFeatures():
        values = {field.name(): feature[field.name()] for field in layer.fields()}
        plain = {name: value if isinstance(value, str) else "" for name, value in values.items()}
        day = values["as_of"].toString("yyyy-MM-dd")
        found[values["code"]] = plain | {"as_of": day, "valid": feature.geometry().isGeosValid()}
    return found


def draw(layer: QgsVectorLayer, target: QgsCoordinateReferenceSystem, path: str) -> dict[str, str]:
    """Draw the layer in a coordinate system; return the colour at a point inside each feature."""
    change = QgsCoordinateTransform(layer.crs(), target, QgsProject.instance())
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(target)
    settings.setOutputSize(SIZE)
    settings.setBackgroundColor(QColor("white"))
    settings.setFlag(QgsMapSettings.Antialiasing, False)  # noqa: FBT003 - Qt's own
    extent = change.transformBoundingBox(layer.extent())
    extent.scale(1.05)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture: QImage = job.renderedImage()
    picture.save(path)
    colors = {}
    for feature in layer.getFeatures():
        inside = change.transform(feature.geometry().pointOnSurface().asPoint())
        pixel = settings.mapToPixel().transform(inside)
        colors[feature["code"]] = picture.pixelColor(int(pixel.x()), int(pixel.y())).name().upper()
    return colors


def metres_apart(layer: QgsVectorLayer, address: str, target: QgsCoordinateReferenceSystem) -> float:
    """Return how far what the service gives in a coordinate system lies from what QGIS itself makes of it."""
    uri = target.authid().replace("EPSG:", "http://www.opengis.net/def/crs/EPSG/0/")
    given = QgsVectorLayer(f"{address}/ogc/collections/{layer.name()}/items?limit=1000&crs={uri}", "given", "ogr")
    given.setCrs(target)
    change = QgsCoordinateTransform(layer.crs(), target, QgsProject.instance())
    ours = {feature["code"]: feature.geometry().centroid().asPoint() for feature in given.getFeatures()}
    apart = []
    for feature in layer.getFeatures():
        shape = feature.geometry()
        shape.transform(change)
        apart.append(shape.centroid().asPoint().distance(ours[feature["code"]]))
    return max(apart)


def main(address: str, name: str, style: str, zone: str, folder: str) -> None:
    """Tell everything in one document."""
    app = QgsApplication([], False)  # noqa: FBT003 - Qt's own: no windows
    app.initQgis()
    target = QgsCoordinateReferenceSystem(zone)
    layer, then = layer_of(address, name), layer_of(address, name, "2023-12-31")
    loaded = {"valid": layer.isValid(), "crs": layer.crs().authid(), "rows": rows(layer), "then": rows(then)}
    message, styled = layer.loadNamedStyle(style)
    categories = layer.renderer().categories() if styled and layer.renderer().type() == "categorizedSymbol" else []
    document = loaded | {
        "styled": styled,
        "message": message,
        "attribute": layer.renderer().classAttribute() if categories else "",
        "classes": {item.value(): [item.label(), item.symbol().color().name().upper()] for item in categories},
        "colors": draw(layer, layer.crs(), f"{folder}/qgis.png"),
        "colors_metric": draw(layer, target, f"{folder}/qgis-vn2000.png"),
        "metres_apart": metres_apart(layer, address, target),
    }
    print(json.dumps(document, ensure_ascii=False), flush=True)  # noqa: T201 - the answer
    os._exit(0)  # QGIS may crash when its libraries are unloaded in an order of Python's own


if __name__ == "__main__":
    main(*sys.argv[1:])
