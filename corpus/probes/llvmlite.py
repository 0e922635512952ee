import ctypes

from llvmlite import binding

binding.initialize()
binding.initialize_native_target()
binding.initialize_native_asmprinter()
module = binding.parse_assembly(
    """
define i32 @add(i32 %a, i32 %b) {
  %sum = add i32 %a, %b
  ret i32 %sum
}
"""
)
module.verify()
machine = binding.Target.from_default_triple().create_target_machine()
engine = binding.create_mcjit_compiler(module, machine)
engine.finalize_object()
address = engine.get_function_address("add")
add = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)(address)
assert add(40, 2) == 42
