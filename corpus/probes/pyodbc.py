import pyodbc

try:
    pyodbc.connect("DRIVER={No such driver};SERVER=nowhere")
except pyodbc.Error as error:
    assert error.args[0] in ("01000", "IM002"), error
else:
    raise AssertionError("connected to nothing")
assert pyodbc.drivers() == [], pyodbc.drivers()
