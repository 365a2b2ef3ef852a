"""Configuration file: its keys, its values, and the errors for those that are not valid."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.config import CONFIG_FILE, Config, from_dict, load, load_beside, merge
from archivesearch.errors import ConfigError

FULL = r"""
name = "Papers"
base_url = "http://example.org/papers"
languages = ["fr", "en"]
banners = ["This is a mirror."]
exclude = ["drafts/*"]
addresses = ['(?P<year>\d{4})', 'mn(?P<issue>\d+)', '(?P<month>\d\d)(?P<day>\d\d)(?P<year>\d\d)']
[organizations]
"Socialist Workers Party" = ["SWP"]
[variants]
America = ["Amerika"]
[issues]
1 = "1985"
2 = "1985-11"
3 = 1985-11-30
4 = 1986
"""


def test_every_key(tmp_path: Path) -> None:
    path = tmp_path / CONFIG_FILE
    path.write_text(FULL, encoding="utf-8-sig")
    config = load(path)
    assert config == Config(
        name="Papers",
        base_url="http://example.org/papers/",
        languages=("fr", "en"),
        banners=("This is a mirror.",),
        exclude=("drafts/*",),
        addresses=(
            r"(?P<year>\d{4})",
            r"mn(?P<issue>\d+)",
            r"(?P<month>\d\d)(?P<day>\d\d)(?P<year>\d\d)",
        ),
        organizations={"Socialist Workers Party": ("SWP",)},
        variants={"America": ("Amerika",)},
        issues={"1": "1985", "2": "1985-11", "3": "1985-11-30", "4": "1986"},
    )
    assert load_beside(tmp_path) == load_beside(path) == config


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    (tmp_path / CONFIG_FILE).write_bytes(b"")
    assert load_beside(tmp_path) == Config() == load_beside(tmp_path / "none")


def test_the_bundled_file_is_valid(corpus: Path) -> None:
    config = load(corpus / CONFIG_FILE)
    assert set(config.as_dict()) == {name for name, value in config.as_dict().items() if value}


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("bogus = 1", "unknown key 'bogus'"),
        ("name = 1", "name must be a string"),
        ("name = ", "is not valid TOML"),
        ("name = 'a'\nname = 'b'", "is not valid TOML"),
        ("name = " + "[" * 5000, "is not valid TOML"),
        ("base_url = 'example.org'", "base_url must be a complete URL"),
        ("base_url = 'http:///a'", "base_url must be a complete URL"),
        ("languages = 'en'", "languages must be a list of strings"),
        ("languages = []", "languages must be codes"),
        ("languages = ['English']", "languages must be codes"),
        ("languages = ['EN']", "languages must be codes"),
        ("banners = [1]", "banners must be a string"),
        ("exclude = {}", "exclude must be a list"),
        ("addresses = ['(']", "is no regular expression"),
        ("addresses = ['(?P<year>a{99999999999})']", "is no regular expression"),
        ("addresses = ['mn(\\d+)']".replace("\\", "\\\\"), "must name a group"),
        ("addresses = ['(?P<month>a)']", "must name a group 'year' or 'issue'"),
        ("addresses = ['(?P<year>a)(?P<week>b)']", "must name a group"),
        ("organizations = ['SWP']", "organizations must be a table"),
        ("[organizations]\nSWP = 'x'", "organizations.SWP must be a list"),
        ("[variants]\nAmerica = [1]", "variants.America must be a string"),
        ("issues = [1985]", "issues must be a table"),
        ("[issues]\n1 = '1985-13'", "issues.1 must be '1994'"),
        ("[issues]\n1 = '85'", "issues.1 must be"),
        ("[issues]\n1 = 1985-11-30T10:00:00", "issues.1 must be"),
        ("[issues]\n1 = true", "issues.1 must be"),
    ],
)
def test_an_error_names_the_file_and_the_key(tmp_path: Path, toml: str, expected: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(toml)
    with pytest.raises(ConfigError) as caught:
        load(path)
    message = str(caught.value)
    assert message.count(str(path)) == 1
    assert expected in message
    assert "\n" not in message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no configuration file .*none\.toml"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot read"):
        load(tmp_path)
    (tmp_path / CONFIG_FILE).write_bytes("name = 'Aztlán'".encode("cp1252"))
    with pytest.raises(ConfigError, match="cannot read"):
        load_beside(tmp_path)


def test_a_folder_with_the_name_of_the_file_is_ignored(tmp_path: Path) -> None:
    (tmp_path / CONFIG_FILE).mkdir()
    assert load_beside(tmp_path) == Config()


_text = st.text(max_size=12)
_texts = st.lists(_text, max_size=3).map(tuple)
_tables = st.dictionaries(_text, _texts, max_size=3)
_configs = st.builds(
    Config,
    name=_text,
    base_url=st.sampled_from(["", "http://a.b/", "HTTPS://x/y z/"]),
    languages=st.lists(st.sampled_from(["en", "fr", "yue"]), min_size=1, max_size=3).map(tuple),
    banners=_texts,
    exclude=_texts,
    addresses=st.sampled_from([(), ("(?P<year>a)",), ("(?P<issue>b)", "(?P<year>a)")]),
    organizations=_tables,
    variants=_tables,
    issues=st.dictionaries(_text, st.sampled_from(["1985", "1985-11", "1985-11-30"]), max_size=3),
)


@given(_configs)
def test_a_config_survives_json(config: Config) -> None:
    assert from_dict(json.loads(json.dumps(config.as_dict())), "there") == config


_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*Config().as_dict(), "bogus"]), _values, max_size=4))
def test_any_values_are_valid_or_an_error(values: dict[str, Any]) -> None:
    try:
        config = from_dict(values, "there")
    except ConfigError as error:
        refused = error
    else:
        assert from_dict(config.as_dict(), "there") == config
        return
    assert str(refused).startswith("there")


@given(_configs)
def test_equal_configs_merge_to_the_same(config: Config) -> None:
    assert merge([config]) == merge([config, config]) == config


@given(_configs, _configs)
def test_names_languages_and_tables_are_merged(one: Config, other: Config) -> None:
    merged = merge([one, other])
    assert set(merged.languages) == {*one.languages, *other.languages}
    assert merged.languages[0] == one.languages[0]
    for config in (one, other):
        for name, aliases in config.organizations.items():
            assert set(aliases) <= set(merged.organizations[name])
        for word, variants in config.variants.items():
            assert set(variants) <= set(merged.variants[word])
    assert merged.organizations.keys() == one.organizations.keys() | other.organizations.keys()


def test_no_source_has_the_default() -> None:
    assert merge([]) == Config()
