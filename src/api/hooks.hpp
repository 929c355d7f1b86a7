// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/hook_queue.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/client.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace longwave::hub {
struct HubEvent;
}

namespace longwave::api {

struct HookOptions {
  std::string url;                             ///< http: or https:
  std::string secret;                          ///< signs; `whsec_` and base64, or any text
  Duration timeout = std::chrono::seconds{5};  ///< of one request, from connecting to the end of the answer
  std::string node = {};                       ///< told with every request
  std::uint64_t seed = 1;                      ///< of the times between attempts
  HookLimits limits = {};
};

/// Tells a program of others what happens on the hub: POSTs of `{"node","events":[…]}`, docs/channels.md,
/// signed as the Standard Webhooks say (webhook-id, webhook-timestamp, webhook-signature). In order, at least
/// once, never faster than they are taken; on a thread of its own, so that nobody here waits for it. What
/// finds no room, or isn't taken after all attempts, is dropped and counted. Redirects are not followed.
class Hooks {
 public:
  Hooks(HookOptions options, const Clock& clock);
  ~Hooks();
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;

  /// invalid: an address or a secret that can't be. Before the first Hooks.
  static Result<void> check(const HookOptions& options);

  /// From any thread; returns at once.
  void push(std::string event);
  HookCounts counts() const;
  /// Sends what waits, each request once more, as long as `grace` lasts; then ends the thread. Idempotent.
  void stop(Duration grace = std::chrono::milliseconds{1500});

 private:
  void run();
  bool send(std::unique_lock<std::mutex>& lock, const HookQueue::Batch& batch);

  const HookOptions options_;
  const Clock& clock_;
  Random random_;
  const std::string run_;     ///< ids of this start of the program differ from those of the next
  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable changed_;
  HookQueue queue_;
  bool stopping_ = false;
  Instant last_moment_ = Instant::max();  ///< a request that lasts longer is broken off
  std::optional<http::Answer> answer_;    ///< of the request that is under way
  http::Client client_;
  std::thread thread_;
};

/// connect, subscribe, unsubscribe, publish, disconnect.
std::string_view hook_name(const hub::HubEvent& event);
/// The event as it is told, JSON text; empty for one that hooks aren't told of.
std::string hook_event(const hub::HubEvent& event, std::uint64_t number, WallTime at);

/// The fields of a signed request.
struct HookSignature {
  std::string id, timestamp, signature;
};
HookSignature sign_hook(std::string_view secret, std::string id, WallTime at, std::string_view body);

}  // namespace longwave::api
