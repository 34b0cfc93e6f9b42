"""Map."""

from ui.screens.map import screen

screen.show()
