"""Measurements: speed beside other engines, and relevance on judged questions."""
