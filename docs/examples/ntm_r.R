# Lấy số liệu bằng R: Rscript ntm_r.R [địa chỉ] [thư mục ghi kết quả]
# Cần gói sf (Debian, Ubuntu: apt install r-cran-sf).
suppressPackageStartupMessages(library(sf))

tham_so <- commandArgs(trailingOnly = TRUE)
may_chu <- if (length(tham_so) > 0) tham_so[1] else "http://127.0.0.1:8501"
thu_muc <- if (length(tham_so) > 1) tham_so[2] else "."
dir.create(thu_muc, showWarnings = FALSE, recursive = TRUE)
lop <- paste0(may_chu, "/ogc/collections/ntm-levels-kontum-2015/items")

# Cả lớp của tháng 12/2024.
xa <- st_read(paste0(lop, "?datetime=2024-12&limit=1000"), quiet = TRUE)
cat(nrow(xa), "đơn vị\n")
print(table(xa$class_label))

# Máy chủ lọc: các xã đạt chuẩn của một huyện.
loc <- URLencode("class = 'standard' AND district = 'Huyện Đăk Hà'", reserved = TRUE)
dak_ha <- st_read(paste0(lop, "?datetime=2024-12&filter=", loc), quiet = TRUE)
cat("Đạt chuẩn ở huyện Đăk Hà:", paste(dak_ha$name, collapse = ", "), "\n")

# Tọa độ VN-2000. GeoJSON không ghi hệ tọa độ: phải nói cho sf biết.
vn2000 <- st_read(paste0(lop, "?limit=1000&crs=http://www.opengis.net/def/crs/EPSG/0/9216"), quiet = TRUE)
vn2000 <- suppressWarnings(st_set_crs(vn2000, 9216))
cat("Tổng diện tích các hình:", round(sum(as.numeric(st_area(vn2000))) / 1e6), "km²\n")

# Cùng lớp qua trình đọc OGC API – Features của GDAL: tháng gần nhất có số liệu.
oapif <- st_read(paste0("OAPIF:", may_chu, "/ogc"), layer = "ntm-levels-kontum-2015", quiet = TRUE)
cat(nrow(oapif), "đơn vị qua OAPIF, ngày số liệu", format(oapif$as_of[1]), "\n")

# Tô bằng màu của chú giải.
png(file.path(thu_muc, "ban-do.png"), width = 900, height = 1000)
plot(st_geometry(xa), col = xa$color, border = "#636363", main = "Mức đạt chuẩn nông thôn mới, 12/2024")
invisible(dev.off())

# Bảng, và chỉ tải lại khi số liệu đã đổi.
bang <- file.path(thu_muc, "ntm-2024-12.csv")
dia_chi <- paste0(may_chu, "/maps/ntm-levels.csv?period=2024-12")
dau <- curlGetHeaders(dia_chi)
nhan <- trimws(sub("^etag:", "", grep("^etag:", dau, value = TRUE, ignore.case = TRUE), ignore.case = TRUE))
download.file(dia_chi, bang, quiet = TRUE, mode = "wb")
print(head(read.csv(bang, fileEncoding = "UTF-8-BOM", colClasses = "character")[, 2:4], 3))
moi <- tempfile()
download.file(dia_chi, moi, quiet = TRUE, mode = "wb", headers = c("If-None-Match" = nhan))
# Trả lời 304 không có nội dung: không có tệp, hoặc tệp rỗng.
cat(if (isTRUE(file.size(moi) > 0)) "Đã tải số liệu mới\n" else "Số liệu chưa đổi\n")
