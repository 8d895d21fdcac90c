#pragma once

#include <string>

#include "facedeblur/backend/backend.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// Opens the backend that fits a device: one of the libraries in the folder `backends` beside
/// libfacedeblur.so. A process opens one at most, by the first call, since two LibTorchs do not go
/// together; later calls get the same one. Where `request` leaves the choice and a CUDA backend is
/// passed over, `*note` says why (untouched otherwise). May be called from any thread.
///
/// Not linked but opened at run time: LibTorch takes a third of a second to load. A run spends it
/// beside other work, and commands without a network never load it. For the same reason a CUDA
/// backend can be added to an installation by copying its library there.
///
/// Throws Error(kDevice) when CUDA was asked for and there is no backend for it or its library
/// cannot be used; otherwise Error(kModel) when a library cannot be loaded or is of another
/// version.
const Backend& OpenBackend(const DeviceRequest& request, std::string* note);

}  // namespace facedeblur
