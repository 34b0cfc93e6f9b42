"""The shelf: the runs that a visitor has made, kept and carried as a file."""
