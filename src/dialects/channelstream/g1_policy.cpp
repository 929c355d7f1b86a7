// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_policy.hpp"

#include "io/deadline.hpp"
#include "io/loop.hpp"
#include "io/stream.hpp"

#include <algorithm>
#include <list>
#include <optional>

namespace longwave::channelstream::g1 {
namespace {

constexpr std::string_view request = "<policy-file-request/>";
constexpr std::string_view policy_text =
    "<cross-domain-policy><allow-access-from domain=\"*\" to-ports=\"*\" /></cross-domain-policy>";
constexpr std::string_view policy{policy_text.data(), policy_text.size() + 1};  // with its NUL byte
constexpr std::chrono::seconds patience{3};
constexpr std::size_t most_peers = 256;

}  // namespace

std::optional<std::string_view> policy_answer(std::string_view received) {
  if (received.starts_with(request)) return policy;
  if (request.starts_with(received)) return std::nullopt;
  return std::string_view{};
}

struct PolicyServer::State {
  class Peer;
  io::Loop& loop;
  std::list<Peer> peers = {};
  std::unique_ptr<io::Listener> listener = {};

  void accept(io::Stream stream);
  void forget(Peer& peer);
};

class PolicyServer::State::Peer final : private io::StreamHandler, private io::Deadline {
 public:
  Peer(State& owner, io::Stream stream) : owner_(owner), stream_(std::move(stream)) {}
  void start() {
    io::arm(owner_.loop, *this, patience);
    stream_.start(*this);
  }

 private:
  void on_bytes(std::span<char> bytes) override {
    if (answered_) return;
    received_.append(bytes.data(), std::min(bytes.size(), request.size() - received_.size()));
    const auto answer = policy_answer(received_);
    if (!answer) return;
    answered_ = true;
    if (answer->empty()) return owner_.forget(*this);
    stream_.write(io::SharedBytes{nullptr, *answer});
    stream_.finish();  // the peer ends it, or the deadline
  }
  void on_end() override { owner_.forget(*this); }
  void on_lost(std::string_view) override { owner_.forget(*this); }
  void on_deadline(Instant) override { owner_.forget(*this); }

  friend struct State;
  State& owner_;
  io::Stream stream_;
  std::string received_;
  bool answered_ = false;
};

void PolicyServer::State::accept(io::Stream stream) {
  if (peers.size() >= most_peers) return;
  peers.emplace_back(*this, std::move(stream)).start();
}

void PolicyServer::State::forget(Peer& peer) {
  peers.remove_if([&](const Peer& one) { return &one == &peer; });
}

PolicyServer::PolicyServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
PolicyServer::~PolicyServer() = default;

Result<std::unique_ptr<PolicyServer>> PolicyServer::open(io::Loop& loop, const std::string& host, int port) {
  std::unique_ptr<State> state(new State{.loop = loop});
  io::Endpoint at;
  at.host = host;
  at.port = static_cast<std::uint16_t>(port);
  auto opened = io::Listener::open(
      loop, {&loop}, {.endpoint = at},
      [state = state.get()](io::Loop&, io::Stream stream) { state->accept(std::move(stream)); });
  if (!opened) return opened.error();
  state->listener = std::move(*opened);
  return std::unique_ptr<PolicyServer>(new PolicyServer(std::move(state)));
}

const io::Endpoint& PolicyServer::endpoint() const {
  return state_->listener->endpoint();
}

}  // namespace longwave::channelstream::g1
