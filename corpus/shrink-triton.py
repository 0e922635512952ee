"""Compiles a kernel with triton for three GPUs, by the assembler that its wheel carries, without a GPU."""

import hashlib
import os

# Of this run alone: it starts in a folder of its own.
os.environ["TRITON_CACHE_DIR"] = os.path.join(os.getcwd(), "triton")

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource


@triton.jit
def add(left, right, result, length, BLOCK: tl.constexpr):
    places = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = places < length
    tl.store(result + places, tl.load(left + places, inside) + tl.load(right + places, inside), inside)


types = {"left": "*fp32", "right": "*fp32", "result": "*fp32", "length": "i32", "BLOCK": "constexpr"}
for capability in 80, 90, 100:
    source = ASTSource(fn=add, signature=types, constexprs={"BLOCK": 1024})
    made = triton.compile(source, target=GPUTarget("cuda", capability, 32))
    for stage in "ptx", "cubin":
        content = made.asm[stage]
        content = content if isinstance(content, bytes) else content.encode()
        print(capability, stage, len(content), hashlib.sha256(content).hexdigest()[:16])
