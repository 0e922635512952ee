from cvxopt import blas, cholmod, lapack, matrix, solvers, spmatrix, umfpack

a = matrix([[4.0, 1.0], [1.0, 3.0]])
b = matrix([1.0, 2.0])
lapack.gesv(+a, b)
assert abs(b[0] - 1 / 11) < 1e-12 and abs(b[1] - 7 / 11) < 1e-12
assert abs(blas.nrm2(matrix([3.0, 4.0])) - 5.0) < 1e-12
s = spmatrix([4.0, 1.0, 3.0], [0, 1, 1], [0, 0, 1])
x = matrix([4.0, 7.0])
umfpack.linsolve(s, x)
assert abs(x[0] - 1.0) < 1e-12 and abs(x[1] - 2.0) < 1e-12
y = matrix([5.0, 4.0])
cholmod.linsolve(s, y)
assert abs(y[0] - 1.0) < 1e-12 and abs(y[1] - 1.0) < 1e-12
solvers.options["show_progress"] = False
solved = solvers.lp(matrix([1.0, 1.0]), matrix([[-1.0, 0.0], [0.0, -1.0]]), matrix([-1.0, -2.0]))
assert abs(solved["primal objective"] - 3.0) < 1e-6
