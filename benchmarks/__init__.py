"""Benchmarks: speed compared with other engines, and relevance on judged questions."""
