#!/usr/bin/env python3
import heavy_one
import heavy_two

with open("out.txt", "w") as file:
    print(heavy_one.X, heavy_two.X, file=file)
