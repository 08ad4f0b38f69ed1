#!/bin/sh
cp a.txt out.txt
rm a.txt
