"""The course."""

from ui import reading

with reading:
    from ui.screens.course import screen

screen.show()
