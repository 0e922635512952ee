import re2

match = re2.match(r"(\w+) (?P<second>\w+)", "one two three")
assert match is not None and match.group("second") == "two"
assert re2.findall(r"\d+", "1 22 333") == ["1", "22", "333"]
try:
    re2.compile("(")
except re2.error:
    pass
else:
    raise AssertionError("compiled a half")
many = re2.Set.SearchSet()
many.Add("a+")
many.Add("b+")
many.Compile()
assert sorted(many.Match("aabb")) == [0, 1]
