"""An example history that Fusion builds for itself: planted defects in several languages, innocent code beside them."""
