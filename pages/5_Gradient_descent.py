"""Gradient descent."""

from ui.screens.gradient_descent import screen

screen.show()
