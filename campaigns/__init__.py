"""Long runs that try to break an index, one to a module."""
