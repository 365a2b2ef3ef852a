"""Campaigns: long runs that try to break an index, one in each module."""
