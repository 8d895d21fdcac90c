#include "image/tiff_file.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace facedeblur {
namespace {

TiffFile* FileOf(thandle_t handle) { return static_cast<TiffFile*>(handle); }

tmsize_t ReadCallback(thandle_t handle, void* target, tmsize_t count) {
  TiffFile* file = FileOf(handle);
  if (file->position >= file->bytes.size()) return 0;
  const auto n = std::min(static_cast<std::size_t>(count), file->bytes.size() - file->position);
  std::memcpy(target, file->bytes.data() + file->position, n);
  file->position += n;
  return static_cast<tmsize_t>(n);
}

tmsize_t WriteCallback(thandle_t handle, void* source, tmsize_t count) {
  TiffFile* file = FileOf(handle);
  if (!file->writable) return -1;
  const auto n = static_cast<std::size_t>(count);
  if (file->bytes.size() < file->position + n) file->bytes.resize(file->position + n);
  std::memcpy(file->bytes.data() + file->position, source, n);
  file->position += n;
  return count;
}

toff_t SeekCallback(thandle_t handle, toff_t offset, int whence) {
  TiffFile* file = FileOf(handle);
  const std::size_t base = whence == SEEK_CUR   ? file->position
                           : whence == SEEK_END ? file->bytes.size()
                                                : 0;
  file->position = base + static_cast<std::size_t>(offset);
  return file->position;
}

int CloseCallback(thandle_t /*handle*/) { return 0; }
toff_t SizeCallback(thandle_t handle) { return FileOf(handle)->bytes.size(); }

void ErrorCallback(thandle_t handle, const char* /*module*/, const char* format,
                   va_list arguments) {
  if (handle == nullptr || !FileOf(handle)->error.empty()) return;
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  FileOf(handle)->error = text;
}

}  // namespace

TiffPtr OpenTiff(TiffFile* file, const char* mode) {
  // libtiff prints by default; its extended handler is given our file instead. Set once for the
  // whole process.
  static const bool silenced = [] {
    TIFFSetErrorHandler(nullptr);
    TIFFSetWarningHandler(nullptr);
    TIFFSetErrorHandlerExt(ErrorCallback);
    return true;
  }();
  (void)silenced;
  return TiffPtr(TIFFClientOpen("memory", mode, file, ReadCallback, WriteCallback, SeekCallback,
                                CloseCallback, SizeCallback, nullptr, nullptr));
}

}  // namespace facedeblur
