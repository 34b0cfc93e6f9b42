"""Take a run home: every format, and the button that offers them."""
