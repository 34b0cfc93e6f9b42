"""Small pictures as text inside the page itself.

As files of their own the server would drop them with the next run of the script, and a browser that
is still drawing the last one would ask for them in vain.
"""

import base64
from io import BytesIO

import numpy as np
from matplotlib import image
from numpy.typing import NDArray


def inline_png(picture: bytes | NDArray[np.uint8]) -> str:
    """Return a picture, the bytes of a PNG or (height, width, 3 or 4) pixels, as a data address.

    Examples
    --------
    >>> inline_png(np.zeros((1, 1, 4), np.uint8))[:27]
    'data:image/png;base64,iVBOR'
    """
    if not isinstance(picture, bytes):
        buffer = BytesIO()
        image.imsave(buffer, picture, format="png")
        picture = buffer.getvalue()
    return f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"
