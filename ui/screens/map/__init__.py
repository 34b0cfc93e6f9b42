"""The screen "Map": every pixel is a training."""
