#include "facedeblur/util/error.h"

#include <new>

namespace facedeblur {

std::string DescribeException(const std::exception& exception) {
  if (dynamic_cast<const std::bad_alloc*>(&exception) != nullptr) return "out of memory";
  std::string text = exception.what();
  // LibTorch appends a back trace after the first line; OpenCV puts its message after "error: ".
  const auto line_end = text.find('\n');
  if (line_end != std::string::npos) text.resize(line_end);
  const auto opencv_message = text.find("error: (");
  if (opencv_message != std::string::npos) {
    const auto message = text.find(") ", opencv_message);
    if (message != std::string::npos) text.erase(0, message + 2);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.pop_back();
  return text.empty() ? "unknown error" : text;
}

}  // namespace facedeblur
