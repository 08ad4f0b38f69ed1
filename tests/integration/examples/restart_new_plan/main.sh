#!/usr/bin/env bash
# A plan in which nothing is left of the old one: all that was built is removed, except what was edited since.
. ../examples.sh

echo one > a.txt
build
cat > plan.py << EOF
#!/usr/bin/env python3
from stepup.core.api import run

run("echo new > new.txt", out="new.txt", shell=True)
EOF
start -w
stepup wait
snapshot graph
leave
[[ -f a.txt && ! -e b.txt && -f new.txt ]]
