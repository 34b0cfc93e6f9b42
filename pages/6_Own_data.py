"""Own data."""

from ui.screens.own_data import screen

screen.show()
