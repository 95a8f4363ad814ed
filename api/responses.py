"""Responses that more than one route sends, and the handlers that turn errors into problems."""

from __future__ import annotations

import logging
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.problems import MEDIA_TYPE, Problem, problem_from_error, problem_from_status
from core.errors import ZhidaError

_log = logging.getLogger("zhida.api")

INTERNAL: Final = "Something went wrong on the server. It was logged; try again, and tell the operator if it stays."


def problem_response(problem: Problem) -> JSONResponse:
    """A problem as a response."""
    return JSONResponse(problem.json(), int(problem.status), dict(problem.headers), MEDIA_TYPE)


def install_problem_handlers(app: FastAPI) -> None:
    """Every error that a route raises on purpose becomes a problem. `api.safety` sees to all others."""
    app.add_exception_handler(ZhidaError, _zhida_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


def internal_problem() -> Problem:
    """What a caller learns about an error that wasn't foreseen: nothing."""
    return problem_from_status(500, INTERNAL)


def log_error(error: BaseException, *, method: str, path: str) -> None:
    """Log an error with its trace. The address is quoted, so it can't forge a line of the log."""
    _log.error("%s %r failed", method, path, exc_info=error)


async def _zhida_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ZhidaError)
    problem = problem_from_error(error)
    if problem.status >= 500:
        log_error(error, method=request.method, path=request.url.path)
    return problem_response(problem)


async def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"where": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()]
    named = "; ".join(f"{one['where']}: {one['message']}" for one in errors[:3])
    problem = problem_from_status(422, f"The request isn't as described: {named}.")
    return problem_response(Problem(problem.status, "invalid_input", problem.detail, members={"errors": errors}))


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail: Any = error.detail
    problem = problem_from_status(error.status_code, str(detail) if detail else None, error.headers)
    return problem_response(problem)
