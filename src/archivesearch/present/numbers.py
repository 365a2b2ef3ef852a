"""Numbers as text: quantities, shares, sizes of data and durations."""


def quantity(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: `1 page`, `2,000 pages`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def percent(part: int, whole: int) -> str:
    """Return a share without decimals: `0%`, `<1%`, `40%`."""
    if not part or not whole:
        return "0%"
    share = 100 * part / whole
    return "<1%" if share < 1 else f"{share:.0f}%"


def data_size(size: int) -> str:
    """Return a number of bytes: `512 bytes`, `3.4 kB`, `12.0 MB`, `1.2 GB`."""
    if size < 1000:
        return quantity(size, "byte")
    power = min((len(str(size)) - 1) // 3, 3)
    return f"{size / 1000**power:,.1f} {('kB', 'MB', 'GB')[power - 1]}"


def duration(seconds: float) -> str:
    """Return a duration: `3.0 ms`, `250 ms`, `4.1 s`, `2 min 05 s`, `1 h 20 min`."""
    if seconds < 1:
        return f"{1000 * seconds:.1f} ms" if seconds < 0.01 else f"{1000 * seconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else whole_duration(seconds)


def whole_duration(seconds: float) -> str:
    """Return a duration without fractions of a second: `4 s`, `2 min 05 s`, `1 h 20 min`."""
    minutes, rest = divmod(int(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return (
        f"{minutes} min {rest:02d} s"
        if minutes < 60
        else f"{minutes // 60:,} h {minutes % 60:02d} min"
    )
