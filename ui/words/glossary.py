"""The words of the field that the screens use: one definition each, the same everywhere."""

import re
from collections.abc import Mapping

TERMS: Mapping[str, str] = {
    # the network
    "XOR": "Exclusive or: 1 where exactly one of two inputs is on (a bit as 1, a coordinate here "
    "where it is positive). No straight line parts its 1s from its 0s.",
    "neuron": "Adds up its inputs, each times a weight, and squashes the sum to between 0 and 1. A "
    "hidden neuron stands between inputs and outputs.",
    "weight": "A number that the network learns: what an input is multiplied by. W1 holds those of "
    "the first layer, W2 those of the second.",
    "bias": "A weight whose input is always 1. It moves a neuron’s line away from the origin.",
    "sigmoid": "σ(z) = 1 / (1 + e⁻ᶻ): turns any number into one between 0 and 1. Its slope is "
    "σ (1 − σ), at most 1/4.",
    "activation": "What a neuron puts out: the sigmoid of its sum. H1 are those of the hidden "
    "layer, H2 the network’s answers.",
    "layer": "Neurons side by side with the same inputs. The network has two: the hidden neurons, "
    "with the weights W1, and the outputs, with W2.",
    "decision boundary": "Where both answers are equal: on its two sides the network chooses "
    "different classes.",
    "accuracy": "The share of points whose class the network answers right.",
    "class": "Which of two kinds a point belongs to, as XOR = 0 or XOR = 1.",
    # the loss
    "loss": "How wrong the answers are, as one number; training makes it small. The network’s is "
    "half the squared error and the penalties, on average over the points (J / n).",
    "L, J and J / n": "L: half the squared error of one point, or summed over some. J: L of all "
    "training points and the penalties, which is descended. J / n: the loss on the screens.",
    "penalty": "An extra part of J that grows with the weights and keeps them small: l2 / 2 × ΣW², "
    "or l1 × Σ|W|, where Σ adds up all weights.",
    "L2 penalty": "l2 / 2 times the sum of all squared weights, ΣW², as a part of J. Its gradient "
    "is l2 × W, so a step against it draws every weight towards 0.",
    "squared error": "r² for an answer that is off by r (halved here): twice as far off costs four "
    "times as much, so a far point pulls strongly.",
    "absolute error": "|r|, the size of what an answer is off by, r. Its slope is 1 or −1: a far "
    "point pulls no more than a near one.",
    "Huber": "A loss that grows with the square of what an answer is off by where that is little, "
    "and in proportion to it where it is much.",
    "standard deviation": "How far numbers lie from their mean: the root of the mean of their "
    "squared distances to it.",
    "standardise": "To shift and scale a coordinate so that its mean is 0 and its standard "
    "deviation 1.",
    "outlier": "A point far from where the others would have it.",
    "mean": "The sum of numbers divided by how many they are.",
    # descent
    "vector": "Several numbers in a row that belong together, as the slopes in all variables.",
    "matrix": "Numbers in rows and columns. W1 has a column for every hidden neuron, and a row for "
    "each of its inputs and the bias.",
    "transpose": "The same matrix turned over: its rows have become columns. Its sign is a raised "
    "⊤.",
    "elementwise product (⊙)": "A ⊙ B has in each place the product of the two numbers that stand "
    "there in A and in B.",
    "plateau": "Where the ground is almost flat though it is no minimum: descent hardly moves.",
    "tangent": "The straight line that touches a curve at a point, and has its slope there.",
    "derivative": "The slope of a function: how much it changes for a small change of its input.",
    "partial derivative (∂)": "∂f/∂w is the slope of f where w alone changes and all else stays. "
    "All of them together are the gradient.",
    "contour line": "A line along which a function has the same value, as height has on a map. The "
    "gradient crosses it at a right angle.",
    "gradient": "The slopes in all variables together. It points where the function rises "
    "fastest; descent goes the other way.",
    "forward pass": "From the inputs to the outputs and their loss, link by link.",
    "backward pass": "From the loss back to every weight, link by link, by the chain rule: it "
    "gives the gradient.",
    "brick": "One link of the network’s chain, forward or backward: a simple function, or its "
    "derivative, drawn with its matrix and numbers.",
    "chain rule": "The derivative of a function of a function is the product of both derivatives. "
    "Applied link by link, it leads from the loss back to every weight.",
    "gradient descent": "Again and again a step against the gradient: x − rate × gradient, where x "
    "may be one number, two, or all weights.",
    "learning rate": "η: how far a step goes for a gradient of length 1.",
    "step": "One change of all that is looked for: of x, of a line’s slope and intercept, or of "
    "all weights. With mini-batches it looks at a few points only.",
    "batch": "The points that a step looks at: the whole batch is all of them.",
    "mini-batch": "A few of the points, taken for one step in place of all: b of n points have b / "
    "n of the gradient and of the sharpness, on average.",
    "epoch": "A stretch of training in which every point is used once.",
    "optimizer": "The rule that turns gradients into steps: gradient descent, momentum, Adam.",
    "momentum": "A share of the last step goes on, so that steps in one direction add up.",
    "velocity": "v: what momentum carries on from step to step, the sum of past gradients, older "
    "ones counting less.",
    "β": "The share of the last steps that goes on in momentum; 0.9 is usual. In Adam it is β₁, "
    "and β₂ is the share that goes on of the mean of past squared gradients.",
    "ε": "A tiny number added to what is divided by, so that nothing is divided by 0.",
    "Nesterov": "Momentum that takes the gradient where the last step is about to carry it, not "
    "where it stands.",
    "RMSprop": "Divides the step of each variable by the recent size of its gradient.",
    "Adam": "Momentum, divided in each variable by the recent size of its gradient.",
    "minimum": "A point from which the function rises in every direction: local where it does so "
    "nearby, global where nowhere is lower.",
    "saddle": "A point where the slope is 0, but the function falls to two sides.",
    # stability
    "quadratic": "Of a function: with squares as its highest powers, as x² + 1. Its curvature is "
    "the same everywhere.",
    "curvature": "How fast the slope changes: the second derivative. A surface has one in every "
    "direction.",
    "Hessian": "How the slope along each variable changes as any of them moves: all second "
    "derivatives together, which give the curvature in every direction.",
    "eigenvalue": "Of a Hessian: the curvature along one of its main directions, such as across "
    "a valley and along it. The largest is the curvature in the direction in which it bends most.",
    "condition number": "κ: the largest curvature divided by the smallest. The larger it is, the "
    "longer and narrower the valley, and the slower plain descent along it.",
    "sharpness": "A function’s curvature in the direction in which it bends most (the largest "
    "eigenvalue of the Hessian). A network’s is that of J, the loss summed over all training "
    "points.",
    "rate × sharpness": "Near a minimum a step of gradient descent multiplies its distance along "
    "the most curved direction by 1 − rate × sharpness: past 2 it grows. The rate is that of the "
    "clipped step; with mini-batches the product is a mean.",
    "exploding gradients": "Gradients that become huge: multiplied up from layer to layer in a "
    "deep network, or growing from step to step. A step too long for the curvature is another "
    "thing: there the loss rises with gradients of ordinary size.",
    "explosion": "The loss jumps far up in a few steps, or runs to infinity: each step is too long "
    "for the curvature, or the gradient is wrong and grows with the weights.",
    "saturation": "What neurons put out is so near to 0 or 1 that the sigmoid’s slope there is "
    "almost 0: hardly any gradient passes, and a change of the weights changes next to nothing.",
    "dead": "Of a network: so saturated that hardly any gradient is left, and it learns no more.",
    "sensitivity": "How steep the hidden neurons’ sigmoids are at a place of the map, and so how "
    "much of the error they let back: the mean of 4 H1 (1 − H1), from 0, flat, to 1, steepest.",
    "norm": "The length of a list of numbers, as of an arrow: the root of the sum of their "
    "squares. Its sign is ‖ ‖.",
    "logarithm": "The power of ten that a number is: 2 of 100, −3 of 0.001. On a logarithmic axis "
    "each mark is ten times the one before.",
    "median": "The value in the middle once all are put in order; a few extreme ones hardly "
    "move it.",
    "seed": "The number that random draws start from: the same seed, the same points or the same "
    "first weights.",
    "shelf": "The runs that you have trained on this visit, kept to be compared, or saved as a "
    "file.",
    "probe": "The marked place on the map whose inputs go through the drawn network. A tap or "
    "click moves it.",
    "schedule": "How the learning rate changes while training goes on.",
    "decay": "A schedule that lowers the rate.",
    "cosine decay": "The rate falls along half a wave of the cosine: slowly, then faster, and "
    "slowly again towards its end.",
    "warm-up": "A start with a rate near 0 that rises to its full value.",
    "clipping": "A gradient longer than a limit is shortened to it.",
    "central difference": "(J(w + δ) − J(w − δ)) / 2δ for one weight w and a small δ: the rise of "
    "J over a short stretch around w, which is nearly the derivative.",
    "relative error": "How far two numbers are apart, divided by their size: 0.01 is one percent.",
    "gradient check": "Moving one weight a little up and down and measuring J gives the derivative "
    "without any derivation; a right chain rule agrees.",
    "hidden space": "A picture of the points with their hidden activations as coordinates: there "
    "the boundary is straight.",
    "widest direction": "In hidden space: of all directions along the boundary, the one in which "
    "the points spread most.",
}

# What a player of networks says.
OF_A_NETWORK = ("neuron", "weight", "class", "accuracy", "loss", "decision boundary")

# Whose idea is no word of its own; the other optimizers’ is told beside their formula.
NAMED = ("Nesterov", "RMSprop", "Adam")

# The words that stand on each screen, in the order in which a reader meets them; “Start here” has
# all.
ON_SCREEN: Mapping[str, tuple[str, ...]] = {
    "Train": (
        "mean",
        "β",
        "quadratic",
        "XOR",
        "class",
        "neuron",
        "weight",
        "bias",
        "sigmoid",
        "seed",
        "learning rate",
        "step",
        "schedule",
        "decay",
        "cosine decay",
        "warm-up",
        "clipping",
        "optimizer",
        "momentum",
        *NAMED,
        "gradient descent",
        "penalty",
        "decision boundary",
        "probe",
        "sensitivity",
        "accuracy",
        "loss",
        "gradient",
        "minimum",
        "norm",
        "sharpness",
        "rate × sharpness",
        "saturation",
        "median",
        "dead",
        "plateau",
        "layer",
        "L2 penalty",
        "squared error",
        "partial derivative (∂)",
    ),
    "Exploding gradients": (
        "mean",
        "quadratic",
        "exploding gradients",
        "explosion",
        *OF_A_NETWORK,
        "activation",
        "sigmoid",
        "saturation",
        "sensitivity",
        "gradient",
        "minimum",
        "norm",
        "step",
        "gradient descent",
        "learning rate",
        "curvature",
        "sharpness",
        "rate × sharpness",
        "Hessian",
        "eigenvalue",
        "penalty",
        "clipping",
        "warm-up",
        "decay",
        "median",
        "gradient check",
        "dead",
        "layer",
        "L2 penalty",
        "squared error",
        "partial derivative (∂)",
    ),
    "Compare": (
        "mean",
        "quadratic",
        "shelf",
        *OF_A_NETWORK,
        "sensitivity",
        "seed",
        "step",
        "learning rate",
        "gradient",
        "minimum",
        "sharpness",
        "rate × sharpness",
        "decay",
        "warm-up",
        "clipping",
        "penalty",
        "median",
    ),
    "Schedules": (
        "mean",
        "quadratic",
        "schedule",
        "decay",
        "cosine decay",
        "warm-up",
        "learning rate",
        "neuron",
        "weight",
        "seed",
        "step",
        "loss",
        "accuracy",
        "median",
        "curvature",
        "sharpness",
        "rate × sharpness",
    ),
    "Chain rule": (
        "brick",
        "forward pass",
        "backward pass",
        "mean",
        "chain rule",
        "derivative",
        "L, J and J / n",
        "XOR",
        "class",
        "neuron",
        "weight",
        "bias",
        "sigmoid",
        "activation",
        "loss",
        "step",
        "learning rate",
        "gradient",
        "gradient check",
        "hidden space",
        "widest direction",
        "penalty",
        "decay",
        "warm-up",
        "clipping",
        "matrix",
        "transpose",
        "central difference",
        "relative error",
        "layer",
        "partial derivative (∂)",
        "elementwise product (⊙)",
        "squared error",
        "L2 penalty",
    ),
    "Gradient descent": (
        "mean",
        "β",
        "ε",
        "quadratic",
        "gradient descent",
        "tangent",
        "derivative",
        "gradient",
        "learning rate",
        "step",
        "minimum",
        "saddle",
        "curvature",
        "Hessian",
        "eigenvalue",
        "sharpness",
        "rate × sharpness",
        "optimizer",
        "weight",
        "momentum",
        *NAMED,
        "seed",
        "loss",
        "mini-batch",
        "epoch",
        "outlier",
        "Huber",
        "contour line",
        "batch",
        "squared error",
        "absolute error",
    ),
    "Own data": (
        "mean",
        "XOR",
        "class",
        "neuron",
        "weight",
        "accuracy",
        "loss",
        "decision boundary",
        "sensitivity",
        "outlier",
        "learning rate",
        "step",
        "gradient",
        "rate × sharpness",
        "standardise",
        "standard deviation",
    ),
    "Map": (
        "β",
        "learning rate",
        "neuron",
        "weight",
        "seed",
        "step",
        "gradient descent",
        "gradient",
        "optimizer",
        "momentum",
        *NAMED,
        "schedule",
        "decay",
        "cosine decay",
        "warm-up",
        "penalty",
        "clipping",
        "loss",
        "accuracy",
        "saturation",
        "dead",
        "layer",
        "L2 penalty",
    ),
}


# How a word may stand in a sentence, where that is not its own name, with an s or without.
FORMS: Mapping[str, str] = {
    "L, J and J / n": r"J( / n)?",
    "mean": "(the|square) means?|means? (of|square)",
    "forward pass": "forward pass(es)?",
    "backward pass": "backward pass(es)?",
    "batch": "batch(es)?",
    "bias": "bias(es)?",
    "class": "class(es)?",
    "loss": "loss(es)?",
    "minimum": "minimum|minima",
    "mini-batch": "mini-batch(es)?",
    "optimizer": "optimi[sz]ers?",
    "penalty": "penalty|penalties",
    "sigmoid": "sigmoids?|σ",
    "clipping": "clipping|clipped",
    "rate × sharpness": "(learning )?rate × sharpness",
    "eigenvalue": "eigenvalues?",
    "matrix": "matrix|matrices",
    "transpose": r"transposed?|⊤|\\top",
    "elementwise product (⊙)": r"elementwise products?|⊙|\\odot",
    "partial derivative (∂)": r"partial derivatives?|∂|\\partial",
    "contour line": "contours?( lines?)?|lines of equal (value|height)",
    "saturation": "saturat(ion|ed)",
    "standardise": "standardi[sz]ed?",
    "L2 penalty": "L2 penalt(y|ies)",
    "plateau": "plateaus?",
    "dead": "dead",
}
# The longer first: “gradient descent” is not also a gradient.
_FOUND = re.compile(
    r"(?<![\w'/])(?:"
    + "|".join(
        f"(?P<t{i}>{FORMS.get(term, f'{re.escape(term)}s?')})"
        for i, term in sorted(enumerate(TERMS), key=lambda entry: -len(entry[1]))
    )
    + r")(?![\w(])",
    re.IGNORECASE,
)


def terms_in(text: str) -> tuple[str, ...]:
    """Return the terms that stand in a text, each once, in the order in which a reader meets them.

    Examples
    --------
    >>> terms_in("Gradient descent lowers the loss; two losses have two gradients.")
    ('gradient descent', 'loss', 'gradient')
    """
    terms = list(TERMS)
    found = (terms[int(str(match.lastgroup)[1:])] for match in _FOUND.finditer(text))
    return tuple(dict.fromkeys(found))


def explain(*texts: str) -> str | None:
    """Return the definitions of the terms in some texts, to be shown beside them; None for none."""
    return define(*terms_in(" ".join(texts))) or None


def define(*terms: str) -> str:
    """Return terms with their definitions, as Markdown, a paragraph each.

    Examples
    --------
    >>> define("decay")
    '**decay**: A schedule that lowers the rate.'
    """
    return "\n\n".join(f"**{term}**: {TERMS[term]}" for term in terms)


def listed() -> str:
    """Return all terms by the alphabet, as a list in Markdown that docs/glossary.md ends with."""
    terms = sorted(TERMS, key=str.lower)
    return "\n".join(f"- {define(term)}" for term in terms)


def words_of(screen: str) -> tuple[str, ...]:
    """Return the terms that may stand on a screen; all where none are listed."""
    return ON_SCREEN.get(screen, tuple(TERMS))
