#pragma once

#include "facedeblur/util/error.h"

namespace facedeblur {

/// What the process tells its caller. Documented in the README and in --help.
enum ExitCode : int {
  kExitDone = 0,
  kExitSomeFailed = 1,
  kExitUsage = 2,
  kExitModel = 3,
  kExitDevice = 4,
  kExitSignalBase = 128,  ///< plus the signal's number: 130 for SIGINT, 143 for SIGTERM
};

inline ExitCode ExitCodeFor(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return kExitUsage;
    case ErrorKind::kModel:
      return kExitModel;
    case ErrorKind::kDevice:
      return kExitDevice;
    case ErrorKind::kInput:
    case ErrorKind::kOutput:
      return kExitSomeFailed;
  }
  return kExitSomeFailed;
}

}  // namespace facedeblur
