"""The desk for boundaries: files are checked and imported by jobs that the page follows; versions are chosen.

A check writes nothing. Files, reports and jobs are kept for half an hour after somebody last looked, under names that
nobody can guess. Who may write: as on the other desk (``service/access.py``).
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import jobs
from base import settings
from base.errors import AccessError, DataError, NtmError, StateError, StoreError
from base.i18n import translate
from geo.boundaries import catalogue, folder_of
from intake.boundary_asked import Asked
from intake.boundary_defaults import choose_default, go_back, require_office_store
from intake.boundary_folders import materialise
from service import asked as asking
from service import boundary_desk, boundary_work, live
from service.access import require_writing
from service.answers import download, told
from service.boundary_asked import check_of, import_of
from service.boundary_outcome import checked_document, receipt_document, refused_document
from service.boundary_uploads import LIMIT, Upload, too_large
from service.boundary_work import Checked, Imported
from service.pending import Pending
from service.problems import problem
from store import current

#: Bytes that choices may have, with every name of a large file confirmed.
_CHOICES: Final = 1024 * 1024
#: Seconds that an answer waits for the end of a job, so that a quick one is told at once.
_WAIT: Final = 0.4
#: How many are kept: uploads of up to 300 MB each, and jobs with their reports.
_UPLOADS: Final = 4
_WORKS: Final = 12

#: What is said when the worker died or our own code failed: of a check, and of an import.
_STOPPED: Final = (
    "Bộ xử lý dừng giữa chừng, thường vì tệp quá lớn hoặc máy hết bộ nhớ. Chưa ghi gì; "
    "hãy bớt chi tiết hoặc chia nhỏ tệp rồi thử lại."
)
_STOPPED_WRITING: Final = (
    "Bộ xử lý dừng giữa chừng, thường vì tệp quá lớn hoặc máy hết bộ nhớ. Hãy xem thẻ Phiên bản: nếu chưa có phiên bản "
    "mới thì chưa ghi gì và có thể thử lại."
)
_FAILED: Final = "Máy chủ gặp lỗi khi đọc tệp này; chưa ghi gì. Hãy báo người quản trị, kèm tên tệp và thời điểm."
_FAILED_WRITING: Final = (
    "Máy chủ gặp lỗi khi nhập tệp này. Hãy xem thẻ Phiên bản: nếu chưa có phiên bản mới thì chưa ghi gì. "
    "Hãy báo người quản trị, kèm tên tệp và thời điểm."
)
_GONE: Final = "Kết quả này chỉ giữ 30 phút sau lần xem cuối. Hãy nộp và kiểm tra lại tệp."


End = Checked | Imported | NtmError


@dataclass(frozen=True, eq=False)
class _Work:
    """A job that is followed.

    Attributes
    ----------
    token, upload
        What it reads, under the name that the page knows it by.
    asked
        What a person says of it.
    job, end
        The job, and the task that waits for its end: its result, or the error that became of it.
    check
        Name of the check that an import follows; empty for a check.
    """

    token: str
    upload: Upload
    asked: Asked
    job: jobs.Job[Any]
    end: asyncio.Task[End]
    check: str = ""


_uploads: Pending[Upload] = Pending(_UPLOADS)
_works: Pending[_Work] = Pending(_WORKS)


async def _overview(request: Request, lang: str) -> Response:
    """Answer ``GET /office/boundaries/desk``: what may be chosen, and every version of the province."""
    province, why_not = request.query_params.get("province", settings.FIRST_PROVINCE), ""
    try:
        await _require_writing(request)
    except AccessError as error:
        why_not = error.text(lang)
    return JSONResponse(await run_in_threadpool(boundary_desk.overview, province, lang, why_not))


async def _file(request: Request, _lang: str) -> Response:
    """Answer ``POST /office/boundaries/file``: keep a file, beside the others of ``upload`` when one is named."""
    await _require_writing(request)
    name = asking.printable(PureWindowsPath(request.query_params.get("name", "")).name)
    if not name:
        raise StateError("Thiếu tên tệp.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > len(str(LIMIT)) or int(declared) > LIMIT):
        raise too_large()
    token = request.query_params.get("upload", "")
    upload = _uploads.get(token) if token else Upload()
    if upload is None:
        raise StateError(_GONE)
    await upload.add(name, request.stream())
    if not token:
        token = _uploads.put(upload)
    return JSONResponse({"upload": token, "files": upload.names, "size": upload.size})


async def _check(request: Request, lang: str) -> Response:
    """Answer ``POST /office/boundaries/check``: start to check an upload."""
    await _require_writing(request)
    content = await asking.body(request, _CHOICES)
    if content is None:
        return problem(413, translate("Có quá nhiều lựa chọn. Hãy sửa tệp rồi nộp lại.", lang))
    token, asked = check_of(content, request.query_params.get("province", settings.FIRST_PROVINCE))
    upload = _uploads.get(token)
    if upload is None:
        return problem(404, translate(_GONE, lang))
    _uploads.put_back(token, upload)  # somebody is at work with it
    name, path = await run_in_threadpool(upload.file)
    job = jobs.submit(boundary_work.check_upload, path, name, asked, lang)
    end = asyncio.ensure_future(_ended(job, upload, writes=False))
    return JSONResponse({"token": _works.put(_Work(token, upload, asked, job, end))})


async def _import(request: Request, lang: str) -> Response:
    """Answer ``POST /office/boundaries/{token}/import``: start to import what was checked."""
    await _require_writing(request)
    token = request.path_params["token"]
    content = await asking.body(request, _CHOICES)
    wanted = import_of(content or b"")
    work = _kept(token)
    if work is None or work.check:
        return problem(404, translate(_GONE, lang))
    name, path = await run_in_threadpool(work.upload.file)
    job = jobs.submit(boundary_work.import_upload, path, name, work.asked, wanted)
    end = asyncio.ensure_future(_ended(job, work.upload, writes=True))
    return JSONResponse({"token": _works.put(replace(work, job=job, end=end, check=token))})


async def _state(request: Request, lang: str) -> Response:
    """Answer ``GET /office/boundaries/{token}``: how far a job is, or what became of it."""
    await _require_writing(request)
    token = request.path_params["token"]
    work = _kept(token)
    if work is None:
        return problem(404, translate(_GONE, lang))
    await asyncio.wait([work.end], timeout=_WAIT)
    if not work.end.done():
        step = work.job.step
        running = {"state": "running", "share": step.fraction, "step": translate(step.text, lang)}
        return JSONResponse(running | {"check": work.check or None})
    return JSONResponse(await run_in_threadpool(_outcome, token, work, lang))


def _outcome(token: str, work: _Work, lang: str) -> dict[str, Any]:
    """Return what became of a job, in the reader's language."""
    match work.end.result():
        case Checked() as found:
            address = f"/office/boundaries/{token}/picture.png"
            return checked_document(found, work.asked, work.token, lang) | {"picture": address}
        case Imported() as made:
            return {"state": "imported", "receipt": receipt_document(made, lang)}
        case DataError() as error if not work.check:
            return refused_document(error, work.upload.file()[0], work.asked, work.token, lang)
        case error:
            return {"state": "failed", "detail": error.text(lang), "check": work.check or None}


async def _picture(request: Request, lang: str) -> Response:
    """Answer ``GET /office/boundaries/{token}/picture.png``: the file over the version that is drawn now."""
    await _require_writing(request)
    work = _kept(request.path_params["token"])
    found = work.end.result() if work and work.end.done() else None
    if not isinstance(found, Checked):
        return problem(404, translate(_GONE, lang))
    return Response(found.picture, media_type="image/png", headers={"Cache-Control": "private, max-age=1800"})


async def _default(request: Request, _lang: str) -> Response:
    """Answer ``POST /office/boundaries/default/{version}``: let a version draw its list of units; a recorded act."""
    await _require_writing(request)
    version = request.path_params["version"]
    receipt = await run_in_threadpool(choose_default, version, current.ledger(), settings.office())
    await run_in_threadpool(live.noticed)
    return JSONResponse({"version": version, "number": receipt.id})


async def _back(request: Request, _lang: str) -> Response:
    """Answer ``POST /office/boundaries/back``: the version that drew the province before; a recorded act."""
    await _require_writing(request)
    province = request.query_params.get("province", settings.FIRST_PROVINCE)
    version, receipt = await run_in_threadpool(go_back, province, current.ledger(), settings.office())
    await run_in_threadpool(live.noticed)
    return JSONResponse({"version": version, "number": receipt.id})


async def _version_file(request: Request, lang: str) -> Response:
    """Answer ``GET /office/boundaries/version/{version}/{kind}``: the file that was handed in, or the report."""
    await _require_writing(request)
    version, kind = request.path_params["version"], request.path_params["kind"]
    entry = catalogue().get(version)
    path = boundary_desk.files_of(entry).get(kind) if entry else None
    if path is None:
        return problem(404, translate("Không có “{path}”.", lang, path=request.url.path))
    content = await run_in_threadpool((folder_of(version) / path).read_bytes)
    name = f"{version}-bao-cao.json" if kind == "report" else PureWindowsPath(path).name
    return download(content, name, "application/octet-stream")


ROUTES: Final = [
    Route("/office/boundaries/desk", told(_overview)),
    Route("/office/boundaries/file", told(_file), methods=["POST"]),
    Route("/office/boundaries/check", told(_check), methods=["POST"]),
    Route("/office/boundaries/back", told(_back), methods=["POST"]),
    Route("/office/boundaries/default/{version}", told(_default), methods=["POST"]),
    Route("/office/boundaries/version/{version}/{kind}", told(_version_file)),
    Route("/office/boundaries/{token}", told(_state)),
    Route("/office/boundaries/{token}/picture.png", told(_picture)),
    Route("/office/boundaries/{token}/import", told(_import), methods=["POST"]),
]


async def _require_writing(request: Request) -> None:
    """Let a request pass that may write; the store of made-up data takes no boundaries."""
    require_writing(request)
    require_office_store(await run_in_threadpool(current.ledger), settings.office())


def _kept(token: str) -> _Work | None:
    """Return a job and keep it, and its file, for another half hour."""
    work = _works.get(token)
    if work:
        _works.put_back(token, work)
        _uploads.put_back(work.token, work.upload)
    return work


async def _ended(job: jobs.Job[Any], upload: Upload, *, writes: bool) -> End:
    """Wait for the end of a job; ``upload`` is held until then. What goes wrong becomes a sentence."""
    try:
        found: End = await asyncio.wrap_future(job.future)
    except BrokenExecutor:
        return NtmError(_STOPPED_WRITING if writes else _STOPPED)
    except NtmError as error:
        return error
    except Exception:
        logging.getLogger(__name__).exception("%s", upload.names)
        return NtmError(_FAILED_WRITING if writes else _FAILED)
    else:
        return found
    finally:
        if writes:
            await run_in_threadpool(_look_anew)


def _look_anew() -> None:
    """Let every process see what an import wrote; what a worker that died left undone is finished here."""
    try:
        materialise(current.ledger())
    except StoreError as error:
        logging.getLogger(__name__).warning("%s", error)
    jobs.executor.cache_clear()  # workers keep the versions they know: the next ones look for themselves
    live.noticed()
