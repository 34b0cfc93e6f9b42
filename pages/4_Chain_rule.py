"""Chain rule."""

from ui.screens.chain_rule import screen

screen.show()
