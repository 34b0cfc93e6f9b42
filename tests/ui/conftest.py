"""What all tests with visitors share: nothing goes on after its test, nothing is searched twice."""

import functools
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from altair.utils import schemapi
from streamlit.components.v2 import manifest_scanner

from ui.jobs.presence import Presence
from ui.jobs.workers import WORKERS
from ui.screens.map.job import MapJob

# Every AppTest looks through all installed packages for components: a fifth of its time.
manifest_scanner.scan_component_manifests = functools.cache(
    manifest_scanner.scan_component_manifests
)

_find_errors = schemapi._get_errors_from_spec
_valid: set[tuple[str, str | int]] = set()


def _find_errors_once(
    spec: dict[str, Any], schema: dict[str, Any], rootschema: dict[str, Any] | None = None
) -> list[Any]:
    """Hold what a chart is made of against Vega-Lite's schema, unless the same was valid before.

    It was a third of what a run of a script takes, which draws the same charts again.
    """
    key = (json.dumps(spec, default=repr), schema.get("$ref") or id(schema))
    errors: list[Any] = [] if key in _valid else list(_find_errors(spec, schema, rootschema))
    if not errors:
        _valid.add(key)
    return errors


schemapi._get_errors_from_spec = _find_errors_once


@pytest.fixture(autouse=True)
def _visitors_leave_with_their_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End what a test has left under way: the tests after it would share the cores with it."""
    pages: list[Presence] = []
    maps: list[MapJob] = []
    open_page, start_map = Presence.__init__, MapJob.start

    def opens(self: Presence) -> None:
        open_page(self)
        pages.append(self)

    def starts(self: MapJob) -> None:
        start_map(self)
        maps.append(self)

    monkeypatch.setattr(Presence, "__init__", opens)
    monkeypatch.setattr(MapJob, "start", starts)
    yield
    for page in pages:
        page.__dict__["is_here"] = lambda: False
    for map_job in maps:
        map_job.stop()
        map_job.wait(10)
    while WORKERS.load() > 0:
        time.sleep(0.001)
