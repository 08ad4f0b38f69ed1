#!/usr/bin/env python3
from stepup.core.api import glob, run, static

static("*.txt")
for match in glob("${*name}.txt"):
    run(f"gzip -nk {match.files}", inp=match.files, out=f"{match.name}.txt.gz", optional=True)
run("stat -c %n one.txt.gz", inp="one.txt.gz")
run("md5sum one.txt two.txt > sums.md5", inp=["one.txt", "two.txt"], out="sums.md5", shell=True)
