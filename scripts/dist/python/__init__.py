"""wheelkit inspects, repairs and edits Python wheels: run ``wheelkit`` or ``python -m wheelkit``."""
