#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace facedeblur {

/// Text with file names in it as it may be shown: control characters, which could steer a terminal
/// or forge log lines, as \xNN.
std::string Printable(const std::string& text);

/// "1 face", "2 faces".
std::string Counted(int count, const std::string& noun);

/// "A, B or C".
std::string Alternatives(const std::vector<std::string>& names);

/// A number with so many digits after the point: Fixed(2.5, 3) is "2.500".
std::string Fixed(double value, int decimals);

/// The text with every byte that is no part of well-formed UTF-8 (Unicode 15, table 3-7) as U+FFFD.
std::string ToValidUtf8(std::string_view text);

/// Text for XML 1.0 attributes and content: markup escaped, characters XML does not have as U+FFFD.
std::string XmlEscape(std::string_view text);

/// Rows as lines of aligned columns, two spaces apart: the first column and, where asked, the last
/// one to the left, the others to the right. Every row has as many cells as the first.
std::string AlignedTable(const std::vector<std::vector<std::string>>& rows, bool last_left);

/// Rows as a table in Markdown; the first one is its heading.
std::string MarkdownTable(const std::vector<std::vector<std::string>>& rows);

}  // namespace facedeblur
