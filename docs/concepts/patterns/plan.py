#!/usr/bin/env python3
from stepup.core.api import glob, run, static

for path in static("measured/*.csv"):
    run(f"wc -l {path}", inp=path)

for match in glob("measured/${*site}_${*year}.csv", year="20??"):
    run(f"echo {match.site} in {match.year}: {match.files}", inp=match.files)
