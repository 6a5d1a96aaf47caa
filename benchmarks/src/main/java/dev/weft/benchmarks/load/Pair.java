/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import dev.weft.lab.App;
import dev.weft.lab.Http;
import dev.weft.lab.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An application that calls, and what it calls. Used by one thread. */
final class Pair implements AutoCloseable {
  /** How many calls are under way at a time. */
  static final int LANES = 8;

  /** What the callee answers. */
  static final String ANSWER = "hello";

  private static final Pattern LATENCY = Pattern.compile("\"p50\":(\\d+),\"p99\":(\\d+)");

  private final App caller;
  private final String target;
  private final List<JavaProcess> others;
  private final Samples rate = new Samples();
  private final Samples cpu = new Samples();
  private final Samples middle = new Samples();
  private final Samples slow = new Samples();

  private Pair(App caller, String target, List<JavaProcess> others) {
    this.caller = caller;
    this.target = target;
    this.others = List.copyOf(others);
  }

  /**
   * Waits until calls arrive.
   *
   * @param target the URL that is called
   * @param others what else works for a call, which is ended with the pair
   */
  static Pair of(App caller, String target, List<JavaProcess> others) {
    Pair pair = new Pair(caller, target, others);
    try {
      caller
          .process()
          .await("reach its callee", Duration.ofSeconds(60), () -> pair.call(1).equals(all(1)));
    } catch (RuntimeException e) {
      pair.close();
      throw e;
    }
    return pair;
  }

  /** Describes an application that runs as a server would: the lab's flags are for short lives. */
  static App.Builder app(String jar, String name, Path folder) {
    return App.of(jar).name(name).folder(folder).jvm("-XX:TieredStopAtLevel=4");
  }

  /** Returns requests per second. */
  Samples rate() {
    return rate;
  }

  /** Returns the CPU time of all its processes for a request, in microseconds. */
  Samples cpu() {
    return cpu;
  }

  /** Returns how long a call takes, one at a time, in microseconds: the median of a window. */
  Samples middle() {
    return middle;
  }

  /** Returns how long the slowest hundredth of calls takes at least. */
  Samples slow() {
    return slow;
  }

  /** Makes a number of calls. */
  void window(ExecutorService lanes, int calls, boolean counts) throws InterruptedException {
    int each = calls / LANES;
    Duration cpuBefore = cpuTime();
    long start = System.nanoTime();
    List<Future<String>> answers = new ArrayList<>();
    for (int lane = 0; lane < LANES; lane++) {
      answers.add(lanes.submit(() -> call(each)));
    }
    for (Future<String> answer : answers) {
      try {
        if (!answer.get().equals(all(each))) {
          throw new IllegalStateException("not all calls came through: " + answer.get());
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (counts) {
      rate.add(each * LANES / seconds);
      cpu.add(cpuTime().minus(cpuBefore).toNanos() / 1e3 / (each * LANES));
    }
  }

  /** Makes calls one after the other. */
  void oneByOne(int calls, boolean counts) {
    String answer = Http.get(caller.url() + "/latency?url=" + target + "&n=" + calls).body();
    Matcher matcher = LATENCY.matcher(answer);
    if (!matcher.matches() && !matcher.find()) {
      throw new IllegalStateException("no latencies: " + answer);
    }
    if (counts) {
      middle.add(Double.parseDouble(matcher.group(1)));
      slow.add(Double.parseDouble(matcher.group(2)));
    }
  }

  @Override
  public void close() {
    caller.close();
    others.forEach(JavaProcess::close);
  }

  private static String all(int calls) {
    return "{\"" + ANSWER + "\":" + calls + "}";
  }

  private String call(int calls) {
    return Http.get(caller.url() + "/call?url=" + target + "&n=" + calls).body();
  }

  private Duration cpuTime() {
    Duration sum = caller.process().cpu();
    for (JavaProcess other : others) {
      sum = sum.plus(other.cpu());
    }
    return sum;
  }
}
