"""The screen "Chain rule": one training step, brick by brick, with live numbers."""
