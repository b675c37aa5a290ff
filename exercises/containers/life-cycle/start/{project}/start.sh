# Makes Priya's container. Run me from the folder above: sh {project}/start.sh

docker create --name {project}-{code} python:3.11-slim python /highest.py {column}s
docker cp {project}/high.py {project}-{code}:/
docker cp {project}/readings.csv {project}-{code}:/
docker start {project}-{code}
