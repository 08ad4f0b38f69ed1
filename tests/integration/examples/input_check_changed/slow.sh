#!/bin/sh
cp a.txt out.txt
echo new > a.txt
