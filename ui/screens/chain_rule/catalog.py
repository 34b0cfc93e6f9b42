"""The bricks of the forward and the backward pass, in the order in which they are computed."""

from collections.abc import Mapping
from dataclasses import dataclass

PHASES: Mapping[str, str] = {"forward": "Forward", "backward": "Backward", "update": "Update"}


@dataclass(frozen=True)
class Brick:
    """One brick: its matrix, its formula, and what it means.

    ``matrix`` is an attribute of ``Bricks`` (mlp.chain_rule.bricks); ``formula`` and ``derivative``
    are LaTeX.
    ``from_before`` says where a number was computed already, or is "".
    """

    phase: str
    symbol: str
    matrix: str
    formula: str
    meaning: str
    derivative: str = ""
    from_before: str = ""
    code: str = ""
    operand: str = ""  # the matrix that it is multiplied by, shown beside


BRICKS: Mapping[str, Brick] = {
    "X": Brick(
        "forward",
        "X",
        "X",
        "",
        "The points, one in each row. With a bias, a column of ones stands beside the coordinates.",
    ),
    "Z1": Brick(
        "forward",
        "Z1",
        "Z1",
        r"Z1 = X\,W1",
        "Every hidden neuron adds up its inputs, each times its weight.",
        r"\frac{\partial Z1}{\partial W1} = X",
        code="Z1",
        operand="W1",
    ),
    "H1": Brick(
        "forward",
        "H1",
        "H1",
        r"H1 = \sigma(Z1) = \frac{1}{1 + e^{-Z1}}",
        "The sigmoid squashes every sum into a number between 0 and 1.",
        r"\frac{\partial H1}{\partial Z1} = H1\,(1 - H1)",
        code="H1",
    ),
    "Z2": Brick(
        "forward",
        "Z2",
        "Z2",
        r"Z2 = H1\,W2",
        "Every output adds up the hidden activations, each times its weight.",
        r"\frac{\partial Z2}{\partial W2} = H1,\quad \frac{\partial Z2}{\partial H1} = W2",
        code="Z2",
        operand="W2",
    ),
    "H2": Brick(
        "forward",
        "H2",
        "H2",
        r"H2 = \sigma(Z2) = \frac{1}{1 + e^{-Z2}}",
        "What the network answers; the larger of the two is the class.",
        r"\frac{\partial H2}{\partial Z2} = H2\,(1 - H2)",
        code="H2",
    ),
    "loss": Brick(
        "forward",
        "L",
        "Y",
        r"L = \tfrac{1}{2} \sum (H2 - Y)^2",
        "Half the squared distance from what the answer should be, Y: of one point, or summed.",
        r"\frac{\partial L}{\partial H2} = H2 - Y",
        code="loss",
    ),
    "dL_dH2": Brick(
        "backward",
        "dL/dH2",
        "dL_dH2",
        r"\frac{\partial L}{\partial H2} = H2 - Y",
        "How the loss changes with each answer: simply the error.",
        code="dL_dH2",
    ),
    "dH2_dZ2": Brick(
        "backward",
        "dH2/dZ2",
        "dH2_dZ2",
        r"\frac{\partial H2}{\partial Z2} = H2\,(1 - H2)",
        "The slope of the sigmoid, at most 1/4, and near 0 where the output is nearly 0 or 1.",
        from_before="H2 is the forward pass’s.",
        code="dH2_dZ2",
    ),
    "dL_dZ2": Brick(
        "backward",
        "dL/dZ2",
        "dL_dZ2",
        r"\frac{\partial L}{\partial Z2} = \frac{\partial L}{\partial H2} \odot "
        r"\frac{\partial H2}{\partial Z2}",
        "The chain rule: both factors multiplied, entry by entry.",
        from_before="Both factors are the two bricks before.",
        code="dL_dZ2",
    ),
    "dZ2_dW2": Brick(
        "backward",
        "dZ2/dW2 = H1",
        "H1",
        r"\frac{\partial Z2}{\partial W2} = H1",
        "What a weight of W2 multiplies is its derivative: the hidden activation before it.",
        from_before="This is H1 of the forward pass; nothing is computed.",
    ),
    "dL_dW2": Brick(
        "backward",
        "dL/dW2",
        "dL_dW2",
        r"\frac{\partial L}{\partial W2} = H1^\top\, \frac{\partial L}{\partial Z2}",
        "The gradient of the second layer: activation times error, summed over the samples.",
        from_before="Both factors are bricks from before.",
        code="dL_dW2",
    ),
    "dL_dH1": Brick(
        "backward",
        "dL/dH1",
        "dL_dH1",
        r"\frac{\partial L}{\partial H1} = \frac{\partial L}{\partial Z2}\, W2^\top",
        "Each output’s error goes back through the weight that it came by.",
        from_before="dL/dZ2 is used a second time.",
        code="dL_dH1",
        operand="W2",
    ),
    "dH1_dZ1": Brick(
        "backward",
        "dH1/dZ1",
        "dH1_dZ1",
        r"\frac{\partial H1}{\partial Z1} = H1\,(1 - H1)",
        "The slope of the hidden sigmoids; where it is near 0, no error passes.",
        from_before="H1 is the forward pass’s.",
        code="dH1_dZ1",
    ),
    "dL_dZ1": Brick(
        "backward",
        "dL/dZ1",
        "dL_dZ1",
        r"\frac{\partial L}{\partial Z1} = \frac{\partial L}{\partial H1} \odot "
        r"\frac{\partial H1}{\partial Z1}",
        "Both factors multiplied, entry by entry.",
        from_before="Both factors are the two bricks before.",
        code="dL_dZ1",
    ),
    "dZ1_dW1": Brick(
        "backward",
        "dZ1/dW1 = X",
        "X",
        r"\frac{\partial Z1}{\partial W1} = X",
        "What a weight of W1 multiplies is its derivative: the input before it.",
        from_before="This is X itself; nothing is computed.",
    ),
    "dL_dW1": Brick(
        "backward",
        "dL/dW1",
        "dL_dW1",
        r"\frac{\partial L}{\partial W1} = X^\top\, \frac{\partial L}{\partial Z1}",
        "The gradient of the first layer: input times error, summed over the samples.",
        from_before="Both factors are bricks from before.",
        code="dL_dW1",
    ),
}


UPDATE = "update"  # the last brick: what is computed is used


def phase_of(brick: str) -> str:
    """Return the phase of a brick, the update among them."""
    return BRICKS[brick].phase if brick in BRICKS else UPDATE


def bricks_of(phase: str) -> dict[str, Brick]:
    """Return the bricks of a phase, in order."""
    return {name: brick for name, brick in BRICKS.items() if brick.phase == phase}
