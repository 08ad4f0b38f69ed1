#!/usr/bin/env bash
# What lies under .stepup belongs to StepUp: no static file, input or output.
. ../examples.sh

build 36
for kind in static inp out vol amend; do
    cat > plan.py << EOF
#!/usr/bin/env python3
from stepup.core.api import amend, run, static

kind = "$kind"
if kind == "static":
    static(".stepup/director.log")
elif kind == "amend":
    amend(out=".stepup/x.txt")
else:
    run("true", **{kind: ".stepup/x.txt"})
EOF
    start -k
    finish 4
done
