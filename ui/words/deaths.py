"""What the death of a network means in words: what led to it, and how much of it is flat."""

from collections.abc import Mapping

from mlp import Diagnosis, Run
from mlp.analysis.verdicts import (
    FLAT,
    SATURATED_SHARE,
    STILL,
    VANISHED,
    data_losses,
    gradient_norms,
    rests_since,
    saturated_shares,
)
from ui.words import cures
from ui.words.causes import shorter_steps
from ui.words.endings import loss_now, share
from ui.words.limits import clipped, limit
from ui.words.numbers import percent, plural, spoken
from ui.words.plain import capitalized, listed


def told(run: Run, diagnosis: Diagnosis) -> tuple[str, str, str]:
    """Tell a death: two sentences, the numbers after, and the formula."""
    e, died = diagnosis.evidence, diagnosis.step or 0
    frame = run.frame_at(died)
    where = f"by step {died:,}," if died > 0 else "from the start"
    story = f"{where} {_flat(run, frame, e)} were saturated"
    if diagnosis.stepped_too_far:
        story = (
            f"at step {run.first_rise_at:,} learning rate × sharpness was {spoken(e['product'])}, "
            f"past the limit {limit(run, e['limit'])}, and {story}"
        )
    elif " and " not in story:  # what stands above a player is to fit into a line
        story += ": next to no gradient comes back"
    changed = share(data_losses(run)[[frame, -1]])
    since = plural(int(run.steps[-1]) - died, "step")
    text = (
        f"{capitalized(story)}. They are so close to 0 or 1 that the sigmoid is flat and "
        f"passes hardly any gradient on: in the {since} since then the loss changed by {changed}"
        f"{_until_rest(run, frame)}."
    )
    shares = {"hidden activations": e["hidden_share"], "outputs": e["output_share"]}
    flat = [f"{percent(share)} of the {name}" for name, share in shares.items() if share > 0]
    there = gradient_norms(run)[frame]
    details = (
        f"{_sharpness(diagnosis)}{bound(run, diagnosis)}"
        f"At the end, {' and '.join(flat)} are flat: the slope of the sigmoid, h (1 − h), is below "
        f"{FLAT:g}. The gradient was {spoken(e['first_gradient_norm'])} long at the start, "
        f"{spoken(there)} at step {died:,} and {spoken(e['gradient_norm'])} at the end; shorter "
        f"than {spoken(VANISHED * run.data.n_train)}, which is {VANISHED:g} for each training "
        f"point, it counts as vanished. {_first_weights(run)}{loss_now(run)}{clipped(e)}"
        f"{_shorter(diagnosis)}"
    )
    return (
        text,
        details,
        r"\begin{gathered} \frac{\partial L}{\partial Z} = "
        r"\frac{\partial L}{\partial H}\, h\,(1 - h) \\ "
        rf"h\,(1 - h) < {FLAT:g} \end{{gathered}}",
    )


def _shorter(diagnosis: Diagnosis) -> str:
    """Say what shorter steps did, where they help and no step is known to have been too long."""
    trial = shorter_steps(diagnosis)
    if diagnosis.stepped_too_far or trial is None:
        return ""
    return f" In shorter steps: {cures.sentence(trial, diagnosis.trials or ())}"


def _sharpness(diagnosis: Diagnosis) -> str:
    """Say what sharpness is, where it was told."""
    if not diagnosis.stepped_too_far:
        return ""
    return "Sharpness is how strongly the loss bends where it bends most. "


def bound(run: Run, diagnosis: Diagnosis) -> str:
    """Say why a step too long ends flat here: half the squares of two errors of at most 1."""
    if not diagnosis.stepped_too_far or run.experiment.l1 or run.experiment.l2:
        return ""
    return (
        "A loss of sigmoids is bounded: each output is off by 1 at most, so the loss is at most 1 "
        "per point. Only with a penalty on large weights, which this run is without, "
        "can a loss go to infinity. "
    )


def _flat(run: Run, frame: int, e: Mapping[str, float]) -> str:
    """Name the layers that a network ends saturated in, each with its share at a frame."""
    names = ("hidden activations", "outputs")
    ends = (e["hidden_share"], e["output_share"])
    each = [
        (now, f"{percent(now)} of the {name}")
        for name, now, end in zip(names, saturated_shares(run, frame), ends, strict=True)
        if end > SATURATED_SHARE
    ]
    most = max(now for now, _ in each)
    return listed(text for now, text in each if now >= min(most, SATURATED_SHARE))


def _until_rest(run: Run, frame: int) -> str:
    """Say from where on nothing moves any more, where that is later than the death."""
    rest = rests_since(run)
    if rest <= frame:
        return ""
    step = f"{run.steps[rest]:,}"
    return (
        f", and from step {step} on neither loss nor accuracy moves by more than {percent(STILL)}"
    )


def _first_weights(run: Run) -> str:
    if run.plan.root.init_scale <= 1:
        return ""
    return f"The first weights were {spoken(run.plan.root.init_scale)} times the usual size. "
