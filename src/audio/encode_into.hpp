// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/encode.hpp"
#include "audio/memory_rendition.hpp"

#include <memory>
#include <stop_token>

namespace longwave::audio {

/// Encodes the track into the rendition, from its first frame on. Ends with complete() or fail(). Blocks.
void encode_into(MemoryRendition& rendition, const TrackSound& sound, std::stop_token stop);

/// Fails the rendition if it is thrown away before it was filled, so that nobody waits for it.
struct Abandoned {
  explicit Abandoned(std::shared_ptr<MemoryRendition> r) : rendition(std::move(r)) {}
  Abandoned(Abandoned&&) = default;
  Abandoned& operator=(Abandoned&&) = default;
  ~Abandoned() {
    if (rendition) rendition->fail("encoding was given up");
  }
  std::shared_ptr<MemoryRendition> rendition;
};

}  // namespace longwave::audio
