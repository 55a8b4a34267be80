"""The desk of the Coordination Office: forms out, files in, receipts (docs/adr/0007-desk.md).

A file is checked first and kept for half an hour under a token; confirming the token stores exactly what
was previewed. Nothing here decides what a fact is: that is ``intake``'s work, in a worker process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import asdict
from pathlib import PureWindowsPath
from typing import Final, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from base.errors import AccessError, NtmError, StateError, StoreError
from base.i18n import translate
from base.settings import FIRST_PROVINCE
from intake.checked import Checked, Sender
from intake.form_kinds import FORMS
from intake.known_clusters import cluster_values, known_clusters
from intake.submit import TITLES
from jobs import executor
from layers.registry import facts_of
from service import asked, checking, desk, live
from service.access import require_writing
from service.answers import download, told
from service.pending import Pending
from service.problems import problem
from store import current
from store.ledger import digest

T = TypeVar("T")

#: Bytes that a file may have.
LIMIT: Final = 20 * 1024 * 1024
#: Bytes that the values of a one-row form may have.
FORM_LIMIT: Final = 512 * 1024
#: What a scan begins with.
_SCANS: Final = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

_checked: Pending[Checked] = Pending()
_marked: Pending[tuple[str, bytes]] = Pending()
_attachments: Pending[bytes] = Pending()


async def _overview(request: Request, lang: str) -> Response:
    """Answer ``GET /office/desk``: what the page needs to offer forms and uploads."""
    province, why_not = request.query_params.get("province", FIRST_PROVINCE), ""
    try:
        require_writing(request)
    except AccessError as error:
        why_not = error.text(lang)
    return JSONResponse(await run_in_threadpool(desk.overview, province, lang, why_not))


async def _history(request: Request, lang: str) -> Response:
    """Answer ``GET /office/history``: submissions, newest first, a page at a time."""
    query = request.query_params
    before = query.get("before", "")
    if before and not (before.isdecimal() and len(before) < 10):  # noqa: PLR2004 - numbers of receipts are small
        raise StateError("Số biên nhận “{number}” không đúng.", number=before)
    found = await run_in_threadpool(
        desk.history,
        query.get("province", FIRST_PROVINCE),
        lang,
        district=query.get("district", ""),
        kinds=_kinds(query.get("kinds", "")),
        before=int(before) if before else None,
    )
    return JSONResponse(found)


def _kinds(text: str) -> frozenset[str]:
    """Read kinds with commas between them; an unknown one is told."""
    kinds = frozenset(kind for kind in text.split(",") if kind)
    for kind in kinds.difference(TITLES):
        raise StateError("Không có loại tệp “{kind}”.", kind=kind)
    return kinds


async def _records(request: Request, lang: str) -> Response:  # noqa: ARG001 - names need no language
    """Answer ``GET /office/records/clusters``: the clusters that are known."""
    require_writing(request)
    province = request.query_params.get("province", FIRST_PROVINCE)
    return JSONResponse(await run_in_threadpool(lambda: known_clusters(facts_of(province))))


async def _record(request: Request, lang: str) -> Response:
    """Answer ``GET /office/record/clusters``: the newest record of a cluster as values of its form."""
    require_writing(request)
    query = request.query_params
    province, day = query.get("province", FIRST_PROVINCE), asked.day(query.get("day", ""))
    cluster = query.get("id", "")
    return JSONResponse(await run_in_threadpool(lambda: cluster_values(facts_of(province), cluster, lang, day)))


async def _template(request: Request, lang: str) -> Response:
    """Answer ``GET /office/template/{kind}.xlsx``: a form to be filled."""
    query, kind = request.query_params, request.path_params["kind"]
    if kind not in TITLES:
        return problem(404, translate("Không có “{path}”.", lang, path=request.url.path))
    province, part, period = query.get("province", FIRST_PROVINCE), "", None
    if kind == "monthly":
        if not (period := asked.month(query.get("period", ""))):
            raise StateError("Hãy chọn tháng của biểu mẫu.")
        part = await run_in_threadpool(asked.reporter, province, query.get("district", ""), period)
        wanted = query.get("indicators") == "1"
        content = await _work(checking.monthly_form, province, part, period, lang, indicators=wanted)
    elif kind == "criteria-set":
        await run_in_threadpool(facts_of, province)
        part = query.get("set", "")
        content = await _work(checking.set_form, province, part, lang)
    else:
        await run_in_threadpool(facts_of, province)
        content = await _work(checking.small_form, kind, province, lang)
    name = await run_in_threadpool(desk.template_name, kind, province, part, period)
    return download(content, name, desk.media_type(name))


async def _attachment(request: Request, lang: str) -> Response:
    """Answer ``POST /office/attachment``: keep a scan until its decision is checked."""
    require_writing(request)
    content = await asked.body(request, LIMIT)
    if content is None:
        return _too_large(lang)
    if not content.startswith(_SCANS):
        raise NtmError("Bản quét phải là tệp PDF, JPG hoặc PNG. Hãy quét lại quyết định hoặc lưu sang PDF.")
    return JSONResponse({"attachment": _attachments.put(content), "hash": digest(content), "size": len(content)})


async def _check(request: Request, lang: str) -> Response:
    """Answer ``POST /office/check``: what a file would change, or all its faults."""
    require_writing(request)
    query = request.query_params
    province, kind = query.get("province", FIRST_PROVINCE), query.get("kind") or None
    if kind is not None and kind not in TITLES:
        raise StateError("Không có loại tệp “{kind}”.", kind=kind)
    name = asked.printable(PureWindowsPath(query.get("name", "")).name)
    if not name:
        raise StateError("Thiếu tên tệp.")
    sender = await _sender(request, province, lang)
    content = await asked.body(request, LIMIT)
    if content is None:
        return _too_large(lang)
    return _outcome(await _work(checking.check_file, content, name, province, sender, kind), name, lang)


async def _form(request: Request, lang: str) -> Response:
    """Answer ``POST /office/form/{kind}``: the same for one row that was typed in."""
    require_writing(request)
    kind, province = request.path_params["kind"], request.query_params.get("province", FIRST_PROVINCE)
    if kind not in FORMS:
        return problem(404, translate("Không có “{path}”.", lang, path=request.url.path))
    content = await asked.body(request, FORM_LIMIT)
    if content is None:
        return problem(413, translate("Nội dung nhập quá dài. Hãy rút gọn trích dẫn và ghi chú.", lang))
    values = asked.values(content, desk.columns_of(kind))
    sender = await _sender(request, province, lang)
    found = await _work(checking.check_form, kind, values, province, sender)
    return _outcome(found, "", lang)


async def _marked_file(request: Request, lang: str) -> Response:
    """Answer ``GET /office/marked/{token}.xlsx``: a refused workbook with its cells marked."""
    require_writing(request)
    found = _marked.get(request.path_params["token"])
    if found is None:
        return problem(404, translate("Tệp đã đánh dấu lỗi chỉ giữ 30 phút. Hãy kiểm tra lại tệp.", lang))
    name = f"{PureWindowsPath(found[0]).stem}-danh-dau-loi.xlsx"
    return download(found[1], name, desk.media_type(name))


async def _submit(request: Request, lang: str) -> Response:
    """Answer ``POST /office/submit/{token}``: store what was previewed, once."""
    require_writing(request)
    token = request.path_params["token"]
    checked = _checked.take(token)
    if checked is None:
        message = "Bản xem trước này đã được ghi hoặc đã quá 30 phút. Hãy xem Lịch sử, hoặc kiểm tra lại tệp rồi nộp."
        return problem(404, translate(message, lang))
    try:
        receipt = await run_in_threadpool(current.ledger().submit, checked.submission)
    except StoreError:
        _checked.put_back(token, checked)  # nothing was stored: the same confirmation may be tried again
        raise
    await run_in_threadpool(live.noticed)
    document = await run_in_threadpool(desk.receipt_document, receipt, lang)
    return JSONResponse(document | {"shown_from": desk.shown_from(checked.submission)})


async def _original(request: Request, lang: str) -> Response:
    """Answer ``GET /office/file/{number}`` and its scan: the bytes as they were handed in."""
    require_writing(request)
    number, scan = request.path_params["number"], "scan" in request.url.path.rsplit("/", maxsplit=1)[-1]
    found = await run_in_threadpool(desk.original, number, scan=scan)
    if found is None:
        return problem(404, translate("Không có tệp gốc của biên nhận số {number}.", lang, number=number))
    return download(*found, desk.media_type(found[1]))


ROUTES: Final = [
    Route("/office/desk", told(_overview)),
    Route("/office/history", told(_history)),
    Route("/office/records/clusters", told(_records)),
    Route("/office/record/clusters", told(_record)),
    Route("/office/template/{kind}.xlsx", told(_template)),
    Route("/office/attachment", told(_attachment), methods=["POST"]),
    Route("/office/check", told(_check), methods=["POST"]),
    Route("/office/form/{kind}", told(_form), methods=["POST"]),
    Route("/office/marked/{token}.xlsx", told(_marked_file)),
    Route("/office/submit/{token}", told(_submit), methods=["POST"]),
    Route("/office/file/{number:int}", told(_original)),
    Route("/office/file/{number:int}/scan", told(_original)),
]


async def _sender(request: Request, province: str, lang: str) -> Sender:
    token = request.query_params.get("attachment", "")
    scan = _attachments.get(token) if token else b""
    if scan is None:
        raise StateError("Bản quét chỉ giữ 30 phút. Hãy chọn lại bản quét.")
    return await run_in_threadpool(asked.sender, request.query_params, province, lang, scan)


def _outcome(found: Checked | checking.Refused, name: str, lang: str) -> Response:
    """Tell what a check found; what can be stored is kept for its confirmation."""
    if isinstance(found, checking.Refused):
        address = f"/office/marked/{_marked.put((name, found.marked))}.xlsx?lang={lang}" if found.marked else None
        return JSONResponse({"faults": [asdict(fault) for fault in found.faults], "marked": address}, 422)
    submission = found.submission
    return JSONResponse(
        {
            "token": _checked.put(found),
            "kind": submission.kind,
            "district": submission.district,
            "period": str(submission.period or ""),
            "file": {"name": submission.file_name, "size": len(submission.content), "hash": submission.digest},
            "preview": asdict(found.preview),
        }
    )


async def _work(function: Callable[..., T], *args: object, **named: object) -> T:
    """Run a function in the worker; one that dies takes nobody with it."""
    try:
        job = executor(checking.warm).submit(function, *args, **named)
        return await asyncio.wrap_future(job)
    except BrokenExecutor:
        executor.cache_clear()
        raise NtmError(
            "Bộ đọc tệp dừng giữa chừng, thường vì tệp quá lớn hoặc máy hết bộ nhớ. Chưa ghi gì; "
            "hãy chia nhỏ tệp hoặc thử lại."
        ) from None


def _too_large(lang: str) -> Response:
    message = "Tệp lớn hơn {limit} MB. Hãy bỏ hình ảnh và trang thừa, hoặc quét ở độ phân giải thấp hơn."
    return problem(413, translate(message, lang, limit=LIMIT // 1024**2))
