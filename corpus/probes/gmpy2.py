import gmpy2

assert gmpy2.is_prime(gmpy2.mpz(2) ** 521 - 1)
gmpy2.get_context().precision = 200
assert str(gmpy2.sqrt(gmpy2.mpfr(2))).startswith("1.41421356237309504880168872420969807856967187537694")
assert gmpy2.mpc(0, 1) ** 2 == -1
