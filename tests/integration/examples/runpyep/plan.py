#!/usr/bin/env python3
from stepup.core.api import run, static

static("template.txt", "values.json")
run("sc-render-jinja template.txt values.json out.txt", inp=["template.txt", "values.json"], out="out.txt")
