"""What there is to know about the app that runs: its database, its model servers, its models."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from app.chat.models import ModelCatalog
from app.domain.installation import DatabaseInfo, ServerStatus
from app.domain.model import ModelInfo
from app.errors import ProviderError
from app.providers.base import Provider
from app.storage.database import Database

PATIENCE = 5.0
"""Seconds a server may take to say how it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReport:
    """How a model server is: `status`, or None with the `fault` if it does not say (None too if it took too long)."""

    name: str
    url: str
    status: ServerStatus | None = None
    fault: ProviderError | None = None


class About:
    """Looks when asked. `data_dir` is the folder of everything the app keeps; `is_open`: other machines can come in."""

    def __init__(self, database: Database, catalog: ModelCatalog, data_dir: Path, *, is_open: bool) -> None:
        self.data_dir = data_dir
        self.is_open = is_open
        self._database = database
        self._catalog = catalog

    async def database(self) -> DatabaseInfo:
        """Describe the database.

        Raises:
            StorageUnavailable: it does not answer.
        """
        return await self._database.describe()

    async def servers(self) -> list[ServerReport]:
        """Ask every model server how it is."""
        return list(await asyncio.gather(*(_report(provider) for provider in self._catalog.providers)))

    async def models(self) -> list[ModelInfo]:
        """Give the models there are, each with what its server says of it when asked."""
        overview = await self._catalog.refresh()
        return list(await asyncio.gather(*(self._described(info) for info in overview.models)))

    async def _described(self, info: ModelInfo) -> ModelInfo:
        try:
            return replace(await self._catalog.describe(info.ref), size=info.size, remote_host=info.remote_host)
        except ProviderError:
            return info


async def _report(provider: Provider) -> ServerReport:
    report = ServerReport(name=provider.name, url=provider.url)
    try:
        async with asyncio.timeout(PATIENCE):
            return replace(report, status=await provider.status())
    except ProviderError as error:
        return replace(report, fault=error)
    except TimeoutError:
        return report
