"""Small archives, crawls and the command line, shared by the tests."""
