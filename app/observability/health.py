"""`/healthz`: the process lives. `/readyz`: its database answers and has the tables this version needs."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.errors import GuilhermeError


def health_routes(check_database: Callable[[], Awaitable[None]]) -> APIRouter:
    """Make the two routes; `check_database` raises one of our errors if something is wrong."""
    router = APIRouter()

    @router.get('/healthz')
    async def alive() -> JSONResponse:
        return JSONResponse({'status': 'ok'})

    @router.get('/readyz')
    async def ready() -> JSONResponse:
        try:
            await check_database()
        except GuilhermeError as error:
            return JSONResponse({'status': 'unavailable', 'reason': error.code}, status_code=503)
        return JSONResponse({'status': 'ok'})

    return router
