"""Compares wheels with Python's own readers. One JSON task a line on stdin, one verdict a line on stdout.

{"compare": [BEFORE, AFTER], "planned": [NAME, …]}: members that differ but are not planned.
{"same": [BEFORE, AFTER]}: METADATA and RECORD are the same bytes.
{"metadata": WHEEL}: what packaging.metadata says of METADATA, its fields, and the members' names.
"""
import base64
import csv
import hashlib
import io
import json
import sys
import zipfile

from packaging.metadata import Metadata


def info_name(archive, name):
    """Path of a member of dist-info, whatever the version."""
    found = [n for n in archive.namelist() if n.endswith(".dist-info/" + name) and n.count("/") == 1]
    return found[0] if found else None


def keyed(archive):
    """Members by a name that does not depend on the version."""
    record = info_name(archive, "RECORD")
    info = record.split("/")[0]
    data = info[: -len(".dist-info")] + ".data"
    result = {}
    for entry in archive.infolist():
        name = entry.filename
        for folder, stands_for in ((info, "*.dist-info"), (data, "*.data")):
            if name.startswith(folder + "/"):
                name = stands_for + name[len(folder) :]
        result[name] = entry
    return result


def compare(before, after, planned):
    problems = []
    with zipfile.ZipFile(before) as a, zipfile.ZipFile(after) as b:
        if b.testzip() is not None:
            problems.append(f"bad CRC: {b.testzip()}")
        old, new = keyed(a), keyed(b)
        for name in sorted(set(old) | set(new)):
            if name in planned:
                continue
            if name not in old or name not in new:
                problems.append(f"{'added' if name in new else 'lost'}: {name}")
            elif a.read(old[name]) != b.read(new[name]):
                problems.append(f"changed: {name}")
            elif (old[name].external_attr >> 16, old[name].date_time) != (
                new[name].external_attr >> 16,
                new[name].date_time,
            ):
                problems.append(f"mode or time: {name}")
        problems += check_record(a, b, planned)
    return problems


def check_record(a, b, planned):
    """RECORD of the result is right wherever that of the input is."""

    def wrong(archive):
        record = info_name(archive, "RECORD")
        rows = {row[0]: row for row in csv.reader(io.StringIO(archive.read(record).decode())) if row}
        bad = set()
        for name in archive.namelist():
            if name == record or name.endswith("/"):
                continue
            row = rows.pop(name, None)
            content = archive.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            if row is None or row[1] != f"sha256={digest}" or row[2] != str(len(content)):
                bad.add(name.split("/")[-1])
        rows.pop(record, None)
        return bad | {name.split("/")[-1] for name in rows}

    return [f"RECORD is wrong about {name}" for name in sorted(wrong(b) - wrong(a))]


def same(before, after):
    problems = []
    with zipfile.ZipFile(before) as a, zipfile.ZipFile(after) as b:
        for name in ("METADATA", "RECORD"):
            if a.read(info_name(a, name)) != b.read(info_name(b, name)):
                problems.append(f"{name} is not what it was")
    return problems


def metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        text = archive.read(info_name(archive, "METADATA"))
    fields = {}
    # As the fields are written, so that an edit can write them again.
    head = text.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n\n")[0]
    for line in head.replace("\n ", "\0").replace("\n\t", "\0").split("\n"):
        name, _, value = line.partition(":")
        fields.setdefault(name, []).append(value.strip())
    answer = {"errors": [], "names": names, "fields": fields}
    try:
        Metadata.from_email(text)
    except Exception as error:  # an ExceptionGroup, whose members say what is wrong
        answer["errors"] = sorted(str(each) for each in getattr(error, "exceptions", [error]))
    return answer


for line in sys.stdin:
    task = json.loads(line)
    if "compare" in task:
        verdict = compare(*task["compare"], set(task["planned"]))
    elif "same" in task:
        verdict = same(*task["same"])
    else:
        verdict = metadata(task["metadata"])
    print(json.dumps(verdict), flush=True)
