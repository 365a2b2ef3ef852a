# What archivesearch uses of loky, which ships no types of its own.
