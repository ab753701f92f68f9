"""What all measures share."""

from dataclasses import dataclass

from playwright.async_api import Browser

from scripts.benchmark.processes import Running


@dataclass(frozen=True, slots=True)
class Stage:
    """A browser and a model server. With `quick`, fewer repetitions and shorter replies."""

    browser: Browser
    model: Running
    quick: bool
