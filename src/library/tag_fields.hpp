// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/tags.hpp"

namespace TagLib {
namespace ID3v2 {
class Tag;
}
namespace MP4 {
class Tag;
}
namespace Ogg {
class XiphComment;
}
class Tag;
}  // namespace TagLib

/// One function for each kind of tag: fills in what `tags` doesn't have yet.
namespace longwave::library {

void take_id3v2(const TagLib::ID3v2::Tag& from, Tags& tags, const PictureSink& picture);
void take_xiph(const TagLib::Ogg::XiphComment& from, Tags& tags, const PictureSink& picture);
void take_mp4(const TagLib::MP4::Tag& from, Tags& tags, const PictureSink& picture);
void take_plain(const TagLib::Tag& from, Tags& tags);  ///< ID3v1, APE

/// "3", "3/12", "03": the number before the slash; 0 if there is none.
int number_of(std::string_view text);
/// The first four digits in a row: "2003-11-02".
int year_of(std::string_view text);
/// "-6.20 dB"
std::optional<double> gain_of(std::string_view text);

}  // namespace longwave::library
