"""Own data."""

from ui import reading

with reading:
    from ui.screens.own_data import screen

screen.show()
