// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "station/media_pool.hpp"

namespace longwave::library {
class Library;
}
namespace longwave::store {
class Store;
}

namespace longwave::station {

/// The library's tracks for the media pool: reads on a store thread, writes analyses through the store's
/// writer. Everything it is given outlives it; destroyed after the store has finished its jobs. The library
/// lives on the station loop.
class LibraryTracks final : public TrackSource {
 public:
  LibraryTracks(store::Store& store, library::Library& library) : store_(store), library_(library) {}

  void find(TrackId track, UniqueFunction<void(Result<TrackFile>)> done) override;
  void keep(TrackId track, std::shared_ptr<const audio::Analysis> analysis) override;
  void broken(TrackId track, const std::string& reason) override;

 private:
  store::Store& store_;
  library::Library& library_;
};

}  // namespace longwave::station
