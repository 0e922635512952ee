import gssapi

name = gssapi.Name("nobody@EXAMPLE.ORG", gssapi.NameType.user)
assert str(name.canonicalize(gssapi.MechType.kerberos)) == "nobody@EXAMPLE.ORG"
assert gssapi.MechType.kerberos in gssapi.raw.indicate_mechs()
try:
    gssapi.Credentials(usage="initiate", name=name)
except gssapi.exceptions.GSSError as error:
    print(type(error).__name__)
