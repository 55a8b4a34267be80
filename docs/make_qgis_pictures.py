"""Take the pictures of docs/qgis.md in QGIS itself: ``/usr/bin/python3 docs/make_qgis_pictures.py``.

Needs Debian's ``qgis``, ``xvfb`` and ``xauth``, and what ``python3 run.py setup`` installs. Starts the server with a
new store, and QGIS with a profile of its own on a screen that nobody sees; QGIS runs this same file.
"""
# ruff: noqa: INP001 - a script beside the texts, not a package

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

PICTURES = Path("docs/pictures")
NAMES = ("ban-do", "chon-lop", "ket-noi")
SCREEN = "1600x1000x24"
CONNECTION = "Bản đồ nông thôn mới"
COLLECTION = "ntm-levels-kontum-2015"
NAME = "Mức đạt chuẩn NTM – Kon Tum"
PATIENCE_S = 120
#: Milliseconds after which QGIS has done what it was told to.
STEP_MS = 5000
#: The one of ``python3 run.py``: it is seen in the pictures.
PORT = 8501


def main() -> None:
    """Start the server, then QGIS, and wait until it has written its pictures."""
    address = f"http://127.0.0.1:{PORT}"
    with tempfile.TemporaryDirectory() as folder:
        data, profile = Path(folder) / "data", Path(folder) / "profile"
        command = [".venv/bin/python", "cli.py", "serve", "--port", str(PORT)]
        quiet = subprocess.DEVNULL
        served = subprocess.Popen(command, env=os.environ | {"NTM_DATA": str(data)}, stdout=quiet, stderr=quiet)
        try:
            wait_for(f"{address}/maps/ntm-levels.json")
            with urlopen(f"{address}/maps/ntm-levels.qml") as answer:  # noqa: S310 - our own address
                (Path(folder) / "style.qml").write_bytes(answer.read())
            here = {"HOME": folder, "NTM_PICTURES": folder, "NTM_ADDRESS": address, "QGIS_NO_OVERRIDE_IMPORT": "1"}
            qgis = ["qgis", "--nologo", "--noversioncheck", "--noplugins", "--profiles-path", str(profile)]
            hidden = ["xvfb-run", "-a", "-s", f"-screen 0 {SCREEN}", *qgis, "--code", str(Path(__file__).resolve())]
            subprocess.run(hidden, env=os.environ | here, check=True, timeout=PATIENCE_S)
            for name in NAMES:
                shutil.copy(Path(folder) / f"qgis-{name}.png", PICTURES)
        finally:
            served.terminate()
            served.wait()


def wait_for(address: str) -> None:
    """Return when the server answers."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            urlopen(address).close()  # noqa: S310 - our own address
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def inside() -> None:
    """Within QGIS: connect, load the layer, style it, take the pictures one after the other, and leave."""
    # Only QGIS has these, and only here is anything of it wanted.
    core, utils = import_module("qgis.core"), import_module("qgis.utils")
    qt, widgets = import_module("qgis.PyQt.QtCore"), import_module("qgis.PyQt.QtWidgets")
    iface, application = utils.iface, widgets.QApplication
    address, folder = os.environ["NTM_ADDRESS"], Path(os.environ["NTM_PICTURES"])
    window, settings = iface.mainWindow(), core.QgsSettings()
    window.resize(1400, 860)
    window.findChild(widgets.QDockWidget, "Browser").hide()
    window.resizeDocks([window.findChild(widgets.QDockWidget, "Layers")], [340], qt.Qt.Horizontal)
    settings.setValue(f"qgis/connections-wfs/{CONNECTION}/url", f"{address}/ogc?lang=vi")
    settings.setValue(f"qgis/connections-wfs/{CONNECTION}/version", "OGC_API_FEATURES")
    settings.setValue("qgis/connections-wfs/selected", CONNECTION)
    source = f"pagingEnabled='true' restrictToRequestBBOX='1' typename='{COLLECTION}' url='{address}/ogc?lang=vi'"
    layer = core.QgsVectorLayer(source, NAME, "OAPIF")
    layer.loadNamedStyle(str(folder / "style.qml"))
    core.QgsProject.instance().addMapLayer(layer)

    def grab(name: str) -> None:
        (application.activeModalWidget() or application.activeWindow() or window).grab().save(str(folder / name))

    def seen(kind: Any, name: str) -> Any:  # noqa: ANN401 - Qt's own
        # Pages of the data source manager share names: the one that is seen.
        found = [widget for widget in application.allWidgets() if widget.objectName() == name]
        return next(widget for widget in found if isinstance(widget, kind) and widget.isVisible())

    def fit() -> None:
        core.QgsProject.instance().setCrs(core.QgsCoordinateReferenceSystem("EPSG:9216"))
        iface.mapCanvas().zoomToFullExtent()

    def choose() -> None:
        seen(widgets.QLineEdit, "lineFilter").setText("Tỉnh Kon Tum, địa giới")
        seen(widgets.QCheckBox, "cbxUseTitleLayerName").setChecked(True)
        application.activeWindow().resize(1240, 620)
        tree = seen(widgets.QTreeView, "treeView")
        tree.setColumnWidth(0, 520)
        tree.setCurrentIndex(tree.model().index(6, 0))

    steps = (
        fit,
        lambda: window.grab().save(str(folder / "qgis-ban-do.png")),
        window.findChild(widgets.QAction, "mActionAddWfsLayer").trigger,
        lambda: seen(widgets.QPushButton, "btnConnect").click(),
        choose,
        lambda: grab("qgis-chon-lop.png"),
        lambda: seen(widgets.QPushButton, "btnEdit").click(),
        lambda: grab("qgis-ket-noi.png"),
        lambda: os._exit(0),
    )
    # A dialogue holds the step that opens it until it is closed: every step has a time of its own.
    for number, step in enumerate(steps):
        qt.QTimer.singleShot((number + 1) * STEP_MS, step)


if "NTM_ADDRESS" in os.environ:
    inside()
elif __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    main()
    sys.exit()
