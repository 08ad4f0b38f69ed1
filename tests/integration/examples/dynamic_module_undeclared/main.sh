#!/usr/bin/env bash
# A script that imports a module which nobody declares is deferred until somebody does.
. ../examples.sh

watch
snapshot graph1
sed -i 's/"work.py"/"work.py", "helper.py"/' plan.py
stepup wait -u plan.py
again
snapshot graph2
leave
