"""What is particular to one archive: the file `archivesearch.toml` beside its pages.

Every key is optional; the bundled `corpus/archivesearch.toml` shows and explains them all.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from archivesearch.errors import ConfigError

CONFIG_FILE = "archivesearch.toml"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Config:
    """What an archive says of itself.

    `base_url` is the address that the source's top folder had; `languages` are ISO 639-1
    codes, the first for pages that do not name theirs; `banners` are sentences that stand
    on many pages; `organizations` maps a canonical name to its other names, `variants` a
    spelling to others of the same word; `addresses` are patterns over page paths whose
    named groups `year month day issue` date a page; `issues` maps issue numbers to ISO
    dates; `exclude` are globs over page paths.
    """

    name: str = ""
    base_url: str = ""
    languages: tuple[str, ...] = ("en",)
    banners: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    organizations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    issues: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values from which `from_dict` makes the same Config."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


def load(path: Path) -> Config:
    """Read a configuration file.

    Raises ConfigError, naming the file and the key, for anything that is not valid.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"there is no configuration file {path}") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error}") from error
    return parse(data, str(path))


def parse(data: bytes, where: str) -> Config:
    """Read the bytes of a configuration file; `where` is named in errors.

    Raises ConfigError as `load` does.
    """
    import tomllib  # which a search never needs

    try:
        return from_dict(tomllib.loads(data.decode("utf-8-sig")), where)
    except UnicodeDecodeError as error:
        raise ConfigError(f"cannot read {where}: {error}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{where} is not valid TOML: {error}") from error


def load_beside(source: Path) -> Config:
    """Return the configuration that lies in a source folder, or the default one."""
    path = (source if source.is_dir() else source.parent) / CONFIG_FILE
    return load(path) if path.is_file() else Config()


def from_dict(values: Mapping[str, Any], where: str) -> Config:
    """Check plain values and make a Config of them; `where` is named in errors."""
    unknown = set(values) - _READERS.keys()
    if unknown:
        known = ", ".join(_READERS)
        raise ConfigError(f"{where}: unknown key '{min(unknown)}'; the keys are {known}")
    return Config(**{key: _READERS[key](value, f"{where}: {key}") for key, value in values.items()})


def merge(configs: Iterable[Config]) -> Config:
    """Join what several sources say into what holds for one index.

    Where they say the same it is that. Else names, languages, organizations and variants
    are joined; the rest concerns the pages of one source alone and stays there.
    """
    configs = list(configs)
    if configs and all(config == configs[0] for config in configs):
        return configs[0]
    names = _unique(c.name for c in configs if c.name)
    return Config(
        name=", ".join(names),
        languages=_unique(lang for c in configs for lang in c.languages) or ("en",),
        organizations=_joined(c.organizations for c in configs),
        variants=_joined(c.variants for c in configs),
    )


def _unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _joined(tables: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    result: dict[str, tuple[str, ...]] = {}
    for table in tables:
        for key, values in table.items():
            result[key] = _unique((*result.get(key, ()), *values))
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _string(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{where} must be a string, not {value!r}")
    return value


def _base_url(value: Any, where: str) -> str:
    url = _string(value, where)
    if url and not re.match(r"[a-z][a-z0-9+.-]*://[^/]", url, re.IGNORECASE):
        raise ConfigError(f"{where} must be a whole address such as 'http://example.org/'")
    return url if not url or url.endswith("/") else url + "/"


def _strings(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ConfigError(f"{where} must be a list of strings, not {value!r}")
    return tuple(_string(item, where) for item in value)


def _languages(value: Any, where: str) -> tuple[str, ...]:
    languages = _strings(value, where)
    wrong = [lang for lang in languages if not re.fullmatch("[a-z]{2,3}", lang)]
    if wrong or not languages:
        raise ConfigError(f"{where} must be codes such as 'en' or 'fr', not {value!r}")
    return languages


def _patterns(value: Any, where: str) -> tuple[str, ...]:
    patterns = _strings(value, where)
    for pattern in patterns:
        try:
            groups = re.compile(pattern).groupindex.keys()
        except (re.error, OverflowError, RecursionError) as error:
            raise ConfigError(f"{where}: {pattern!r} is no regular expression: {error}") from error
        if not {"year", "issue"} & groups or groups - {"year", "month", "day", "issue"}:
            raise ConfigError(
                f"{where}: {pattern!r} must name a group 'year' or 'issue', "
                "and may name 'month' and 'day'"
            )
    return patterns


def _table(value: Any, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where} must be a table of lists of strings")
    return {key: _strings(item, f"{where}.{key}") for key, item in value.items()}


def _dates(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where} must be a table of dates")
    dates = {key: str(item) for key, item in value.items()}
    for key, date in dates.items():
        if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", date):
            raise ConfigError(f"{where}.{key} must be '1994', '1994-05' or '1994-05-01'")
    return dates


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "name": _string,
    "base_url": _base_url,
    "languages": _languages,
    "banners": _strings,
    "exclude": _strings,
    "addresses": _patterns,
    "organizations": _table,
    "variants": _table,
    "issues": _dates,
}
