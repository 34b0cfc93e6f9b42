"""Compare."""

from ui import reading

with reading:
    from ui.screens.compare import screen

screen.show()
