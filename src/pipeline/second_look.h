#pragma once

#include <optional>

#include "facedeblur/pipeline/image_processor.h"

namespace facedeblur {

/// Blur hides where the parts of a face are; once the face is restored they are seen better. Reads
/// the landmarks of a restored face again and takes them over, unless the restoration is hardly
/// believed. Where they are elsewhere by so much that it pays to restore the face once more from a
/// chip that is placed by them, returns that task.
std::optional<FaceTask> LookAgain(const FaceDetector& detector, const ChipTemplate& chip_template,
                                  FaceTask* task);

}  // namespace facedeblur
