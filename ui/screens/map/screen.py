"""The screen "Map": two settings span a plane, and every pixel is a training."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from mlp.analysis.maps.plane import Plane
from mlp.analysis.maps.tiles import no_pixels
from ui.course.question import Question, judged
from ui.frame import shell
from ui.jobs.door import one_of_few
from ui.screens.map import controls, exports, picture, pixel, words
from ui.screens.map.job import MapJob, job_for, leave
from ui.screens.map.presets import PRESETS, preset_of
from ui.screens.map.views import ADDRESS, Rectangle, path, whole
from ui.settings import own_points
from ui.words import glossary
from ui.words.plain import plain

FIRST_PICTURE = 0.6  # seconds that a page waits for it
POLL_SECONDS = 0.7
GUESS = "map_guess"  # of the last question answered: the name of its map, and the answer


@one_of_few
def show() -> None:
    """Draw the screen."""
    header = shell.open_screen("Map")
    ADDRESS.sync()
    st.markdown("### Every pixel is a training")
    planes = planes_or_refusal()
    ADDRESS.show_problems()
    if planes is None:
        controls.draw()
        return
    with header.scene:
        show_presets(planes[0])
    asked = preset_that_asks(planes)
    if asked is not None:
        leave()
        ask(asked, planes[0])
        controls.view()
        with st.expander("Other axes, other settings", icon=":material/tune:"):
            controls.draw()
        return
    controls.view()
    job = job_for(planes[-1], own_points.of(planes[-1].experiment))
    job.wait_for_a_picture(FIRST_PICTURE)
    running = not job.done
    st.fragment(watch, run_every=POLL_SECONDS if running else None)(job, planes, running)
    show_pixel(job)
    with st.expander("Other axes, other settings", icon=":material/tune:"):
        controls.draw()
    if job.done and job.complete:
        with header.actions:
            take_home(job, planes)


def planes_or_refusal() -> list[Plane] | None:
    """Return the map and its zooms; what cannot be is said, and left out."""
    try:
        top = whole()
    except ValueError as error:
        ADDRESS.say(f"{error}. Change an axis or a setting below.")
        return None
    zooms: tuple[Rectangle, ...] = ()
    found = [top]
    for rectangle in path():
        try:
            found.append(found[-1].zoomed(*rectangle))
        except ValueError as error:
            ADDRESS.correct(f"{error}.", zoom=zooms)
            break
        zooms = (*zooms, rectangle)
    ADDRESS.write()
    return found


def show_presets(plane: Plane) -> None:
    """Draw the presets."""
    name = preset_of(plane)
    st.session_state["scene_choice"] = name
    st.selectbox(
        "Scene",
        list(PRESETS),
        format_func=lambda entry: PRESETS[entry].title,
        key="scene_choice",
        on_change=choose_preset,
        placeholder="Your own map",
        label_visibility="collapsed",
    )


def choose_preset() -> None:
    """Go to the map that was pressed."""
    preset = PRESETS.get(st.session_state["scene_choice"])
    if preset is not None:
        kept = {k: v for k, v in ADDRESS.given.items() if k in ("colour", "size")}
        ADDRESS.use(kept | {"x": preset.x, "y": preset.y, "experiment": preset.experiment})


def preset_that_asks(planes: list[Plane]) -> str | None:
    """Return the name of the map whose question comes first; None once it is answered."""
    values = ADDRESS.values
    is_open = values["run"] is None and values["pixel"] is None and len(planes) == 1
    return preset_of(planes[0]) if is_open else None


def ask(name: str, plane: Plane) -> None:
    """Ask a map's question over its empty sides; any answer has it trained."""
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="map_ask"):
        with st.container(gap=None, width="stretch"):
            asked = PRESETS[name].question
            st.markdown(f"##### {asked}", help=glossary.explain(asked))
            st.caption("Guess first: your answer starts the map.")
        with st.container(horizontal=True, gap="xsmall", width="content"):
            for guess, label in PRESETS[name].answers.items():
                st.button(label, key=f"map_say_{guess}", on_click=answer, args=(name, guess))
            st.button(
                "Just show it", key="map_show", type="tertiary", on_click=answer, args=(name,)
            )
    left, right = st.columns([5, 3], gap="medium")
    with left:
        pressed = picture.draw(
            plane,
            no_pixels(plane),
            quantity=ADDRESS.values["colour"],
            line=None,
            chosen=None,
            whole=False,
            depth=0,
            key="map_sides",
        )
    with right:
        st.markdown(f"{plain(words.subject(plane.experiment))}. {plain(words.ranges(plane))}")
    if pressed.pixel is not None or pressed.zoom is not None:
        answer(name)
        st.rerun()


def answer(name: str, guess: str | None = None) -> None:
    """Remember what the visitor expects, and let the map be trained."""
    st.session_state[GUESS] = (name, guess)
    ADDRESS.change(run="yes")


def reply(name: str, job: MapJob, *, deep: bool) -> str:
    """Hold the visitor's answer against the whole map; without one, say what the map shows."""
    preset = PRESETS[name]
    asked, guess = st.session_state.get(GUESS, (None, None))
    if asked != name or guess is None or deep:
        return f"**{plain(preset.truth(job.plane, job.pixels)[1])}**"
    truth = partial(preset.truth, job.plane, job.pixels)
    return judged(Question(preset.question, preset.answers, truth), guess)


@one_of_few
def watch(job: MapJob, planes: list[Plane], running: bool) -> None:
    """Draw the map as far as it is trained, and what is to be said of it."""
    show_progress(job, planes)
    pixels, complete = job.pixels.copy(), job.complete
    left, right = st.columns([5, 3], gap="medium")
    with left:
        pressed = picture.draw(
            job.plane,
            pixels,
            quantity=ADDRESS.values["colour"],
            line=job.line,
            chosen=chosen(job.plane),
            whole=complete,
            depth=len(planes) - 1,
            key="map_picture",
        )
    with right:
        say(job, planes[0], complete=complete, deep=len(planes) > 1)
    if act(job, pressed) or running != (not job.done):
        st.rerun()


def say(job: MapJob, top: Plane, *, complete: bool, deep: bool) -> None:
    """Say what answers the question, and how far theory holds; once all is trained."""
    name = preset_of(top)
    if name is not None:
        st.markdown(f"##### {PRESETS[name].question}")
    st.markdown(f"{plain(words.subject(job.plane.experiment))}. {plain(words.ranges(job.plane))}")
    if not complete:
        st.caption("What the map shows is said here once its last pixel is trained.")
        return
    if name is not None:
        told = reply(name, job, deep=deep)
        st.markdown(told, help=glossary.explain(told))
    if theory := words.theory(job.plane, job.pixels, job.line):
        st.markdown(plain(theory))


def show_progress(job: MapJob, planes: list[Plane]) -> None:
    """Draw the ways back, and how much is trained, with the button that stops or goes on."""
    with st.container(horizontal=True, vertical_alignment="center", key="map_bar"):
        deep = len(planes) - 1
        # Within a fragment a press runs the fragment alone, and the map is chosen outside.
        if st.button("Back", key="map_back", icon=":material/zoom_out:", disabled=not deep):
            back()
            st.rerun()
        if st.button("Whole map", key="map_whole", disabled=not deep):
            back(deep)
            st.rerun()
        count, total = job.count(), job.plane.size**2
        if job.error is not None:
            st.error(plain(f"The map failed: {job.error}."))
            st.button("Try again", key="map_again", icon=":material/replay:", on_click=job.start)
        elif job.compiling and not job.done:
            st.info(
                "Compiling the map’s training loop for this machine, which is needed once. Until "
                "it is ready the picture stays empty.",
                icon=":material/hourglass_top:",
            )
        elif not job.done:
            st.progress(count / total, f"{count:,} of {total:,} networks trained")
            st.button("Stop", key="map_stop", icon=":material/stop:", on_click=job.stop)
        elif not job.complete:
            st.caption(f"Stopped: {count:,} of {total:,} networks are trained.")
            st.button("Go on", key="map_go_on", icon=":material/play_arrow:", on_click=job.start)
        else:
            st.caption(
                f"{total:,} networks trained"
                + (f", {deep} zoom{'s' * (deep > 1)} deep" if deep else "")
            )
        if chosen(job.plane) is None:
            st.markdown("Tap or click a pixel for its run.", width="content")
        else:
            st.markdown(f"[See this run ↓](#{pixel.ANCHOR})", width="content")


def back(steps: int = 1) -> None:
    """Leave the last zooms."""
    ADDRESS.change(zoom=path()[: len(path()) - steps])


def chosen(plane: Plane) -> tuple[int, int] | None:
    """Return the row and column of the pixel that plays."""
    place = ADDRESS.values["pixel"]
    if place is None or max(place) >= plane.size:
        return None
    return int(place[0]), int(place[1])


def act(job: MapJob, pressed: picture.Pressed) -> bool:
    """Do what was asked for on the picture; return whether anything was."""
    if pressed.pixel is not None:
        ADDRESS.change(pixel=pressed.pixel)
    elif pressed.zoom is not None:
        zoom(job, pressed.zoom)
    elif pressed.back and path():
        back()
    return pressed.pixel is not None or pressed.zoom is not None or pressed.back


def zoom(job: MapJob, rectangle: Rectangle) -> None:
    """Go into a rectangle, as far as float64 goes."""
    try:
        job.plane.zoomed(*rectangle)
    except ValueError as error:
        ADDRESS.say(f"{error}.")
        return
    before = len(path())
    ADDRESS.change(zoom=(*path(), rectangle))
    if len(path()) == before:
        ADDRESS.say("This is as many zooms as an address holds; begin a map of this part instead.")


def show_pixel(job: MapJob) -> None:
    """Play the chosen pixel, once it is trained on the map as well."""
    place = chosen(job.plane)
    if place is None:
        return
    with st.container(border=True, key="map_pixel"):
        pixel.show(job.plane, job.pixels, *place)


def take_home(job: MapJob, planes: list[Plane]) -> None:
    """Offer the map as files, made when they are asked for."""
    quantity = ADDRESS.values["colour"]
    zooms = path()
    with st.popover("Take home", icon=":material/download:"):
        _offer("PNG, the picture", "map.png", "image/png",
               lambda: exports.png(job.plane, job.pixels, quantity))  # fmt: skip
        _offer("NPZ, all numbers for NumPy", "map.npz", "application/octet-stream",
               lambda: exports.npz(job.plane, job.pixels))  # fmt: skip
        _offer("CSV, a line a pixel", "map.csv", "text/csv",
               lambda: exports.csv(job.plane, job.pixels))  # fmt: skip
        found = exports.levels_of(planes, job)
        if not zooms:
            st.caption("A film of the dive is offered once you have zoomed in.")
        elif found is None:
            st.caption("The film needs every level of this dive: go back through them once.")
        else:
            _offer("GIF, a film of the dive", "dive.gif", "image/gif",
                   lambda: exports.film(found, zooms, quantity))  # fmt: skip


def _offer(label: str, name: str, mime: str, make: Callable[[], bytes]) -> None:
    st.download_button(
        label, make, name, mime, key=f"map_{name}", on_click="ignore", width="stretch"
    )
