"""The first screen, Train; the others are in pages/."""

from ui.screens.train import screen

screen.show()
