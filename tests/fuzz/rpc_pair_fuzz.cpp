// room: rpc
// SPDX-License-Identifier: Apache-2.0
// Two peers that talk to each other over a line that loses, repeats, mixes and damages messages: whatever
// comes, each call of either side completes exactly once, and nobody keeps more than the limits allow. The
// input is a program of one-byte steps.
#include "base/assert.hpp"
#include "base/log.hpp"
#include "rpc/peer.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace json = boost::json;
using namespace longwave;
using namespace longwave::rpc;

/// The steps that are left.
struct Input {
  const std::uint8_t* at;
  const std::uint8_t* end;
  bool more() const { return at != end; }
  std::uint8_t next() { return more() ? *at++ : std::uint8_t{0}; }
};

/// One side: a peer, its table, and what is on its way to the other.
class Side final : public Outlet {
 public:
  explicit Side(ManualClock& clock) : clock_(clock) {
    table_.add({.name = "echo", .params = {any("a").optional()}, .handler = [](Call call, Responder answer) {
                  answer.finish(call.params());
                }});
    table_.add({.name = "many",
                .params = {any("a").optional()},
                .many = true,
                .handler = [this](Call, Responder answer) {
                  answer.item(1);
                  answer.gauge(2);
                  held_.push_back(std::move(answer));
                }});
    table_.add({.name = "back", .params = {any("a").optional()}, .handler = [this](Call, Responder answer) {
                  call("echo", {});
                  answer.finish(nullptr);
                }});
  }

  void begin(Dialect dialect) {
    peer_.emplace(around_, *this, std::make_shared<const Caller>(), Terms{.dialect = dialect});
  }
  void end() { peer_.reset(); }
  bool alive() const { return peer_.has_value(); }

  void call(std::string_view method, CallOptions options) {
    const auto completions = std::make_shared<int>(0);
    options.on_more = [completions](const json::value&, bool) {
      LW_ASSERT(*completions == 0, "an item after the end");
    };
    const auto made =
        peer_->call(method, json::array{1}, std::move(options), [completions, this](const Reply&) {
          LW_ASSERT(++*completions == 1, "completed twice");
          ++completed_;
        });
    if (made) ++made_;
    check();
  }
  void cancel(std::string_view id) { peer_->cancel(id); }
  void take(std::string_view text) {
    if (peer_) peer_->receive(text);
    check();
  }
  void let_go(bool finish) {
    if (held_.empty()) return;
    const Responder first = std::move(held_.front());
    held_.pop_front();
    if (finish) first.finish(3);
  }
  void time_passes() {
    if (peer_) peer_->on_time(clock_.now());
    if (peer_) LW_ASSERT(!peer_->due() || *peer_->due() > clock_.now(), "a time-out that was forgotten");
  }
  void drained() {
    queued_ = 0;
    if (peer_) peer_->drained();
  }

  void send(Message message) override {
    boost::system::error_code ec;
    json::parse_options deep;
    deep.max_depth = 128;
    json::parse(message.text, ec, {}, deep);
    LW_ASSERT(!ec, message.text);
    queued_ += message.text.size();
    line.push_back(std::move(message.text));
    if (line.size() > 200) line.pop_front();
  }
  std::size_t queued_bytes() const override { return queued_; }
  void close(std::uint16_t code, std::string_view) override {
    LW_ASSERT(code == 1002 || code == 1007, std::to_string(code));
  }

  void check() const {
    if (!peer_) return;
    LW_ASSERT(peer_->outstanding() <= around_.limits.outstanding, "too many calls of ours");
    LW_ASSERT(peer_->in_flight() <= around_.limits.in_flight, "too many calls of theirs");
    LW_ASSERT(made_ - completed_ == peer_->outstanding(), "a call was lost");
  }
  void check_end() const { LW_ASSERT(made_ == completed_, "a call never completed"); }

  std::deque<std::string> line;  // to the other side

 private:
  ManualClock& clock_;
  Table table_;
  std::deque<Responder> held_;
  std::size_t made_ = 0, completed_ = 0, queued_ = 0;
  Surroundings around_{.table = table_,
                       .post = [](Task task) { task(); },
                       .run = [](Run, Task task) { task(); },
                       .limits = {.in_flight = 8, .outstanding = 6, .soft_bytes = 256},
                       .clock = &clock_};
  std::optional<Peer> peer_;
};

/// What the line may do to the next message.
void deliver(Side& from, Side& to, Input& input, std::uint8_t how) {
  if (from.line.empty()) return;
  std::string text = std::move(from.line.front());
  from.line.pop_front();
  switch (how % 8) {
    case 0:  // lost
      return;
    case 1:  // twice
      to.take(text);
      break;
    case 2:  // later
      from.line.push_back(std::move(text));
      return;
    case 3:  // damaged
      if (!text.empty()) text[input.next() % text.size()] = static_cast<char>(input.next());
      break;
    case 4:  // cut
      text.resize(input.next() % (text.size() + 1));
      break;
    case 5:  // in a batch with the one after it
      if (!from.line.empty()) {
        text = "[" + text + "," + from.line.front() + "]";
        from.line.pop_front();
      }
      break;
    default:
      break;
  }
  to.take(text);
}

void step(Side& a, Side& b, ManualClock& clock, Input& input) {
  const std::uint8_t code = input.next();
  Side& me = code & 1 ? a : b;
  Side& other = code & 1 ? b : a;
  static const char* const methods[] = {"echo", "many", "back", "nope"};
  static const char* const ids[] = {
      "", "1", "\"a\"", "2.0", "1e400", "[1]", "123456789012345678901", "\"\\u0061\""};
  switch ((code >> 1) % 8) {
    case 0:
      if (me.alive()) me.call(methods[(code >> 4) % 4], {.id = ids[input.next() % 8]});
      break;
    case 1:
      if (me.alive()) me.cancel(ids[(code >> 4) % 8]);
      break;
    case 2:
      me.let_go((code & 16) != 0);
      break;
    case 3:
      clock.advance(std::chrono::seconds{code >> 4});
      a.time_passes();
      b.time_passes();
      break;
    case 4:
      me.drained();
      break;
    case 5:
      if (code >= 240) me.end();
      break;
    default:
      deliver(me, other, input, code >> 4);
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  log::set_level(log::Level::off);
  Input input{data, data + size};
  ManualClock clock;
  Side a(clock), b(clock);
  const std::uint8_t dialects = input.next();
  a.begin(static_cast<Dialect>(dialects % 3));
  b.begin(static_cast<Dialect>(dialects / 3 % 3));
  while (input.more()) step(a, b, clock, input);
  a.end();
  b.end();
  a.check_end();
  b.check_end();
  return 0;
}
