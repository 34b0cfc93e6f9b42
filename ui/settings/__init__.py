"""What this visitor has set: the Experiment, own points, and the widgets that change them."""
