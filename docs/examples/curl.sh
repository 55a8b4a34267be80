#!/bin/sh
# Lấy số liệu bằng curl: sh curl.sh [địa chỉ] [thư mục ghi kết quả]
# Ví dụ: sh curl.sh http://127.0.0.1:8501 ket-qua
set -eu
DIA_CHI=${1:-http://127.0.0.1:8501}
THU_MUC=${2:-.}
LOP="$DIA_CHI/ogc/collections/ntm-levels-kontum-2015/items"
mkdir -p "$THU_MUC"
cd "$THU_MUC"

# Lớp của tháng 12/2024, cả hình và thuộc tính.
curl -fsS --compressed -o thang-12.geojson "$LOP?datetime=2024-12&limit=1000"

# Chỉ các xã đạt chuẩn của huyện Đăk Hà (bộ lọc CQL2; --data-urlencode lo phần mã hóa).
curl -fsS --compressed -G -o dak-ha.geojson "$LOP" \
  --data-urlencode "datetime=2024-12" \
  --data-urlencode "filter=class = 'standard' AND district = 'Huyện Đăk Hà'"

# Tọa độ VN-2000 của tỉnh Kon Tum (EPSG:9216), đơn vị mét.
curl -fsS --compressed -G -o vn2000.geojson "$LOP" \
  --data-urlencode "limit=1000" \
  --data-urlencode "crs=http://www.opengis.net/def/crs/EPSG/0/9216"

# Bảng CSV và bản đồ PNG của cùng tháng.
curl -fsS --compressed -o bang.csv "$DIA_CHI/maps/ntm-levels.csv?period=2024-12"
curl -fsS -o ban-do.png "$DIA_CHI/maps/ntm-levels.png?period=2024-12&width=1200"

# Chỉ tải lại khi số liệu đã đổi: curl nhớ ETag trong tệp, máy chủ trả 304 và không gửi gì.
curl -fsS --etag-save nhan.txt -o lop.geojson "$LOP?limit=1000"
TRA_LOI=$(curl -fsS --etag-compare nhan.txt -o moi.geojson -w '%{http_code}' "$LOP?limit=1000")
if [ "$TRA_LOI" = 304 ]; then
  echo "Số liệu chưa đổi"
else
  mv moi.geojson lop.geojson
  echo "Đã tải số liệu mới"
fi
