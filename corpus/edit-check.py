"""Compares wheels with Python's own readers. One JSON task a line on stdin, one verdict a line on stdout.

{"compare": [BEFORE, AFTER], "planned": [NAME, …]}: members that differ but are not planned.
{"same": [BEFORE, AFTER]}: METADATA and RECORD are the same bytes.
{"metadata": WHEEL}: what packaging.metadata says of METADATA, its fields, and the members' names.
"""
import base64
import csv
import functools
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


def facts(path):
    """What zipfile reads of every member, by a name that does not depend on the version; and where
    RECORD is wrong. Reading checks each CRC."""
    with zipfile.ZipFile(path) as archive:
        record = info_name(archive, "RECORD")
        info = record.split("/")[0]
        data = info[: -len(".dist-info")] + ".data"
        rows = {row[0]: row for row in csv.reader(io.StringIO(archive.read(record).decode())) if row}
        members = {}
        wrong = set()
        for entry in archive.infolist():
            name = entry.filename
            content = archive.read(entry)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            row = rows.pop(name, None)
            if name != record and not name.endswith("/"):
                if row is None or row[1] != f"sha256={digest}" or row[2] != str(len(content)):
                    wrong.add(name.split("/")[-1])
            key = name
            for folder, stands_for in ((info, "*.dist-info"), (data, "*.data")):
                if name.startswith(folder + "/"):
                    key = stands_for + name[len(folder) :]
            members[key] = (digest, entry.external_attr >> 16, entry.date_time)
        rows.pop(record, None)
        return members, wrong | {name.split("/")[-1] for name in rows}


# Each input is compared with several results.
facts_of_input = functools.lru_cache(maxsize=None)(facts)


def compare(before, after, planned):
    try:
        new, wrong_now = facts(after)
    except zipfile.BadZipFile as error:
        return [str(error)]
    old, wrong_before = facts_of_input(before)
    problems = []
    for name in sorted(set(old) | set(new)):
        if name in planned:
            continue
        if name not in old or name not in new:
            problems.append(f"{'added' if name in new else 'lost'}: {name}")
        elif old[name][0] != new[name][0]:
            problems.append(f"changed: {name}")
        elif old[name] != new[name]:
            problems.append(f"mode or time: {name}")
    return problems + [f"RECORD is wrong about {name}" for name in sorted(wrong_now - wrong_before)]


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
