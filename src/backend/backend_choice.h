#pragma once

#include <filesystem>
#include <string>

#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// The backends of an installation; a path is empty where there is none of the kind.
struct InstalledBackends {
  std::filesystem::path cpu;
  std::filesystem::path cuda;  ///< runs on the CPU as well
};

/// Looks into a folder for libfacedeblur_backend_cpu.so and libfacedeblur_backend_cuda.so.
InstalledBackends FindBackends(const std::filesystem::path& folder);

/// Which library to open, and which one should that fail.
struct BackendChoice {
  std::filesystem::path first;
  std::filesystem::path second;  ///< empty: none
  std::string note;              ///< why CUDA was passed over; empty where it was not
};

/// `cuda_problem` tells why CUDA cannot work on this machine; empty where it can. Throws
/// Error(kDevice) when CUDA is asked for and cannot be had, Error(kModel) when nothing is
/// installed.
BackendChoice ChooseBackend(const InstalledBackends& installed, const DeviceRequest& request,
                            const std::string& cuda_problem);

/// Asks the CUDA driver, without LibTorch, whether there is a device: empty, or why there is none.
std::string CudaProblem();

}  // namespace facedeblur
