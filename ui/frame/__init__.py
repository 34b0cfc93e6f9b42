"""What every screen opens with: title, menu, the presenter's view."""
