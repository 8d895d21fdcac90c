#pragma once

#include <libheif/heif.h>

#include <memory>

#include "facedeblur/util/error.h"

namespace facedeblur {

// libheif's objects with their ends, and its errors as ours.

struct HeifDeleter {
  void operator()(heif_context* context) const { heif_context_free(context); }
  void operator()(heif_image_handle* handle) const { heif_image_handle_release(handle); }
  void operator()(heif_image* image) const { heif_image_release(image); }
  void operator()(heif_encoder* encoder) const { heif_encoder_release(encoder); }
  void operator()(heif_decoding_options* options) const { heif_decoding_options_free(options); }
  void operator()(heif_encoding_options* options) const { heif_encoding_options_free(options); }
  void operator()(heif_color_profile_nclx* nclx) const { heif_nclx_color_profile_free(nclx); }
};
template <typename Object>
using HeifPtr = std::unique_ptr<Object, HeifDeleter>;

/// A context without content. Loads libheif's plugins on the first call.
HeifPtr<heif_context> NewHeifContext();

/// Throws Error(kind), "... : what libheif says", unless the call succeeded.
void RequireHeif(const heif_error& error, ErrorKind kind, const char* what);

}  // namespace facedeblur
