"""Run a notebook as Jupyter's "Run All" does: start the kernel that it names, hand it each cell, keep what comes back.

run_notebook.py NOTEBOOK                  on the kernel that the notebook names
run_notebook.py NOTEBOOK --kernel NAME    on another kernel, which it names from then on

Each run leaves a line in runs.txt.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

try:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    from jupyter_client.manager import start_new_kernel
except ImportError:
    sys.exit("There is no Jupyter in this Python. Run me with the Python of {desk}.")


def run_all(notebook: dict, name: str, folder: Path) -> None:
    """Run each cell on the kernel of that name, up to the first error, and keep the outputs in the notebook."""
    manager, client = start_new_kernel(kernel_name=name, cwd=folder, extra_arguments=["--log-level=ERROR"])
    try:
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                said = []
                reply = client.execute_interactive("".join(cell["source"]), output_hook=said.append)
                cell["execution_count"] = reply["content"].get("execution_count")
                cell["outputs"] = [
                    {"output_type": message["msg_type"], **message["content"]}
                    for message in said
                    if message["msg_type"] in ("stream", "execute_result", "error")
                ]
                print("".join(map(as_text, cell["outputs"])), end="")
                if reply["content"]["status"] == "error":
                    break
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    display_name = manager.kernel_spec.display_name
    notebook["metadata"]["kernelspec"] = {"name": name, "display_name": display_name, "language": "python"}


def as_text(output: dict) -> str:
    """What is printed of an output."""
    if output["output_type"] == "stream":
        return output["text"]
    if output["output_type"] == "error":
        return output["ename"] + ": " + output["evalue"] + "\n"
    return output["data"].get("text/plain", "") + "\n"


parser = argparse.ArgumentParser(usage="run_notebook.py NOTEBOOK [--kernel NAME]")
parser.add_argument("notebook", type=Path)
parser.add_argument("--kernel")
asked = parser.parse_args()

if not asked.notebook.is_file():
    there = ", ".join(sorted(str(path) for path in Path().glob("**/*.ipynb") if "site-packages" not in path.parts))
    sys.exit(f"There is no notebook {asked.notebook}. The notebooks below this folder: {there or 'none'}")
try:
    notebook = json.loads(asked.notebook.read_text(encoding="utf-8"))
except ValueError:
    sys.exit(f"{asked.notebook} is not a notebook, or it was damaged.")
active = os.environ.get("VIRTUAL_ENV", "none")
name = asked.kernel or notebook["metadata"]["kernelspec"]["name"]
print("active in your shell:", Path(active).name)
print("kernel:", name)
with TemporaryDirectory() as folder:  # for what a kernel writes down while it runs
    os.environ.update(JUPYTER_RUNTIME_DIR=folder, IPYTHONDIR=folder)
    try:
        run_all(notebook, name, asked.notebook.resolve().parent)
    except NoSuchKernel:
        sys.exit("There is no such kernel. Jupyter knows: " + ", ".join(KernelSpecManager().find_kernel_specs()))
    except RuntimeError as error:
        sys.exit("The kernel did not start. " + str(error))
asked.notebook.write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")
with Path(__file__).with_name("runs.txt").open("a", encoding="utf-8") as runs:
    print(asked.notebook.name, "on the kernel", name + ", active:", active, file=runs)
