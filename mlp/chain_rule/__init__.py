"""The chain rule taken apart: every matrix of a step, classic mistakes, the numeric check."""
