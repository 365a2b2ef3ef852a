"""What `scripts/bench.py` is made of: the measurements, and one file per engine measured."""
