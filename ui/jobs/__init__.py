"""Trainings in the background, and the runs they leave."""
