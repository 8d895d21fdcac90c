#include "facedeblur/weights/weights_notes.h"

#include "weights/readers.h"

namespace facedeblur {
namespace {

struct Field {
  const char* name;
  std::string WeightsNotes::*text;
};

constexpr Field kFields[] = {{"training", &WeightsNotes::training},
                             {"license", &WeightsNotes::license},
                             {"figures", &WeightsNotes::figures}};

}  // namespace

WeightsNotes ReadNotes(const Hdf5File& file) {
  WeightsNotes notes;
  for (const Field& field : kFields) {
    notes.*field.text = file.ReadString("/", field.name).value_or("");
  }
  return notes;
}

void WriteNotes(const WeightsNotes& notes, Hdf5File* file) {
  for (const Field& field : kFields) file->WriteString("/", field.name, notes.*field.text);
}

}  // namespace facedeblur
