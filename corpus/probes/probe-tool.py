import subprocess
import sysconfig

with open("/tmp/page", "w") as page:
    page.write("read by libcurl\n")
tool = sysconfig.get_path("scripts") + "/probe-tool"
said = subprocess.run([tool, "file:///tmp/page"], capture_output=True, text=True)
assert said.returncode == 0, said.stderr
first, *rest = said.stdout.splitlines()
assert first == "read by libcurl", first
print("\n".join(rest))
assert subprocess.run([tool], capture_output=True).returncode == 2
