"""Answers of Python's own tools: one JSON document in, one out."""

import base64
import configparser
import csv
import functools
import io
import json
import sys

from packaging.markers import Marker
from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version


def version(text):
    try:
        return str(Version(text))
    except InvalidVersion:
        return None


def order(texts):
    """The texts in ascending order; equal versions keep the order given."""
    key = functools.cmp_to_key(lambda a, b: (Version(a) > Version(b)) - (Version(a) < Version(b)))
    return sorted(texts, key=key)


def contains(specifier, versions):
    try:
        parsed = SpecifierSet(specifier)
    except InvalidSpecifier:
        return None
    return [[parsed.contains(each), parsed.contains(each, prereleases=False)] for each in versions]


def requirement(text):
    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        return None
    return {
        "name": parsed.name,
        "extras": sorted(parsed.extras),
        "url": parsed.url,
        "specifiers": sorted(str(each) for each in parsed.specifier),
        "marker": None if parsed.marker is None else str(parsed.marker),
    }


def marker(text, environments):
    try:
        parsed = Marker(text)
    except Exception:
        return None
    answers = []
    for given in environments:
        environment = {k: set(v) if isinstance(v, list) else v for k, v in given.items()}
        try:
            answers.append(parsed.evaluate(environment))
        except Exception:
            answers.append(None)
    return answers


def filename(text):
    try:
        name, parsed, build, tags = parse_wheel_filename(text)
    except InvalidWheelFilename:
        return None
    return {
        "name": name,
        "version": str(parsed),
        "build": None if build == () else f"{build[0]}{build[1]}",
        "tags": sorted(str(tag) for tag in tags),
    }


def metadata(data):
    raw, unparsed = parse_email(base64.b64decode(data))
    return {"raw": raw, "unparsed": unparsed}


def record(data):
    text = base64.b64decode(data).decode("utf-8", "replace")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


def entry_points(text):
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, default_section="\0")
    parser.optionxform = str
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return [
        [section, name, value]
        for section in parser.sections()
        for name, value in parser.items(section)
    ]


def main():
    asked = json.load(sys.stdin)
    json.dump(
        {
            "versions": [version(text) for text in asked["versions"]],
            "order": order(asked["valid"]),
            "contains": [contains(text, asked["candidates"]) for text in asked["specifiers"]],
            "requirements": [requirement(text) for text in asked["requirements"]],
            "markers": [marker(text, asked["environments"]) for text in asked["markers"]],
            "filenames": [filename(text) for text in asked["filenames"]],
            "metadata": [metadata(data) for data in asked["metadata"]],
            "records": [record(data) for data in asked["records"]],
            "entryPoints": [entry_points(text) for text in asked["entryPoints"]],
        },
        sys.stdout,
    )


main()
