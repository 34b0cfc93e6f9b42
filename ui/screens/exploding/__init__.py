"""Exploding gradients: provoke an explosion, read its cause, cure it."""
