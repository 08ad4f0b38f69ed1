#!/bin/sh
echo done > out.txt
