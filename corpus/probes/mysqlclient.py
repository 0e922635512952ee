import MySQLdb
from MySQLdb import _mysql

assert _mysql.escape_string(b"it's") == b"it\\'s"
assert _mysql.get_client_info()
try:
    MySQLdb.connect(unix_socket="/nonexistent/socket", user="nobody")
except MySQLdb.OperationalError as error:
    assert error.args[0] == 2002, error
else:
    raise AssertionError("connected to nothing")
