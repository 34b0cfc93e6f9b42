"""Exploding gradients."""

from ui import reading

with reading:
    from ui.screens.exploding import screen

screen.show()
