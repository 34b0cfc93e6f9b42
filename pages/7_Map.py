"""Map."""

from ui import reading

with reading:
    from ui.screens.map import screen

screen.show()
