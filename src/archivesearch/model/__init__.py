"""Frozen records that the stages of archivesearch pass on, and that users get.

Text is Unicode; offsets count code points; a span is a half-open pair `(start, end)`.
A missing string is `""`; a missing number, time of capture or URL is None.
"""
