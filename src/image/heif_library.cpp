#include "image/heif_library.h"

#include <algorithm>
#include <new>
#include <string>

namespace facedeblur {

HeifPtr<heif_context> NewHeifContext() {
  static const bool initialized = heif_init(nullptr).code == heif_error_Ok;
  (void)initialized;  // without its plugins libheif says itself what it lacks
  HeifPtr<heif_context> context(heif_context_alloc());
  if (!context) throw std::bad_alloc();
  heif_context_set_max_decoding_threads(context.get(), 0);  // the tasks of the batch are enough
  return context;
}

void RequireHeif(const heif_error& error, ErrorKind kind, const char* what) {
  if (error.code == heif_error_Ok) return;
  std::string text = error.message != nullptr ? error.message : "";
  std::replace(text.begin(), text.end(), '\n', ' ');
  throw Error(kind, std::string(what) + ": " + text);
}

}  // namespace facedeblur
