"""From an Experiment to a Run: inputs, compiled steps, recording."""
