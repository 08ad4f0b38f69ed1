#!/usr/bin/env bash
# A plan that fails loses the steps that it had declared; when it is mended, they come back and need not run.
. ../examples.sh

watch
echo 'raise RuntimeError' >> sub.py
stepup wait -u sub.py
again
snapshot graph1
sed -i '/raise/d' sub.py
stepup wait -u sub.py
again
snapshot graph2
leave
