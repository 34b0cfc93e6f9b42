"""The course."""

from ui.screens.course import screen

screen.show()
