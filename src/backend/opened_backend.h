#pragma once

#include <string>

#include "backend/backend_choice.h"
#include "facedeblur/backend/backend.h"

namespace facedeblur {

struct OpenedBackend {
  const Backend* backend = nullptr;
  std::string note;  ///< why CUDA was passed over; empty where it was not
};

/// Opens what ChooseBackend() chooses. Throws as that does and as OpenBackend() does.
OpenedBackend OpenOneOf(const InstalledBackends& installed, const DeviceRequest& request,
                        const std::string& cuda_problem);

}  // namespace facedeblur
