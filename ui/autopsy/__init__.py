"""What went wrong in a run, the cures that fit, and what if."""
