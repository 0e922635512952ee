import ldap
import ldap.dn

assert ldap.dn.explode_dn("cn=a\\,b,dc=example,dc=org", notypes=True) == ["a\\,b", "example", "org"]
connection = ldap.initialize("ldapi://%2Fnonexistent%2Fsocket")
try:
    connection.simple_bind_s("cn=nobody", "secret")
except ldap.SERVER_DOWN:
    pass
else:
    raise AssertionError("bound to nothing")
assert ldap.TLS_AVAIL and ldap.SASL_AVAIL
