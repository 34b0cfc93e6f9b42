"""Charts and pictures of runs."""

from altair.utils import schemapi

# Altair would hold every chart against its schema, which takes as long as the chart. The tests
# have that switched on, and draw every chart.
schemapi.disable_debug_mode()
