import icu

collator = icu.Collator.createInstance(icu.Locale("de_DE"))
assert sorted(["z", "\u00e4", "a"], key=collator.getSortKey) == ["a", "\u00e4", "z"]
assert str(icu.UnicodeString("\u00df").toUpper(icu.Locale("de"))) == "SS"
