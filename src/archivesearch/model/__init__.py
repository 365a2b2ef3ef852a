"""The frozen records that one stage of archivesearch hands to the next.

Text is Unicode; offsets count code points; a span is a half-open pair `(start, end)`.
What is absent is `""` for strings and None for numbers, dates and addresses.
"""
