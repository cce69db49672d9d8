// The chain of five on a bare binary heap: the yardstick of what the machine can do. ./chain REQUESTS [FAILURE_SHARE]
// The model is that of chain_simpy.py; nothing in it can crash, be traced or be replayed.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <queue>
#include <vector>

namespace {

std::uint64_t state = 0x9E3779B97F4A7C15ull;

double uniform() {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return ((state >> 11) + 0.5) * (1.0 / 9007199254740992.0);
}

double exponential(double rate) { return -std::log(uniform()) / rate; }

enum class Kind : std::uint32_t { arrival, served, retry };

struct Event {
  double time;
  std::uint64_t sequence;
  Kind kind;
  std::uint32_t request;
};

struct Later {
  bool operator()(const Event& a, const Event& b) const {
    return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
  }
};

struct Request {
  std::uint8_t station = 0;
  std::uint8_t attempts = 0;
};

struct Station {
  int busy = 0;
  std::deque<std::uint32_t> waiting;
};

}  // namespace

int main(int count, char** words) {
  const std::uint64_t total = std::strtoull(count > 1 ? words[1] : "100000", nullptr, 10);
  const double failure_share = count > 2 ? std::strtod(words[2], nullptr) : 0.1;
  std::vector<Request> requests(total);
  Station stations[5];
  std::priority_queue<Event, std::vector<Event>, Later> schedule;
  std::uint64_t sequence = 0, events = 0, done = 0, failed = 0, arrived = 0;
  const std::clock_t start = std::clock();

  auto plan = [&](double time, Kind kind, std::uint32_t request) {
    schedule.push({time, sequence++, kind, request});
  };
  auto enter = [&](double now, std::uint32_t request) {
    Station& station = stations[requests[request].station];
    if (station.busy == 2) {
      station.waiting.push_back(request);
    } else {
      station.busy++;
      plan(now + exponential(1.0), Kind::served, request);
    }
  };

  plan(exponential(1.0), Kind::arrival, 0);
  while (!schedule.empty()) {
    const Event event = schedule.top();
    schedule.pop();
    events++;
    if (event.kind == Kind::arrival) {
      if (++arrived < total) plan(event.time + exponential(1.0), Kind::arrival, static_cast<std::uint32_t>(arrived));
      enter(event.time, event.request);
      continue;
    }
    if (event.kind == Kind::retry) {
      enter(event.time, event.request);
      continue;
    }
    Request& request = requests[event.request];
    Station& station = stations[request.station];
    if (station.waiting.empty()) {
      station.busy--;
    } else {
      plan(event.time + exponential(1.0), Kind::served, station.waiting.front());
      station.waiting.pop_front();
    }
    if (failure_share == 0 || uniform() >= failure_share) {
      request.attempts = 0;
      if (++request.station == 5) done++; else enter(event.time, event.request);
    } else if (request.attempts == 2) {
      failed++;
    } else {
      request.attempts++;
      plan(event.time + exponential(0.5), Kind::retry, event.request);
    }
  }

  const double elapsed = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("events=%llu kernel=%llu done=%llu failed=%llu seconds=%.6f\n", (unsigned long long)events,
              (unsigned long long)events, (unsigned long long)done, (unsigned long long)failed, elapsed);
}
