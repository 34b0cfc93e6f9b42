"""Exploding gradients."""

from ui.screens.exploding import screen

screen.show()
