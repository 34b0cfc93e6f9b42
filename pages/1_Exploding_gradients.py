"""The screen about exploding gradients."""

from ui import shell

shell.open_screen("Exploding gradients")
