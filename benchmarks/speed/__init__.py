"""Speed benchmark: the measurements, and one module for each engine."""
