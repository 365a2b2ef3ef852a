# What archivesearch uses of Whoosh 2.7.4, which ships no types of its own.

__version__: tuple[int, int, int]

def versionstring(build: bool = True, extra: bool = True) -> str: ...
