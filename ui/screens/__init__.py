"""The screens, a folder each; none imports another."""
