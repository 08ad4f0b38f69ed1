#!/bin/sh
tr a-z A-Z < source.txt > early.txt
