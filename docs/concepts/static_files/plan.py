#!/usr/bin/env python3
from stepup.core.api import run, static

static("title.txt")
static("chapters/*.txt")
static("data/")
run("cat title.txt chapters/one.txt", inp=["title.txt", "chapters/one.txt"])
run("cat data/deep/table.csv", inp="data/deep/table.csv")
