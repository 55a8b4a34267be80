"""Lấy số liệu bằng Python: ``python ntm_python.py [địa chỉ] [thư mục ghi kết quả]``.

Cần geopandas và pyogrio (``pip install geopandas pyogrio``). Phần lấy bảng, ảnh và ETag chỉ dùng thư viện chuẩn.
"""
# ruff: noqa: INP001, T201 - a script for readers to copy

from __future__ import annotations

import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import geopandas as gpd

LOP = "ntm-levels-kontum-2015"
VN2000 = "http://www.opengis.net/def/crs/EPSG/0/9216"


def tai(dia_chi: str, nhan: str = "", **tham_so: str) -> tuple[bytes | None, str]:
    """Trả về nội dung và ETag; nội dung là ``None`` khi số liệu chưa đổi so với ``nhan``."""
    hoi = Request(f"{dia_chi}?{urlencode(tham_so)}", headers={"If-None-Match": nhan} if nhan else {})  # noqa: S310
    try:
        with urlopen(hoi, timeout=60) as tra_loi:  # noqa: S310
            return tra_loi.read(), tra_loi.headers["ETag"]
    except HTTPError as loi:
        if loi.code == 304:  # noqa: PLR2004
            return None, nhan
        # Lỗi nói rõ tham số nào sai và các giá trị dùng được.
        raise SystemExit(loi.read().decode()) from loi


def main(may_chu: str = "http://127.0.0.1:8501", thu_muc: str = ".") -> None:
    """Lấy một lớp của một tháng, lọc, đổi hệ tọa độ, tải bảng và ảnh."""
    noi_ghi = Path(thu_muc)
    noi_ghi.mkdir(parents=True, exist_ok=True)
    lop = f"{may_chu}/ogc/collections/{LOP}/items"

    # Cả lớp của tháng 12/2024.
    noi_dung, nhan = tai(lop, datetime="2024-12", limit="1000")
    tep = noi_ghi / "thang-12.geojson"
    tep.write_bytes(noi_dung or b"")
    xa = gpd.read_file(tep, engine="pyogrio")
    print(f"{len(xa)} đơn vị; số đơn vị theo phân loại:")
    print(xa["class_label"].value_counts().to_string())

    # Máy chủ lọc: các xã đạt chuẩn của một huyện.
    noi_dung, _ = tai(lop, datetime="2024-12", filter="class = 'standard' AND district = 'Huyện Đăk Hà'")
    (noi_ghi / "dak-ha.geojson").write_bytes(noi_dung or b"")
    print("Đạt chuẩn ở huyện Đăk Hà:", ", ".join(gpd.read_file(noi_ghi / "dak-ha.geojson")["name"]))

    # Tọa độ VN-2000. GeoJSON không ghi hệ tọa độ: phải nói cho geopandas biết.
    noi_dung, _ = tai(lop, datetime="2024-12", limit="1000", crs=VN2000)
    (noi_ghi / "vn2000.geojson").write_bytes(noi_dung or b"")
    vn2000 = gpd.read_file(noi_ghi / "vn2000.geojson").set_crs(9216, allow_override=True)
    vn2000.to_file(noi_ghi / "ntm-2024-12.gpkg", driver="GPKG", engine="pyogrio")
    print(f"Tổng diện tích các hình: {vn2000.area.sum() / 1e6:,.0f} km²")

    # Bảng và bản đồ của cùng tháng.
    for ten, rieng in (("csv", {}), ("png", {"width": "1200"})):
        noi_dung, _ = tai(f"{may_chu}/maps/ntm-levels.{ten}", period="2024-12", **rieng)
        (noi_ghi / f"ntm-2024-12.{ten}").write_bytes(noi_dung or b"")

    # Hỏi lại: chỉ tải khi số liệu đã đổi.
    moi, _ = tai(lop, nhan, datetime="2024-12", limit="1000")
    print("Số liệu chưa đổi" if moi is None else "Đã tải số liệu mới")


if __name__ == "__main__":
    main(*sys.argv[1:])
