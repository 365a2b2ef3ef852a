"""What the benchmark is made of: the measurements, and one file per engine measured."""
