#pragma once

#include <map>
#include <string>

#include "facedeblur/face/chip.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/weights/tensor.h"
#include "facedeblur/weights/weights_notes.h"

namespace facedeblur {

/// The project's own weights file, in memory. The file alone decides how it is used: which network
/// it is for, what chips that network wants, and a self-test to prove that it does the same here.
///
/// On disk it is HDF5: root attributes `format` ("facedeblur-model"), `format_version` (1),
/// `network`, `channels` ("BGR" or "RGB"), `range` (value of white), `chip_size`, `training`,
/// `license` and, but for older files, `figures` (text); data sets `/template` (5x2),
/// `/tensors/<name>`, `/selftest/input` (HxWx3, 8-bit BGR) and `/selftest/output` (what the network
/// makes of it: HxWx3, BGR, 0..1, of networks that restore faces; 68x2 of the landmark network).
struct ModelFile {
  std::string network;           ///< a name of the table of networks
  std::string channels = "BGR";  ///< order the network wants
  double range = 1;              ///< value of white in the network's input and output
  ChipTemplate chip_template;
  WeightsNotes notes;
  std::map<std::string, Tensor> tensors;
  struct SelfTest {
    Tensor input;
    Tensor output;
    double tolerance = 0;  ///< largest absolute difference allowed, range 0..1
  };
  SelfTest self_test;
};

/// Throws Error(kModel): not such a file, another format version, or parts that are missing.
ModelFile ReadModelFile(Bytes bytes);

/// Tensors are stored as 16-bit floats when `half_precision`; readers always get 32 bits.
Bytes SerializeModelFile(const ModelFile& model, bool half_precision);

}  // namespace facedeblur
