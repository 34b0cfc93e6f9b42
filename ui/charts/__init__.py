"""Charts and pictures of runs."""
