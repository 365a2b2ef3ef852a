"""Configuration of an archive: the file `archivesearch.toml` in the folder of its pages.

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
    """The configuration of an archive, as in an `archivesearch.toml`.

    - `name`: the name of the archive.
    - `base_url`: the URL of the top folder of the source.
    - `languages`: ISO 639-1 codes; pages that do not name their language have the first.
    - `banners`: sentences that many pages repeat.
    - `exclude`: globs of the page paths that are not indexed.
    - `addresses`: regular expressions over page paths; their named groups `year`,
      `month`, `day` and `issue` date a page.
    - `organizations`: the aliases of each canonical name.
    - `variants`: for a spelling, other spellings of the same word.
    - `issues`: the ISO date of each issue number.
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
        """Return plain JSON values, from which `from_dict` makes an equal Config."""
        return {f.name: _to_json(getattr(self, f.name)) for f in fields(self)}


def load(path: Path) -> Config:
    """Read a configuration file.

    Raises ConfigError, which names the file and the key, for anything that is not valid.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"there is no configuration file {path}") from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error}") from error
    return parse(data, str(path))


def parse(data: bytes, where: str) -> Config:
    """Parse the bytes of a configuration file; `where` names it in errors.

    Raises ConfigError as `load` does.
    """
    import tomllib  # a search never needs it

    try:
        return from_dict(tomllib.loads(data.decode("utf-8-sig")), where)
    except UnicodeDecodeError as error:
        raise ConfigError(f"cannot read {where}: {error}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{where} is not valid TOML: {error}") from error


def load_beside(source: Path) -> Config:
    """Return the configuration in the folder of a source; the default one if it has none."""
    path = (source if source.is_dir() else source.parent) / CONFIG_FILE
    return load(path) if path.is_file() else Config()


def from_dict(values: Mapping[str, Any], where: str) -> Config:
    """Return the Config of plain values, as in a parsed TOML file.

    Errors begin with `where`. Raises ConfigError for an unknown key or a
    value that is not valid.
    """
    unknown = set(values) - _VALIDATORS.keys()
    if unknown:
        keys = ", ".join(_VALIDATORS)
        raise ConfigError(f"{where}: unknown key '{min(unknown)}'; the keys are {keys}")
    return Config(
        **{key: _VALIDATORS[key](value, f"{where}: {key}") for key, value in values.items()}
    )


def merge(configs: Iterable[Config]) -> Config:
    """Return the configuration of an index of several sources.

    Equal configurations give the same one. Otherwise names, languages, organizations and
    variants are merged; the other keys concern the pages of one source and are left out.
    """
    configs = list(configs)
    if configs and all(config == configs[0] for config in configs):
        return configs[0]
    names = _unique(c.name for c in configs if c.name)
    return Config(
        name=", ".join(names),
        languages=_unique(lang for c in configs for lang in c.languages) or ("en",),
        organizations=_merge_tables(c.organizations for c in configs),
        variants=_merge_tables(c.variants for c in configs),
    )


def _unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _merge_tables(tables: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    result: dict[str, tuple[str, ...]] = {}
    for table in tables:
        for key, values in table.items():
            result[key] = _unique((*result.get(key, ()), *values))
    return result


def _to_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _to_json(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _validate_string(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{where} must be a string, not {value!r}")
    return value


def _validate_url(value: Any, where: str) -> str:
    url = _validate_string(value, where)
    if url and not re.match(r"[a-z][a-z0-9+.-]*://[^/]", url, re.IGNORECASE):
        raise ConfigError(f"{where} must be a complete URL such as 'http://example.org/'")
    return url if not url or url.endswith("/") else url + "/"


def _validate_strings(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ConfigError(f"{where} must be a list of strings, not {value!r}")
    return tuple(_validate_string(item, where) for item in value)


def _validate_languages(value: Any, where: str) -> tuple[str, ...]:
    languages = _validate_strings(value, where)
    wrong = [lang for lang in languages if not re.fullmatch("[a-z]{2,3}", lang)]
    if wrong or not languages:
        raise ConfigError(f"{where} must be codes such as 'en' or 'fr', not {value!r}")
    return languages


def _validate_patterns(value: Any, where: str) -> tuple[str, ...]:
    patterns = _validate_strings(value, where)
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


def _validate_table(value: Any, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where} must be a table of lists of strings")
    return {key: _validate_strings(item, f"{where}.{key}") for key, item in value.items()}


def _validate_dates(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where} must be a table of dates")
    dates = {key: str(item) for key, item in value.items()}
    for key, date in dates.items():
        if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", date):
            raise ConfigError(f"{where}.{key} must be '1994', '1994-05' or '1994-05-01'")
    return dates


_VALIDATORS: dict[str, Callable[[Any, str], Any]] = {
    "name": _validate_string,
    "base_url": _validate_url,
    "languages": _validate_languages,
    "banners": _validate_strings,
    "exclude": _validate_strings,
    "addresses": _validate_patterns,
    "organizations": _validate_table,
    "variants": _validate_table,
    "issues": _validate_dates,
}
