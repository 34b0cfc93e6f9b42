"""The first screen, Train; the others are in pages/."""

from ui import reading

with reading:
    from ui.screens.train import screen

screen.show()
