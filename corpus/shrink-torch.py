"""Computes on the CPU with a CUDA build of torch, and lets exceptions pass through its libraries.

`shrink-load.py` runs it with the wheel first on the path; what it prints is the same before and after a
shrink. Nothing is random, and one thread adds in one order.
"""

import hashlib

import torch

torch.set_num_threads(1)
assert not torch.cuda.is_available()
cells = torch.linspace(-3, 3, 4096)


def show(name, tensor):
    values = tensor.detach().contiguous().flatten().tolist()
    print(name, tuple(tensor.shape), hashlib.sha256(repr(values).encode()).hexdigest()[:16])


matrix = cells.reshape(64, 64)
show("product", matrix @ matrix.T)
show("solved", torch.linalg.solve(matrix @ matrix.T + 50 * torch.eye(64), matrix))
show("decomposed", torch.linalg.svdvals(matrix.double()))
show("fft", torch.view_as_real(torch.fft.rfft(cells)))
show("convolved", torch.nn.functional.conv2d(cells.reshape(1, 4, 32, 32), cells[:144].reshape(4, 4, 3, 3)))
show("sorted", torch.sort(torch.sin(cells * 77)).values)
show("sparse", torch.sparse.mm(torch.eye(64).to_sparse(), matrix))
show("halves", (matrix.bfloat16() @ matrix.bfloat16()).float())

layers = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.GELU(), torch.nn.Linear(32, 1))
for parameter in layers.parameters():
    torch.nn.init.constant_(parameter, 0.01)
layers(matrix).square().mean().backward()
show("gradient", layers[0].weight.grad)


@torch.jit.script
def looped(value: torch.Tensor, times: int) -> torch.Tensor:
    for index in range(times):
        value = value * 0.5 + index
    return value


show("scripted", looped(cells, 5))

# Each is thrown in C++, by libtorch or libc10, and passes through libtorch_python on its way.
for name, fails in {
    "shapes": lambda: torch.ones(2) + torch.ones(3),
    "index": lambda: torch.ones(2)[5],
    "gradient": lambda: torch.ones(2).backward(),
    "no GPU": lambda: torch.ones(2, device="cuda"),
    "scripted": lambda: torch.jit.script("x"),
    "parsed": lambda: torch._C.parse_schema("f("),
    "singular": lambda: torch.linalg.inv(torch.zeros(2, 2)),
}.items():
    try:
        fails()
    except Exception as error:
        print(name, type(error).__name__, str(error).splitlines()[0][:60])
    else:
        raise SystemExit(f"{name}: nothing was thrown")
