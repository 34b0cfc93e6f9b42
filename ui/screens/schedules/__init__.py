"""Schedules: draw them, train them from one seed, see which one wins."""
