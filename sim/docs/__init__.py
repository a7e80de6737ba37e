"""Pages about the model, and the picture of the README."""
