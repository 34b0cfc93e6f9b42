"""The array types that the package computes with."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Steps: TypeAlias = NDArray[np.int64]
