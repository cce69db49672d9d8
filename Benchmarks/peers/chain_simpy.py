"""The chain of five on SimPy: python3 chain_simpy.py REQUESTS [FAILURE_SHARE]

Requests arrive about once a second and go through five stations of two servers each, where they take about a second. A
visit fails with the given probability and is tried three times in all, with a pause of about two seconds in between. Counts
arrivals, completed visits and pauses as model events, and what SimPy schedules as kernel events.
"""
import random
import sys
import time

import simpy

requests = int(sys.argv[1])
failure_share = float(sys.argv[2]) if len(sys.argv) > 2 else 0.1
random.seed(1)
draw = random.expovariate
events = done = failed = 0


def request(env, stations):
    global events, done, failed
    for station in stations:
        for attempt in range(3):
            with station.request() as server:
                yield server
                yield env.timeout(draw(1.0))
                events += 1
            if failure_share == 0 or random.random() >= failure_share:
                break
            if attempt == 2:
                failed += 1
                return
            yield env.timeout(draw(0.5))
            events += 1
    done += 1


def arrivals(env, stations):
    global events
    for _ in range(requests):
        yield env.timeout(draw(1.0))
        events += 1
        env.process(request(env, stations))


env = simpy.Environment()
stations = [simpy.Resource(env, 2) for _ in range(5)]
start = time.process_time()
env.process(arrivals(env, stations))
env.run()
elapsed = time.process_time() - start
kernel_events = next(env._eid)
print(f"events={events} kernel={kernel_events} done={done} failed={failed} seconds={elapsed:.6f}")
