#!/bin/sh
# For digiKam's Batch Queue Manager, tool "Custom Script": put
#   /path/to/digikam.sh $INPUT $OUTPUT
# into its field. digiKam has made an empty OUTPUT already, gives a script a minute, and takes only the
# exit code 127 for a failure; its queue then shows that the photo failed, not why.
"${FACEDEBLUR:-facedeblur}" --quiet --overwrite "$1" "$2" || exit 127
