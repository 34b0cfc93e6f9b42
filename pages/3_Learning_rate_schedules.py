"""Learning-rate schedules."""

from ui.screens.schedules import screen

screen.show()
