// SPDX-License-Identifier: Apache-2.0
#include "api/connection_detail.hpp"

#include "api/sockets.hpp"
#include "io/loop.hpp"

#include <memory>

namespace longwave::api {
namespace {

/// One question to all loops; belongs to the hub's thread.
struct Asked {
  std::vector<ConnectionDetail> found;
  std::size_t open = 0;
  UniqueFunction<void(const std::vector<ConnectionDetail>&)> done;
};

}  // namespace

void Sockets::details(std::vector<hub::ClientId> clients,
                      UniqueFunction<void(const std::vector<ConnectionDetail>&)> done) {
  std::vector<std::vector<hub::ClientId>> by_loop(loops_.size());
  for (const auto client : clients) {
    const auto loop = loop_of(client);
    if (loop < by_loop.size()) by_loop[loop].push_back(client);
  }
  auto asked = std::make_shared<Asked>(Asked{.open = by_loop.size(), .done = std::move(done)});
  for (std::size_t i = 0; i < by_loop.size(); ++i) {
    loops_[i].post([this, asked, mine = std::move(by_loop[i])] {
      std::vector<ConnectionDetail> found;
      found.reserve(mine.size());
      for (const auto client : mine)
        if (const auto* connection = find(client)) found.push_back(connection->detail());
      hub_post_([asked, found = std::move(found)] {
        asked->found.insert(asked->found.end(), found.begin(), found.end());
        if (--asked->open == 0) asked->done(asked->found);
      });
    });
  }
}

}  // namespace longwave::api
