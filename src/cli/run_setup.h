#pragma once

#include "facedeblur/backend/load_network.h"
#include "facedeblur/dataset/face_set.h"

namespace facedeblur {

/// What the commands beside `restore` begin with: logging, and one thread for each operation of
/// OpenCV, since work is spread over images and faces. A signal ends them at once, unless they
/// install handlers.
void PrepareCommand();

/// Says on the log where networks run, and why the choice fell on the CPU.
void TellDevice(const Compute& compute);

/// Says on the log how many files of a set of faces could not be read, and names the first.
void TellUnreadable(const FaceSet& faces);

}  // namespace facedeblur
