#!/bin/sh
echo $WORD > $1
