"""Chain rule."""

from ui import reading

with reading:
    from ui.screens.chain_rule import screen

screen.show()
