"""Learning-rate schedules."""

from ui import reading

with reading:
    from ui.screens.schedules import screen

screen.show()
