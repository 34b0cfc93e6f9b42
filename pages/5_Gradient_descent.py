"""Gradient descent."""

from ui import reading

with reading:
    from ui.screens.gradient_descent import screen

screen.show()
