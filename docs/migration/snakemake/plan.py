#!/usr/bin/env python3
from stepup.core.api import glob, run, static

static("samples/*.txt")
counts = []
for sample in glob("samples/${*name}.txt"):
    out = f"counts/{sample.name}.txt"
    run(f"sort {sample.files} | uniq -c > {out}", inp=sample.files, out=out, shell=True, resources="memory_gb:2")
    counts.append(out)
run(f"cat {' '.join(counts)} > all.txt", inp=counts, out="all.txt", shell=True)
