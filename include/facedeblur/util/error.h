#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace facedeblur {

/// What went wrong, as far as a caller (or the exit code) must tell cases apart.
enum class ErrorKind {
  kUsage,   ///< the caller asked for something that makes no sense
  kInput,   ///< one input cannot be read, or is not an image we can decode
  kOutput,  ///< one output cannot be written
  kModel,   ///< weights or another model file are unusable
  kDevice,  ///< the requested compute device is not available
};

/// The project's only exception type. `what()` is one line, fit to be shown to a user as it is;
/// it names the cause, and callers that know the file put its name in front.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

/// Describes any exception in one line: its first line without back traces, and without the file
/// and line prefixes of OpenCV's and LibTorch's messages.
std::string DescribeException(const std::exception& exception);

}  // namespace facedeblur
