#!/usr/bin/env python3
from stepup.core.api import run, static

static("src/")
objects = []
for name in ("main", "hello"):
    run(f"cc -c src/{name}.c -o build/{name}.o", inp=[f"src/{name}.c", "src/hello.h"], out=f"build/{name}.o")
    objects.append(f"build/{name}.o")
run(f"cc {' '.join(objects)} -o build/hello", inp=objects, out="build/hello")
