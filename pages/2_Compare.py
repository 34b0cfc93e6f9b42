"""Compare."""

from ui.screens.compare import screen

screen.show()
