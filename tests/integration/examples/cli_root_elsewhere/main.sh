#!/bin/bash
# STEPUP_ROOT leads all commands to a project, wherever they are started.
. ../examples.sh

export STEPUP_ROOT="$PWD/project"
mkdir -p away
cd away
sb -j 1 -w > ../stdout1.txt &
stepup wait
stepup graph current_graph
echo 2 > ../project/a.txt
stepup wait -u a.txt
stepup rebuild
stepup wait
stepup join
wait
cd ..
mv project/current_graph.txt .
[[ $(cat project/b.txt) == 2 ]]
[[ -z $(ls away) ]]
