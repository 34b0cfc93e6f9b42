"""The screen "Exploding gradients": provoke an explosion, read its cause, apply a cure."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlp import PRESETS, check_gradients
from mlp.analysis.cures import CURES
from mlp.plan.scenes import SCENES, Scene
from ui.address import kinds
from ui.address.address import Address, is_behind, show_problems
from ui.address.embedding import link_params, presenting
from ui.address.form import Field, Form
from ui.autopsy import autopsy, banner, what_if
from ui.charts import curves, shared, stability
from ui.charts.picture import Spec, apart_from_runs
from ui.course import progress as course
from ui.frame import present, shell
from ui.jobs import progress, redraw, runs
from ui.jobs.door import one_of_few
from ui.player import moment
from ui.screens.exploding.answers import ANSWERS, answer_of
from ui.take_home import panel
from ui.words import glossary
from ui.words.gradients import entry_words
from ui.words.naming import names_of
from ui.words.plain import plain
from ui.words.scenes import QUESTIONS

KEY = "scene"
ARTICLE = "article_fifty_exploding"
SKIPPED = "skipped"  # in the place of a guess
AWAITED = "cure_awaited"  # in the session: the scene whose best cure a key asked for
FORM = Form(
    lambda given: {  # noqa: ARG005 - no field depends on another
        "scene": Field(kinds.choice(*QUESTIONS), next(iter(QUESTIONS))),
        "run": Field(kinds.choice("yes")),
        "cure": Field(kinds.choice(*CURES)),
        **moment.FIELDS,
    },
    resets={
        "scene": ("run", "cure", *moment.NAMES),
        "run": moment.NAMES,
        "cure": moment.NAMES,
    },
)
ADDRESS = Address("exploding", FORM)


@dataclass(frozen=True)
class Stage:
    """What the address asks for: a scene, whether it runs, and the cure beside it."""

    name: str
    running: bool
    cure: str | None

    @property
    def scene(self) -> Scene:
        """The scene."""
        return SCENES[self.name]


@one_of_few
def show() -> None:
    """Draw the screen."""
    header = shell.open_screen("Exploding gradients")
    ADDRESS.sync()
    values = ADDRESS.values
    stage = Stage(values["scene"], values["run"] == "yes", values["cure"])
    with header.scene:
        show_scenes(stage)
    with st.container():
        ADDRESS.show_problems()
    job = show_stage(stage)
    bring_awaited_cure(stage, job)
    with header.actions:
        if stage.running and job.done and job.run() is not None and not course.is_open():
            panel.take_home(panel.shown_by(KEY), key="scene_home", sub_page=True)
        else:
            panel.hold_place("scene_home")
    if stage.running and not course.is_open():
        explain_two()
        if stage.name == ARTICLE:
            show_gradient_check()
    what_if.show()


def choose_scene() -> None:
    """Go to the scene that was pressed, its question not yet answered.

    A key pressed twice brings the scene of before once more: nobody chose that.
    """
    if (name := st.session_state["scene_choice"]) is not None and not is_behind():
        ADDRESS.use({"scene": name})


def answer(name: str, guess: str) -> None:
    """Remember what the visitor expects, and let the scene run."""
    st.session_state[f"guess_{name}"] = guess
    ADDRESS.change(run="yes", cure=None)


def choose_cure(name: str | None) -> None:
    """Keep the cure that was pressed in the address."""
    ADDRESS.change(cure=name)


def show_stage(stage: Stage) -> runs.Job:
    """Show the untrained network, or train it and play that with its autopsy; return the job.

    What takes no time is trained while the visitor reads the question.
    """
    job = runs.job_for(stage.scene.experiment, key="scene_job")
    if stage.running:
        job.start()
    cured = autopsy.cure_job(KEY, job, stage.cure) if stage.running else None
    with st.container():
        show_misfit(stage, job)
    st.fragment(watch_explosion)(stage, job, cured, runs.is_running(job, cured))
    return job


def show_misfit(stage: Stage, job: runs.Job) -> None:
    """Say so where the address asks for a cure that does not fit what went wrong."""
    cure = stage.cure
    if job.done and cure is not None and cure not in (fitting := autopsy.cures_of(job)):
        show_problems(
            [
                f"cure = {cure}: does not fit this run; {', '.join(fitting) or 'no cure'} would. "
                "It was left out."
            ]
        )


def show_scenes(stage: Stage) -> None:
    """Draw the choice of scenes, in their order."""
    st.session_state["scene_choice"] = stage.name
    names = list(QUESTIONS)
    st.selectbox(
        "Scene",
        names,
        format_func=lambda name: f"{names.index(name) + 1} · {SCENES[name].title}",
        key="scene_choice",
        on_change=choose_scene,
        label_visibility="collapsed",
    )
    present_scenes(stage)


def present_scenes(stage: Stage) -> None:
    """Let keys go through the scenes: each asks its question, runs, and plays beside its cure."""
    without = f"{stage.name} cured" if has_no_cure(stage) else ""
    stops = [f"{name} {part}" for name in QUESTIONS for part in ("asks", "runs", "cured")]
    stops = [stop for stop in stops if stop != without]
    now = "asks" if not stage.running else "runs" if stage.cure is None else "cured"
    present.slide_keys(
        stops,
        f"{stage.name} {now}",
        go_to_stop,
        titles=[SCENES[stop.split()[0]].title for stop in stops],
        key="stop_keys",
    )


def has_no_cure(stage: Stage) -> bool:
    """Whether all that could help the scene that runs was tried, and nothing does."""
    if not stage.running or stage.cure is not None:
        return False
    tryout = autopsy.tryout_of(runs.job_for(stage.scene.experiment, key="scene_job"))
    return tryout is not None and tryout.done and autopsy.best_cure(tryout) is None


def go_to_stop(stop: str) -> None:
    """Go to a scene that asks, runs, or is cured; what cures best may have to be tried first."""
    name, part = stop.split()
    if part == "runs" and ADDRESS.values["run"] != "yes":
        st.session_state[f"guess_{name}"] = SKIPPED
    st.session_state[AWAITED] = name if part == "cured" else None
    ADDRESS.use({"scene": name} | ({} if part == "asks" else {"run": "yes"}))


def bring_awaited_cure(stage: Stage, job: runs.Job) -> None:
    """Play the best cure beside the run that a key asked for, as soon as it is known."""
    if st.session_state.get(AWAITED) != stage.name or not stage.running:
        return
    tryout = autopsy.tryout_of(job)
    if tryout is None or not tryout.done:
        return
    st.session_state[AWAITED] = None
    best = autopsy.best_cure(tryout)
    if best is not None:
        choose_cure(best.name)
        st.rerun()


def ask(stage: Stage) -> None:
    """Ask the question of the scene; any answer starts the run."""
    with st.container(horizontal=True, vertical_alignment="center", key="question"):
        with st.container(gap=None, width="stretch"):
            asked = QUESTIONS[stage.name]
            told = [each for each in (asked.source, glossary.explain(asked.text)) if each]
            st.markdown(f"##### {asked.text}", help="\n\n".join(told) or None)
            st.caption("Guess first: your answer starts the run.")
        with st.container(horizontal=True, gap="xsmall", width="content", key="answers"):
            for name, label in ANSWERS.items():
                if st.button(label, key=f"answer_{name}"):
                    answer(stage.name, name)
                    st.rerun()  # the whole page: after a callback only this fragment would


def tell_guess(stage: Stage) -> str:
    """Say what the visitor expects, or that the question was passed over, and where to look."""
    hint = f":material/visibility: {QUESTIONS[stage.name].hint}"
    guess = st.session_state.get(f"guess_{stage.name}")
    if guess == SKIPPED:
        return f"{tell_skipped()} {hint}"
    return hint if guess is None else f"You expect: “{ANSWERS[guess]}”. {hint}"


def tell_skipped() -> str:
    """Say that the run began without a guess, and which key asks again."""
    back = "Page Up" if presenting() else "The key ["
    return f"No guess: you went on without one, and the answers are closed. {back} asks again."


def judge_guess(stage: Stage, job: runs.Job) -> str:
    """Hold the visitor's answer against the diagnosis; without one, say where to look."""
    run, guess = job.run(), st.session_state.get(f"guess_{stage.name}")
    if not job.done or run is None or guess is None:
        return tell_guess(stage)
    truth = answer_of(runs.first_look_of(run))
    if guess == SKIPPED:
        return f"{tell_skipped()} What happened: “{ANSWERS[truth]}”."
    if guess == truth:
        right = ":material/check: That is what happened."
    elif guess == "jumps" and run.first_rise_at is not None:
        right = (
            f":material/check: Right, at step {run.risen_at:,}. And in the end: “{ANSWERS[truth]}”."
        )
    else:
        right = f":material/close: What happened: “{ANSWERS[truth]}”."
    return f"You expected: “{ANSWERS[guess]}”. {right}"


@one_of_few
def watch_explosion(stage: Stage, job: runs.Job, cured: runs.Job | None, page_waits: bool) -> None:
    """Draw the line above the player, the player, and what is below; again while frames come.

    ``page_waits`` tells whether the page was drawn while they came.
    """
    seconds = runs.poll_seconds(job, cured)
    line = st.container(key="told")  # of its own: the player below never moves, or restarts
    step = None if job.compiling else play(stage, job, cured)
    st.fragment(tell)(stage, job, cured, line)
    if has_ended(stage, job) and not course.is_open():
        show_charts(job, cured, step)
    redraw.again(seconds)
    if page_waits and seconds is None:
        st.rerun()


def has_ended(stage: Stage, job: runs.Job) -> bool:
    """Whether the run that a visitor has started has ended, and is to be told."""
    return stage.running and job.done and job.error is None and job.run() is not None


def show_line(stage: Stage, job: runs.Job, cured: runs.Job | None) -> None:
    """Draw the question, how far the training is, or what went wrong and what helps."""
    if job.error is not None:
        progress.show_error(job)
    elif job.compiling:
        progress.show_compiling(job)
    elif not stage.running:
        ask(stage)
    elif not has_ended(stage, job):
        progress.show_bar(job, tell_guess(stage))
    else:
        note, expected = judge_guess(stage, job), tell_guess(stage)
        banner.show(job, cured, choose_cure, note=note, before=expected)


def play(stage: Stage, job: runs.Job, cured: runs.Job | None) -> int | None:
    """Draw the player; return the step that was chosen, if any.

    A short run arrives whole, so that it is known where to stop; a long one streams.
    """
    short = job.experiment.steps <= runs.MOST_STEPS_AT_ONCE
    asks = not stage.running or course.is_asking()
    if asks or (short and not job.done):
        autopsy.show_untrained(KEY, job, asks=asks)
        return None
    asked = moment.asked_for(ADDRESS.values)
    return autopsy.play(KEY, job, cured, asked, in_suspense=True)[0].step


@one_of_few
def tell(stage: Stage, job: runs.Job, cured: runs.Job | None, line: DeltaGenerator) -> None:
    """Draw the line above the player, and what is said below it; again while cures are tried."""
    ended = has_ended(stage, job)
    seconds = autopsy.seconds_to_trials(job) if ended else None
    with line:
        show_line(stage, job, cured)
    if ended and not course.is_open():
        show_findings(stage, job, cured)
    redraw.again(seconds)
    if ended and seconds is None and st.session_state.get(AWAITED) == stage.name:
        redraw.page()  # what cures best is known, and played beside it


def show_findings(stage: Stage, job: runs.Job, cured: runs.Job | None) -> None:
    """Draw the verdict with its numbers, and all cures that fit."""
    with st.container(key="findings"):
        left, right = st.columns([3, 2])
    with left:
        autopsy.show_verdict(job)
    with right:
        autopsy.show_cures(job, stage.cure, choose_cure)
        if cured is not None:
            autopsy.show_outcome(job, cured)
        st.page_link(
            "streamlit_app.py",
            label="Open in the Train screen",
            icon=":material/tune:",
            query_params=job.experiment.to_params() | link_params(),
        )


def show_charts(job: runs.Job, cured: runs.Job | None, step: int | None) -> None:
    """Draw sharpness against its limit, and what tells of vanishing gradients.

    Beside a cure it is said whose they are, and no line looks like one of the two runs.
    """
    run = job.run()
    if run is None:
        return
    look: Callable[[Spec], Spec] = dict if cured is None else apart_from_runs
    if cured is not None:
        name = autopsy.lanes_of(job, cured)[0].label
        st.markdown(f"**Of the run without the change, “{plain(name)}”, alone:**")
    st.vega_lite_chart(look(stability.chart(run, step).spec()), key="stability")
    left, right = st.columns(2)
    log = curves.Axes(log_steps=True, log_values=True)
    norms = shared.chart_of(curves.gradient_norms, run, log)
    left.vega_lite_chart(look(norms), key="gradient_norms")
    right.vega_lite_chart(look(stability.saturation(run).spec()), key="saturation")


def explain_two() -> None:
    """Say, briefly and correctly, why the limit is 2."""
    with st.expander("Why 2?", icon=":material/help:"):
        st.markdown(
            "Near a point, the loss along its sharpest direction is a parabola with curvature λ, "
            "the largest eigenvalue of the Hessian. At a distance d from the parabola’s bottom its "
            "slope is λ d, so one step of gradient descent with learning rate η leads to"
        )
        st.latex(r"d \;\to\; d - \eta\,\lambda\,d = (1 - \eta\,\lambda)\,d")
        st.markdown(
            "The distance shrinks as long as |1 − η λ| < 1, which means η λ < 2. Past 2 each step "
            "overshoots to the other side and lands farther out than it began. The loss of a "
            "network is no parabola: its curvature changes as the weights move. So a product past "
            "2 means a direction has become unstable, not that training must fail; often the "
            "network swings into a flatter region and goes on from there."
        )


def show_gradient_check() -> None:
    """Check both forms of the L2 term against central differences at the untrained weights."""
    st.markdown("##### Which term is wrong? Central differences tell")
    st.markdown(
        "Omar U. Florez’s article *One LEGO at a time: explaining the math of how neural networks "
        "learn* made this network known to many; its program is "
        "[scratch_mlp](https://github.com/omar-florez/scratch_mlp). It adds one number, l2 ΣW² "
        "of its layer, to every entry of that layer’s gradient, where the derivative of l2 / 2 × "
        "ΣW² is l2 W. Central differences of the loss, (J(w + δ) − J(w − δ)) / 2δ, need no "
        "derivation and cannot share the mistake:"
    )
    rows = []
    for title, name in (
        ("the article’s", ARTICLE),
        ("derived", "article_fifty_derived"),
    ):
        run = runs.untrained(PRESETS[name])
        check = check_gradients(run)
        place = (check.layer, check.row, check.column)
        rows.append(
            {
                "L2 term": title,
                "check": "passes" if check.passed else "fails",
                "largest relative error": f"{check.max_relative_error:.2g}",
                "where": entry_words(run.experiment.hidden, names_of(run), *place),
                "gradient with this term": f"{check.analytic:.8f}",
                "central difference": f"{check.numeric:.8f}",
            }
        )
    st.table(rows)
