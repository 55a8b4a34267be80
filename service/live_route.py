"""``/live``: what open pages ask every few seconds, to learn whether the data have changed."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from base.errors import NtmError
from base.settings import is_sample
from service import live
from service.kept import Kept, respond
from service.problems import problem_of


async def _live(request: Request) -> Response:
    """Answer ``GET /live``: the stamp of the data; unchanged data give 304."""
    try:
        digest = live.stamp().digest
    except NtmError as error:
        return problem_of(error, "en" if request.query_params.get("lang") == "en" else "vi", 503)
    return respond(request, _answer(digest, is_sample()))


@lru_cache(maxsize=4)
def _answer(digest: str, sample: bool) -> Kept:  # noqa: FBT001 - part of the cache's key
    return Kept(json.dumps({"stamp": digest, "sample": sample}).encode(), "application/json")


ROUTES: Final = [Route("/live", _live)]
