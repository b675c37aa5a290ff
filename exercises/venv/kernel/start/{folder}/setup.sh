# Sets up the project: the environment env, and the kernel {johns}.
cd "$(dirname "$0")/.." || exit
python3 -m venv {folder}/env
{folder}/env/bin/pip install pytz=={release}

# ipykernel is in {desk} already
{desk}/bin/python -m ipykernel install --prefix {desk} --name {johns}
