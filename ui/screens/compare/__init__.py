"""Compare: up to four runs side by side, and what the difference did."""
