"""Every format of the export: what is written reads back as the run."""

import csv
import html
import json
import re
import subprocess
from datetime import date
from html.parser import HTMLParser
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import imageio_ffmpeg  # type: ignore[import-untyped]
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from mlp import Experiment, Run, train
from mlp.base.version import __version__
from mlp.data.own import OwnData
from ui.charts import curves
from ui.take_home import animation, citation, page, tables
from ui.take_home.entry import silent
from ui.take_home.formats import FORMATS, NotOfferedError
from ui.take_home.notebook import replay

ADDRESS = "http://localhost:8501/?hidden=5&learning_rate=0.03"
RUNS = {
    "plain": Experiment(steps=200, frames=20, hidden=5),
    "some points not trained on": Experiment(steps=30, frames=4, train_points=20, points=40),
    "corners without bias": Experiment(dataset="corners", bias=False, steps=50, frames=9),
    "ends in infinity": Experiment(
        learning_rate=0.3, l2=10.0, steps=2000, points=20, train_points=20
    ),
    "one step": Experiment(steps=1, frames=2, init_scale=0.0, points=4, train_points=4),
}


@pytest.fixture(scope="module", params=RUNS, ids=str)
def run(request: pytest.FixtureRequest) -> Run:
    return train(RUNS[request.param])


def made(name: str, run: Run, frame: int = 1) -> bytes:
    return FORMATS[name].make(run, frame, ADDRESS, silent)


# Pictures and films take longer, and have tests of their own.
QUICK = [name for name in FORMATS if name not in ("png", "svg", "gif", "mp4")]


@pytest.mark.parametrize("name", QUICK)
def test_every_quick_format_is_made_of_every_run(name: str, run: Run) -> None:
    for frame in (0, len(run.steps) - 1):
        assert len(made(name, run, frame)) > 30


def test_file_names_are_plain_and_differ() -> None:
    run = train(RUNS["plain"])
    names = [entry.name_for(run, 3) for entry in FORMATS.values()]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").replace(".", "").isalnum() for name in names)
    assert f"step_{run.steps[3]}.png" in names


def test_csv_and_parquet_are_the_numbers_of_the_run(run: Run) -> None:
    table = curves.table(run)
    from_csv = pd.read_csv(BytesIO(made("csv", run)))
    from_parquet = pd.read_parquet(BytesIO(made("parquet", run)))
    assert list(from_csv.columns) == list(table.columns) == list(from_parquet.columns)
    np.testing.assert_allclose(from_csv.to_numpy(), table.to_numpy(), rtol=1e-12)
    assert np.array_equal(from_parquet.to_numpy(), table.to_numpy())
    assert np.array_equal(from_csv["step"], run.steps)


def test_the_points_are_those_of_the_run(run: Run) -> None:
    table = pd.read_csv(BytesIO(made("points", run)))
    np.testing.assert_allclose(table[["x0", "x1"]].to_numpy(), run.data.X, rtol=1e-15)
    assert np.array_equal(table["label"], run.data.labels)
    assert table["trained_on"].tolist() == [i < run.data.n_train for i in range(len(run.data.X))]


OWN = OwnData(
    np.array([[60.5, 1.0], [70.25, 9.0], [81.0, 2.0], [95.0, 8.0], [72.0, 3.5]]),
    np.array([0, 1, 1, 0, 1]),
    ("=weight", "label"),
    ("healthy", "+1"),
)


def test_own_points_keep_their_names_coordinates_and_classes() -> None:
    for own in (OWN, OWN.standardised()):
        run = train(
            Experiment(
                dataset="custom", data_id=own.data_id, points=5, train_points=3, steps=3, frames=2
            ),
            own,
        )
        header, *rows = csv.reader(StringIO(made("points", run).decode("utf-8")))
        assert header == ["'=weight", "label", "label", "trained_on"]
        read = {(float(x0), float(x1)): (name, trained) for x0, x1, name, trained in rows}
        expected = dict(zip(map(tuple, OWN.X.tolist()), OWN.labels.tolist(), strict=True))
        for point, label in expected.items():
            [found] = [name for at, (name, _) in read.items() if at == pytest.approx(point)]
            assert found == ("healthy", "'+1")[label]
        assert [trained for _, _, _, trained in rows] == ["True"] * 3 + ["False"] * 2


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=12), st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", " ="]))
def test_no_text_cell_begins_as_a_formula(text: str, start: str) -> None:
    table = pd.DataFrame({f"{start}{text}": [f"{start}{text}", text], "n": [-1.5, 2.0]})
    rows = list(csv.reader(StringIO(tables.to_csv(table).decode("utf-8"), newline="")))
    assert len(rows) == 3
    texts = [rows[0][0], rows[1][0], rows[2][0]]
    assert not any(cell.lstrip().startswith(tables.FORMULA_STARTS) for cell in texts)
    assert [rows[1][1], rows[2][1]] == ["-1.5", "2.0"]  # a number below 0 stays a number


def test_json_holds_settings_and_the_weights_of_the_frame(run: Run) -> None:
    content = json.loads(made("json", run, 1))
    assert Experiment.from_json(json.dumps(content["settings"])) == run.experiment
    assert content["steps"] == run.steps[1]
    assert np.array_equal(content["W1"], run.W1[1])
    assert np.array_equal(content["dL_dW2"], run.dL_dW2[1])
    assert content["address"] == ADDRESS
    assert content["non_finite_at"] == run.non_finite_at


def test_npz_holds_all_frames_and_needs_no_pickle(run: Run) -> None:
    with np.load(BytesIO(made("npz", run)), allow_pickle=False) as file:
        assert Experiment.from_json(str(file["settings"])) == run.experiment
        for name in ("steps", "loss", "W1", "W2", "dL_dW1", "sharpness"):
            assert np.array_equal(file[name], getattr(run, name))
        assert np.array_equal(file["X"], run.data.X)


def test_png_and_svg_are_pictures_of_the_same_shape(run: Run) -> None:
    png = Image.open(BytesIO(made("png", run)))
    png.load()
    assert png.size == (2080, 672)
    assert png.info["Source"] == ADDRESS
    svg = ET.fromstring(made("svg", run))  # noqa: S314 - our own file
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    _, _, width, height = (float(part) for part in svg.attrib["viewBox"].split())
    assert width / height == pytest.approx(2080 / 672)


def test_the_gif_begins_and_ends_with_the_run_and_moves() -> None:
    run = train(RUNS["plain"])
    shares: list[float] = []
    film = Image.open(BytesIO(FORMATS["gif"].make(run, 0, ADDRESS, shares.append)))
    frames = animation.frames_to_draw(run)
    assert film.n_frames == len(frames) == len(run.steps)  # type: ignore[attr-defined]
    assert film.info["loop"] == 0
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    first = np.asarray(film.convert("RGB"), int)
    film.seek(len(frames) - 1)
    assert np.abs(np.asarray(film.convert("RGB"), int) - first).max() > 100
    assert film.info["duration"] == 1000 * animation.LAST_SECONDS


def test_a_film_takes_evenly_many_frames_with_both_ends() -> None:
    run = train(Experiment(steps=500, frames=300, points=8, train_points=8))
    frames = animation.frames_to_draw(run)
    assert len(frames) == animation.MOST_PICTURES
    assert (frames[0], frames[-1]) == (0, len(run.steps) - 1)
    assert set(np.diff(frames)) <= {3, 4}


def test_the_making_of_a_film_can_be_ended() -> None:
    class EndedError(Exception):
        pass

    def tell(share: float) -> None:
        if share > 0:
            raise EndedError

    with pytest.raises(EndedError):
        FORMATS["gif"].make(train(RUNS["plain"]), 0, ADDRESS, tell)


def test_mp4_is_refused_with_the_remedy_where_there_is_no_encoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing() -> str:
        raise RuntimeError("no binary for this processor")

    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", nothing)
    run = train(RUNS["plain"])
    assert "ffmpeg" in FORMATS["mp4"].refusal(run)
    assert "take the GIF" in FORMATS["mp4"].refusal(run)
    with pytest.raises(NotOfferedError, match="ffmpeg"):
        made("mp4", run)


def test_the_mp4_is_played_back_picture_by_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # the wheel's own encoder
    run = train(RUNS["one step"])
    path = tmp_path / "run.mp4"
    path.write_bytes(made("mp4", run))
    program = animation.encoder()
    assert program is not None
    options = ["-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    decoded = subprocess.run([program, "-i", path, *options], capture_output=True, check=True)
    film, drawn = animation.Film(run), animation.frames_to_draw(run)
    rows, columns = film.picture(0).shape[:2]
    even = (rows + rows % 2, columns + columns % 2)
    frames = np.frombuffer(decoded.stdout, np.uint8).reshape(-1, *even, 3).astype(float)
    assert len(frames) == len(drawn) + round(animation.LAST_SECONDS * animation.A_SECOND)
    for shown, frame in ((frames[0], drawn[0]), (frames[-1], drawn[-1])):
        expected = film.picture(int(frame))[..., :3]
        assert np.abs(shown[:rows, :columns] - expected).mean() < 4  # of 255: H.264 loses little


def test_every_picture_of_the_gif_opens() -> None:
    run = train(RUNS["plain"])
    film = Image.open(BytesIO(made("gif", run)))
    shape = animation.Film(run).picture(0).shape[:2]
    means = []
    for picture in ImageSequence.Iterator(film):
        pixels = np.asarray(picture.convert("RGB"), float)
        assert pixels.shape[:2] == shape
        means.append(pixels.mean(axis=2))
    assert len(means) == len(run.steps)
    moved = [float(np.abs(b - a).max()) for a, b in pairwise(means)]
    assert min(moved) > 0


def test_a_notebook_shows_the_page_in_a_cell() -> None:
    run = train(RUNS["one step"])
    cell = replay(run)._repr_html_()
    [frame] = re.findall(r'<iframe srcdoc="([^"]*)" [^>]*></iframe>', cell)
    whole = html.unescape(frame)
    assert whole.encode() == FORMATS["html"].make(run, 0, "", silent)
    assert 'sandbox="allow-scripts"' in cell


ENCODER = """#!/bin/sh
for last in "$@"; do :; done
[ "$FAIL" = yes ] && { cat > /dev/null; echo 'Unknown encoder' >&2; exit 1; }
exec cat > "$last"
"""


@pytest.fixture
def encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in ffmpeg's place that writes down what it is given."""
    program = tmp_path / "ffmpeg"
    program.write_text(ENCODER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@pytest.mark.usefixtures("encoder")
def test_mp4_hands_every_picture_to_the_encoder() -> None:
    run = train(RUNS["one step"])
    film = animation.Film(run)
    pictures = [film.picture(int(frame)) for frame in animation.frames_to_draw(run)]
    still = round(animation.LAST_SECONDS * animation.A_SECOND)
    received = np.frombuffer(made("mp4", run), np.uint8).reshape(-1, *pictures[0].shape)
    assert len(received) == len(pictures) + still
    assert np.array_equal(received[0], pictures[0])
    assert np.array_equal(received[-1], pictures[-1])


@pytest.mark.usefixtures("encoder")
def test_what_the_encoder_complains_about_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIL", "yes")
    with pytest.raises(NotOfferedError, match="Unknown encoder"):
        made("mp4", train(RUNS["one step"]))


class Page(HTMLParser):
    """The scripts and the addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.addresses: list[str] = []
        self.policy = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "action")]
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


def test_the_page_holds_the_run_and_loads_nothing(run: Run) -> None:
    text = made("html", run).decode("utf-8")
    parsed = Page(text)
    payload = json.loads(parsed.scripts[0])
    assert payload["lanes"][0]["hidden"] == run.experiment.hidden
    assert parsed.scripts[1].strip().endswith("}")
    assert page.policy(parsed.scripts[1]) == parsed.policy  # the hash is that of the script
    assert parsed.addresses == [ADDRESS]
    assert "connect-src" not in parsed.policy
    assert parsed.policy.startswith("default-src 'none'")


def test_no_text_becomes_markup_in_the_page() -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    assert "<" not in page.in_script({"label": hostile})
    assert json.loads(page.in_script({"label": hostile})) == {"label": hostile}
    text = page.page(train(RUNS["one step"]), 0, f'javascript:"{hostile}', silent).decode("utf-8")
    assert hostile not in text
    assert Page(text).addresses == []


def test_the_address_is_that_of_the_train_screen_with_the_run() -> None:
    experiment = Experiment(hidden=50, learning_rate=0.03)
    query = "?hidden=50&learning_rate=0.03"
    assert citation.address_of(experiment, None) == f"http://localhost:8501/{query}"
    assert citation.address_of(experiment, "https://a.org/xor/?hidden=7") == (
        f"https://a.org/xor/{query}"
    )
    assert citation.address_of(experiment, "https://a.org/xor/Page?x=1", sub_page=True) == (
        f"https://a.org/xor/{query}"
    )
    assert citation.address_of(Experiment(), "http://h:1") == "http://h:1/"


def test_the_citation_names_version_and_address() -> None:
    today = date(2026, 11, 21)
    for text in (citation.line(ADDRESS, today), citation.bibtex(ADDRESS, today)):
        assert ADDRESS in text
        assert __version__ in text
        assert "2026-11-21" in text
    bibtex = citation.bibtex(ADDRESS, today)
    assert bibtex.count("{") == bibtex.count("}")
