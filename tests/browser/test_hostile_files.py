"""Files that nobody meant well, brought by a browser: each is refused, and the page lives on."""

import json

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, wait_until_idle

SHELF = {"format": "xor-dashboard shelf", "version": 1, "runs": []}
SHELVES = (
    b"", b"[" * 100_000, b"\xff\xfe\x00", b"null", b'{"\\ud800": 1}', b"\x00" * 1000,
    json.dumps(SHELF | {"runs": [{}]}).encode(),
    json.dumps(SHELF | {"version": "<script>alert(1)</script>"}).encode(),
    json.dumps(SHELF | {"\u202e<b>$x$`": 1}).encode(),
    json.dumps({"format": SHELF["format"]} | {f"name {i}": 0 for i in range(20_000)}).encode(),
)  # fmt: skip
TABLES = (
    b"a", b"\x00" * 1000, b"1,2\n" * 5, b"\xff\xfe\x00", b"1,2,a\n3,4,b\n5,nan,a\n7,8,b\n",
    b"1,2,a\n3,1e999,b\n5,6,a\n7,8,b\n", b"x,y,c\n" + b"1,2,a\n" * 10, b'"' * 5000,
    b"<script>,$x$,`c`\n1,2,<b>\n3,4,<i>\n5,6,x\n7,8,y\n", b"1,2,3,4\n" * 3000,
)  # fmt: skip


@pytest.mark.parametrize(("path", "button", "files"), [
    ("/Compare?run=hidden:4~points:20~train_points:20~steps:20", "Load a shelf", SHELVES),
    ("/Own_data", "", TABLES),
])  # fmt: skip
def test_every_hostile_file_is_refused_in_words(
    open_page: OpenPage, path: str, button: str, files: tuple[bytes, ...]
) -> None:
    page = open_page(path)
    if button:
        page.get_by_role("button", name=button).click()
    else:
        page.get_by_text("A file", exact=True).click()
    ending, mime = ("json", "application/json") if button else ("csv", "text/csv")
    for number, content in enumerate(files):
        file = f"hostile{number}.{ending}"
        box = page.locator("input[type=file]")
        box.set_input_files(FilePayload(name=file, mimeType=mime, buffer=content))
        refusal = page.get_by_test_id("stAlert").filter(has_text=file)
        expect(refusal).to_be_visible(timeout=PATIENCE)
        wait_until_idle(page)
