"""Who may write: until sign-in exists, only whoever sits at the machine that runs the program (DESIGN §4).

A browser at this machine also opens foreign pages. So that none of them can write or read through it, a
request must name this machine as its host (a foreign name that was made to point here does not), must
come from a page of ours, and must carry a header that a foreign page cannot send without being asked.
"""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from base import settings
from base.errors import AccessError

#: What only our own page sends; a foreign page's browser would ask us first, and we do not answer.
DESK_HEADER: Final = "x-ntm-desk"
#: A proxy in between says so in one of these: then nobody knows who is behind it.
PROXY_HEADERS: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_HOSTS: Final = {"localhost", "127.0.0.1", "::1"}


def require_writing(request: Request) -> None:
    """Let a request pass that may write or read original files.

    Raises
    ------
    AccessError
        It may not; the sentence says why and what to do.
    """
    if not settings.office():
        raise AccessError(
            "Máy chủ này chưa nhận số liệu: chưa khai tên đơn vị ghi. "
            "Hãy đặt biến môi trường NTM_OFFICE, ví dụ NTM_OFFICE=“Văn phòng Điều phối tỉnh”, rồi khởi động lại."
        )
    if not _is_loopback(request) or any(name in request.headers for name in PROXY_HEADERS):
        raise AccessError(
            "Chỉ nộp và sửa số liệu được trên chính máy chạy chương trình (địa chỉ 127.0.0.1). "
            "Từ máy khác chỉ xem được."
        )
    if not _is_ours(request):
        raise AccessError(
            "Yêu cầu không đến từ một trang nhập số liệu của máy này nên bị từ chối. "
            "Hãy mở trang tại địa chỉ 127.0.0.1 rồi làm lại."
        )


def _is_loopback(request: Request) -> bool:
    if request.client is None:
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    inner = getattr(address, "ipv4_mapped", None)
    return bool((inner or address).is_loopback)


def _is_ours(request: Request) -> bool:
    host = request.headers.get("host", "")
    try:
        named = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    origin = request.headers.get("origin")
    if named not in _HOSTS or origin not in {None, f"{request.url.scheme}://{host}"}:
        return False
    return request.method in {"GET", "HEAD"} or request.headers.get(DESK_HEADER) == "1"
