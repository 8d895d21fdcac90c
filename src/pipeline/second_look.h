#pragma once

#include "facedeblur/pipeline/image_processor.h"

namespace facedeblur {

/// Blur hides where the parts of a face are; once the face is restored they are seen better. Reads
/// the landmarks of a restored face again and takes them over, unless the blur was mild or the
/// restoration is hardly believed. Returns how far they have moved, as a part of the distance
/// of the eyes' outer corners; 0 where nothing was taken over.
double ReadAgain(const FaceDetector& detector, FaceTask* task);

/// The same face, not restored yet, its chip placed by its landmarks.
FaceTask PlacedAnew(const FaceTask& task, const ChipTemplate& chip_template);

}  // namespace facedeblur
