#!/usr/bin/env bash
# SOURCE_DATE_EPOCH is fixed, unless it is set or the user does not want that.
. ../examples.sh

build
[[ $(cat epoch.txt) == 315532800 ]]
SOURCE_DATE_EPOCH=7 build
[[ $(cat epoch.txt) == 7 ]]
unset SOURCE_DATE_EPOCH
build --no-fix-epoch
[[ $(cat epoch.txt) == none ]]
