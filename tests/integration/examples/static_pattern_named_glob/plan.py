#!/usr/bin/env python3
from stepup.core.api import copy, glob, static

chapters = glob("ch${*nr}.txt", nr="[0-9]")
static(chapters)
for chapter in chapters:
    copy(chapter.files, f"out{chapter.nr}.txt")
