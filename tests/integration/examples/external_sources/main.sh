#!/usr/bin/env bash
# Modules outside of the project are inputs when the filter names them.
. ../examples.sh

mkdir -p ../shared
echo 'X = 1' > ../shared/shared_module.py
export STEPUP_PATH_FILTER=+../shared
watch
snapshot graph1
echo 'X = 22' > ../shared/shared_module.py
stepup wait -u ../shared/shared_module.py
again
snapshot graph2
leave
[[ $(cat out.txt) == 22 ]]
