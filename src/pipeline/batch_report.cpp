#include "facedeblur/pipeline/batch_report.h"

namespace facedeblur {

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kRestored:
      return "restored";
    case Outcome::kCopied:
      return "no face, copied";
    case Outcome::kSkippedNoFace:
      return "no face, skipped";
    case Outcome::kSkippedExisting:
      return "exists, skipped";
    case Outcome::kFailed:
      return "failed";
  }
  return "?";
}

StageSeconds& StageSeconds::operator+=(const StageSeconds& other) {
  decode += other.decode;
  detect += other.detect;
  restore += other.restore;
  blend += other.blend;
  encode += other.encode;
  write += other.write;
  return *this;
}

void BatchReport::Add(const ImageRecord& record) {
  switch (record.outcome) {
    case Outcome::kRestored:
      ++restored;
      break;
    case Outcome::kCopied:
      ++copied;
      break;
    case Outcome::kSkippedNoFace:
    case Outcome::kSkippedExisting:
      ++skipped;
      break;
    case Outcome::kFailed:
      ++failed;
      break;
  }
  faces += record.faces;
  seconds += record.seconds;
}

}  // namespace facedeblur
