# Lets the shell find the tools in {folder}/bin.
export PATH="$PWD/{folder}/bin:$PATH"
