#include "image/jxl_boxes.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "image/exif_box.h"
#include "image/jxl_library.h"

namespace facedeblur {
namespace {

/// Takes the contents of boxes out of a decoder, unpacked.
class BoxReader {
 public:
  explicit BoxReader(JxlDecoder* decoder) : decoder_(decoder) {}
  ~BoxReader() { JxlDecoderReleaseBoxBuffer(decoder_); }
  BoxReader(const BoxReader&) = delete;
  BoxReader& operator=(const BoxReader&) = delete;

  /// Begins to fill `*content`.
  void Begin(Bytes* content) {
    constexpr std::size_t kFirstSize = 1UL << 16;
    content_ = content;
    content_->assign(kFirstSize, 0);
    Provide(0);
  }

  /// Goes on where the buffer was too small. False when the box is absurdly large.
  bool Grow() {
    constexpr std::size_t kLargest = 1UL << 26;
    if (content_ == nullptr || content_->size() >= kLargest) return false;
    const std::size_t used = Used();
    content_->resize(content_->size() * 2);
    Provide(used);
    return true;
  }

  /// Cuts the content to what has been filled.
  void End() {
    if (content_ != nullptr) content_->resize(Used());
    content_ = nullptr;
  }

 private:
  void Provide(std::size_t used) {
    JxlDecoderSetBoxBuffer(decoder_, content_->data() + used, content_->size() - used);
  }
  std::size_t Used() { return content_->size() - JxlDecoderReleaseBoxBuffer(decoder_); }

  JxlDecoder* decoder_;
  Bytes* content_ = nullptr;
};

}  // namespace

JxlBoxes ReadJxlBoxes(const Bytes& file) {
  JxlBoxes boxes;
  if (JxlSignatureCheck(file.data(), file.size()) != JXL_SIG_CONTAINER) return boxes;
  const JxlDecoderPtr decoder = NewJxlDecoder(file.data(), file.size(), JXL_DEC_BOX);
  JxlDecoderSetDecompressBoxes(decoder.get(), JXL_TRUE);
  BoxReader reader(decoder.get());
  Bytes exif;
  while (true) {
    const JxlDecoderStatus status = JxlDecoderProcessInput(decoder.get());
    if (status == JXL_DEC_BOX_NEED_MORE_OUTPUT && reader.Grow()) continue;
    reader.End();
    if (status != JXL_DEC_BOX) {
      boxes.damaged = status != JXL_DEC_SUCCESS && status != JXL_DEC_NEED_MORE_INPUT;
      break;
    }
    JxlBoxType letters;
    JxlDecoderGetBoxType(decoder.get(), letters, JXL_TRUE);
    const std::string type(letters, sizeof letters);
    if (type == "Exif" && exif.empty()) reader.Begin(&exif);
    if (type == "xml " && boxes.metadata.xmp.empty()) reader.Begin(&boxes.metadata.xmp);
    boxes.from_jpeg = boxes.from_jpeg || type == "jbrd";
    boxes.gain_map = boxes.gain_map || type == "jhgm";
  }
  boxes.metadata.exif = TiffOfExifBox(exif);
  return boxes;
}

}  // namespace facedeblur
