import smbc

context = smbc.Context()
context.functionAuthData = lambda server, share, group, user, password: (group, user, password)
assert context.timeout > 0
try:
    context.opendir("smb://127.0.0.1:1/nothing")
except (RuntimeError, OSError) as error:
    print(type(error).__name__)
else:
    raise AssertionError("a folder of nobody")
