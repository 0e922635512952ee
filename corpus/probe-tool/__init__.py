"""The package beside the program."""
