import subprocess
import sysconfig

tool = sysconfig.get_path("scripts") + "/uwsgi"
said = subprocess.run([tool, "--version"], capture_output=True, text=True)
assert said.returncode == 0, said.stderr
assert said.stdout.startswith("2."), said.stdout
